package org.quern.padata.run;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Threads that wait for a ring to have room, or to be empty. The slow path of submit and close: it allocates a node for
 * each wait, and wakes all waiters at once, each of which looks for itself.
 * <p>
 * No wake-up is lost: a waiter is counted before it looks, the drainer looks at the count after a read-modify-write that
 * follows its last change (it parks the drain token or puts the shell in a queue).
 */
public final class Waiters {
    /** A deadline that never comes. */
    public static final long FOREVER = Long.MAX_VALUE;

    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();

    /** Nobody waits. */
    public Waiters() {}

    /**
     * Whether somebody waits. Volatile; pairs with the count in {@link #await}.
     *
     * @return true if so
     */
    public boolean any() {
        return count.get() != 0;
    }

    /** Wakes all who wait. */
    public void wakeAll() {
        for (Thread thread : threads) {
            LockSupport.unpark(thread);
        }
    }

    /**
     * Waits until {@code ready}, an interrupt, or the time given.
     *
     * @param ready what to wait for; looked at after the wait is visible to the drainer
     * @param nanos how long at most, or {@link #FOREVER}
     * @return whether it is ready; the interrupt flag is left set
     */
    public boolean awaitInterruptibly(BooleanSupplier ready, long nanos) {
        long start = System.nanoTime();
        Thread self = Thread.currentThread();
        threads.add(self);
        count.incrementAndGet();
        try {
            while (!ready.getAsBoolean()) {
                long left = nanos == FOREVER ? FOREVER : nanos - (System.nanoTime() - start);
                if (left <= 0 || self.isInterrupted()) {
                    return false;
                }
                park(left);
            }
            return true;
        } finally {
            count.decrementAndGet();
            threads.remove(self);
        }
    }

    /**
     * As {@link #awaitInterruptibly}, but an interrupt does not end the wait; the flag is set again afterwards.
     *
     * @param ready what to wait for
     * @param nanos how long at most
     * @return whether it is ready
     */
    public boolean await(BooleanSupplier ready, long nanos) {
        long start = System.nanoTime();
        boolean interrupted = false;
        try {
            for (;;) {
                if (awaitInterruptibly(ready, nanos == FOREVER ? FOREVER : nanos - (System.nanoTime() - start))) {
                    return true;
                }
                if (!Thread.interrupted()) {
                    return false;
                }
                interrupted = true;
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void park(long nanos) {
        if (nanos == FOREVER) {
            LockSupport.park(this);
        } else {
            LockSupport.parkNanos(this, nanos);
        }
    }
}
