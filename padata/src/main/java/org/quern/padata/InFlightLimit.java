package org.quern.padata;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

import org.quern.padata.run.Waiters;

/**
 * The jobs an instance may hold, over all its shells. One counter that every submission and every drained unit changes:
 * it exists only where a limit was asked for.
 */
final class InFlightLimit {
    private final long max;
    private final AtomicLong inFlight = new AtomicLong();
    private final Waiters waiters = new Waiters();

    InFlightLimit(long max) {
        this.max = max;
    }

    boolean tryTake() {
        if (inFlight.incrementAndGet() <= max) {
            return true;
        }
        release(1); // and wakes who was put off by our having tried
        return false;
    }

    /** Gives back; the read-modify-write is the fence before the look at the waiters (W1). */
    void release(int jobs) {
        inFlight.addAndGet(-jobs);
        wake();
    }

    void wake() {
        if (waiters.any()) {
            waiters.wakeAll();
        }
    }

    boolean hasRoom() {
        return inFlight.get() < max;
    }

    long inFlight() {
        return inFlight.get();
    }

    /** Waits for room or the end; false after an interrupt or the time given. */
    boolean await(BooleanSupplier end, long nanos) {
        return waiters.awaitInterruptibly(() -> hasRoom() || end.getAsBoolean(), nanos);
    }
}
