package org.quern.vmap;

import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Nothing hangs, nothing is lost. {@code -Dquern.long=true}: 10 minutes on each back end. */
class FaultStormTest {
    @ParameterizedTest
    @ValueSource(strings = {"software", "userfault"})
    void nothingHangsAndNothingIsLost(String backEnd) throws Exception {
        boolean full = Boolean.getBoolean("quern.long");
        ForkedJvm.Outcome outcome = ForkedJvm.run(List.of("timeout", "-s", "KILL", full ? "720" : "50"),
                List.of("-XX:+UseSerialGC"), FaultStorm.class, backEnd, full ? "600000" : "3000");
        System.out.println(backEnd + ": " + outcome.output().strip());
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output()).contains("wrong: []");
    }

    /** The same without any privilege: a second is enough to see whether something asks for one. */
    @ParameterizedTest
    @ValueSource(strings = {"software", "userfault"})
    void itNeedsNoPrivilege(String backEnd) throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "who is nobody already has run the other test");
        ForkedJvm.Outcome outcome = ForkedJvm.run(List.of("timeout", "-s", "KILL", "50", "setpriv", "--reuid=65534",
                "--regid=65534", "--clear-groups", "--"), List.of("-XX:+UseSerialGC"), FaultStorm.class, backEnd,
                "1000");
        assertThat(outcome.status()).as(outcome.output()).isZero();
        assertThat(outcome.output()).contains("wrong: []");
    }
}
