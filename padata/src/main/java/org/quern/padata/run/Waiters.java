package org.quern.padata.run;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Threads that wait for a ring to have room, or to be empty: the slow path of submit and close. All waiters are woken at
 * once, each of which looks for itself.
 * <pre>
 *     places --&gt; [thread] --&gt; [ null ] --&gt; [thread]      grows by compare-and-set in front, never shrinks
 *                             free: taken by compare-and-set null -&gt; thread
 * </pre>
 * A place is used again and again, so waiting allocates only when more threads wait at once than ever before; the list
 * is as long as that maximum.
 * <p>
 * No wake-up is lost (W1): a waiter is in its place before it is counted, and counted before it looks; the drainer looks
 * at the count after a read-modify-write that follows its last change (it parks the drain token or puts the shell in a
 * queue), and at the places after the count. If the drainer does not count a waiter, the waiter sees the change; if it
 * does, it finds the waiter's place, since places are never taken out of the list. All of these accesses are volatile.
 */
public final class Waiters {
    /** A deadline that never comes. */
    public static final long FOREVER = Long.MAX_VALUE;

    private static final VarHandle PLACES;

    static {
        try {
            PLACES = MethodHandles.lookup().findVarHandle(Waiters.class, "places", Place.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Where one thread stands while it waits. */
    private static final class Place {
        private static final VarHandle WAITING;

        static {
            try {
                WAITING = MethodHandles.lookup().findVarHandle(Place.class, "waiting", Thread.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        volatile @Nullable Thread waiting;
        @Nullable
        Place next; // written before the place is in the list, by whoever puts it there

        Place(Thread thread) {
            waiting = thread;
        }

        /** Takes a free place. Pairs with leave, and with the volatile load in {@link Waiters#wakeAll}. */
        boolean casWaiting(Thread thread) {
            return waiting == null && WAITING.compareAndSet(this, null, thread);
        }
    }

    private volatile @Nullable Place places;
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
        for (Place place = places; place != null; place = place.next) {
            Thread thread = place.waiting; // volatile; pairs with casWaiting. One that is gone meanwhile does not mind
            if (thread != null) {
                LockSupport.unpark(thread);
            }
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
        Place place = take(self);
        count.incrementAndGet(); // after take, before ready: W1
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
            place.waiting = null; // volatile: free from here on; pairs with casWaiting
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

    /** A place of the caller's own: a free one of the list, or one more in front. */
    private Place take(Thread self) {
        for (Place place = places; place != null; place = place.next) {
            if (place.casWaiting(self)) {
                return place;
            }
        }
        Place own = new Place(self);
        do {
            own.next = places;
        } while (!PLACES.compareAndSet(this, own.next, own)); // publishes own; pairs with the volatile loads of places
        return own;
    }

    /** For tests: how many threads have waited at once at most, about. */
    int placeCount() {
        int length = 0;
        for (Place place = places; place != null; place = place.next) {
            length++;
        }
        return length;
    }

    /**
     * For tests: whether a thread has a place of its own.
     *
     * @param thread the thread
     * @return true if it stands in one
     */
    public boolean hasPlace(Thread thread) {
        for (Place place = places; place != null; place = place.next) {
            if (thread.equals(place.waiting)) {
                return true;
            }
        }
        return false;
    }

    private void park(long nanos) {
        if (nanos == FOREVER) {
            LockSupport.park(this);
        } else {
            LockSupport.parkNanos(this, nanos);
        }
    }
}
