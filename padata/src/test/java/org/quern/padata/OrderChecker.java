package org.quern.padata;

import java.util.concurrent.atomic.AtomicReference;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sees every serial phase of one shell and demands that the numbers ascend by one, that never two run at once, and that
 * in the end all were there. Its own fields are plain on purpose: they are read and written from whichever thread runs
 * the serial phase, so a missing happens-before shows as a wrong number.
 */
final class OrderChecker {
    private long next;
    private long failures;
    private boolean inside;
    private final AtomicReference<String> violation = new AtomicReference<>();

    void enter(long number) {
        if (inside) {
            violation.compareAndSet(null, "serial phases overlap at " + number);
        }
        inside = true;
        if (number != next) {
            violation.compareAndSet(null, "expected " + next + ", got " + number);
        }
        next = number + 1;
        inside = false;
    }

    void enterFailed(long number) {
        failures++;
        enter(number);
    }

    /** After close: the close is the happens-before. */
    void assertSaw(long jobs) {
        assertThat(violation.get()).isNull();
        assertThat(next).isEqualTo(jobs);
    }

    void assertSawFailures(long expected) {
        assertThat(failures).isEqualTo(expected);
    }

    long seen() {
        return next;
    }
}
