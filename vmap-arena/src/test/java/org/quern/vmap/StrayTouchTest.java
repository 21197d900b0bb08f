package org.quern.vmap;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** The net below the presence check: what an access that nobody checked comes to, in a JVM of its own. */
class StrayTouchTest {
    private static final List<String> LIMIT = List.of("timeout", "-s", "KILL", "50");

    private static ForkedJvm.Outcome touch(String flag, String by) throws Exception {
        ForkedJvm.Outcome outcome = ForkedJvm.run(LIMIT, List.of(flag), StrayTouch.class, by);
        assumeTrue(!outcome.output().contains("no userfaultfd"), outcome.output());
        assertThat(outcome.output()).contains("touching").doesNotContain("survived");
        return outcome;
    }

    /** Interpreted and compiled: the access itself, or one soon after it, ends in an InternalError. */
    @ParameterizedTest
    @ValueSource(strings = {"-Xint", "-XX:TieredStopAtLevel=1", "-XX:-TieredCompilation"})
    void inJavaItIsAnInternalError(String flag) throws Exception {
        ForkedJvm.Outcome outcome = touch(flag, "java");
        assertThat(outcome.output()).contains("InternalError: a fault occurred in an unsafe memory access operation");
        assertThat(outcome.status()).isEqualTo(3);
    }

    /** SIGBUS in native code ends the process, by the virtual machine's own report: status 1 without a core file, else 134. */
    @Test
    void inNativeCodeItEndsTheProcess() throws Exception {
        ForkedJvm.Outcome outcome = touch("-Xint", "native");
        assertThat(outcome.status()).as(outcome.output()).isIn(1, 134);
        assertThat(outcome.output()).contains("SIGBUS");
    }
}
