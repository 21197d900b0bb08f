package org.quern.padata;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Structural checks of a shell that has drained, and of an instance that was closed. Run after every test. */
final class ShellChecker {
    private ShellChecker() {}

    static void assertQuiet(Shell shell) {
        if (shell.engineOrNull() instanceof RingEngine engine) {
            assertThat(engine.ring().quietViolation()).as("ring of %s", shell.name()).isNull();
        }
        assertThat(shell.inFlight()).isZero();
    }

    /** Closes everything, demands that it drained, that counters agree and that no thread of the instance is left. */
    static PadataStats closeAndCheck(Padata padata, Shell... shells) {
        CloseReport report = padata.close(java.time.Duration.ofSeconds(60));
        assertThat(report.drained()).as("%s", report).isTrue();
        for (Shell shell : shells) {
            assertQuiet(shell);
            assertThat(shell.state()).isEqualTo(State.CLOSED);
        }
        assertNoThreads(padata);
        PadataStats stats = padata.stats();
        long parallel = stats.inlineRuns() + stats.parallelJobs().stream().mapToLong(Long::longValue).sum();
        assertThat(stats.inFlight()).isZero();
        assertThat(stats.epochs()).as("epochs left").isEqualTo(1);
        assertThat(parallel).as("parallel phases").isGreaterThanOrEqualTo(stats.serialised() - stats.dropped());
        return stats;
    }

    static void assertNoThreads(Padata padata) {
        List<String> left = Thread.getAllStackTraces().keySet().stream().map(Thread::getName)
                .filter(name -> name.startsWith(padata.name() + "-")).toList();
        assertThat(left).as("threads left of %s", padata.name()).isEmpty();
    }
}
