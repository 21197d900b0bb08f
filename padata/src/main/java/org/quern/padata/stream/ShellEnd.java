package org.quern.padata.stream;

import java.time.Duration;

import org.quern.padata.Shell;

/** How the shells of this package end. */
final class ShellEnd {
    /** Jobs that have not begun return at once when their owner has ended; those that have begun get this time. */
    private static final Duration DEADLINE = Duration.ofSeconds(1);

    private ShellEnd() {}

    /** Closes now, or on another thread if this one is inside a callback of the instance, where closing would wait for itself. */
    static void close(Shell shell) {
        try {
            shell.close(DEADLINE);
        } catch (IllegalStateException insideCallback) {
            closeElsewhere(shell);
        }
    }

    /** Closes on another thread. */
    static void closeElsewhere(Shell shell) {
        Thread.ofVirtual().name("quern-" + shell.name() + "-end").start(() -> shell.close(DEADLINE));
    }
}
