package org.quern.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import org.quern.padata.run.Waiters;

/**
 * What a submission does when its ring, or the instance's limit, is full: {@link Backpressure} put into practice.
 * <p>
 * Shells that drop have twice the slots they promise: those that are dropped stay in the ring until their turn, and flow
 * through it like the others, so that they are told in order and none vanishes. When even those slots are taken, which
 * means that the first job of all is stuck, the submission is refused with {@link SubmitResult#FULL}.
 */
final class FullRing {
    /** How deep callbacks may help in each other's name on one thread. */
    private static final int MAX_NESTING = 3;
    private static final VarHandle HELPER;

    static {
        try {
            HELPER = MethodHandles.lookup().findVarHandle(FullRing.class, "helper", Worker.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final RingEngine engine;
    private final Instance instance;
    private final Ring ring;
    private final Backpressure policy;
    private final int capacity;
    private final long waitNanos;
    private final Waiters waiters;
    private final BooleanSupplier roomOrEnd = this::hasRoomOrEnds; // made once: waiting allocates nothing
    private final BooleanSupplier ending = this::isEnding;
    /** A helper kept for the next submission that finds the ring full. */
    @SuppressWarnings("unused") // through HELPER
    private volatile @Nullable Worker helper;

    FullRing(RingEngine engine, ShellOptions.Draft options, Waiters waiters) {
        this.engine = engine;
        instance = engine.instance();
        ring = engine.ring();
        policy = options.whenFull;
        waitNanos = options.waitNanos;
        capacity = isDropping() ? ring.capacity() / 2 : ring.capacity();
        this.waiters = waiters;
    }

    /** What a shell's ring is said to hold. */
    static int promised(ShellOptions.Draft options) {
        return Integer.highestOneBit(options.capacity - 1) << 1; // capacity is 2 or more
    }

    /** How many slots a shell's ring needs. */
    static int slots(ShellOptions.Draft options) {
        return isDropping(options.whenFull) ? 2 * promised(options) : promised(options);
    }

    static boolean isDropping(Backpressure policy) {
        return policy == Backpressure.DROP_NEWEST || policy == Backpressure.DROP_OLDEST;
    }

    boolean isDropping() {
        return isDropping(policy);
    }

    int capacity() {
        return capacity;
    }

    /** For a shell that drops: sees to it that at most {@link #capacity} jobs are neither done for nor dropped. */
    boolean makeWay(Job job, long tail) {
        if (policy == Backpressure.DROP_OLDEST) {
            if (ring.waiting() >= capacity) {
                engine.parallelPhase().dropOldest();
            }
        } else {
            // A plain store: the job is taken, and published later. A second attempt may come to another verdict.
            job.failure = tail - ring.cursors.headVolatile() >= capacity ? JobDroppedException.NEWEST : null;
        }
        return true;
    }

    /** The ring is full: helps, waits, or refuses. Null to try again. */
    @Nullable
    Submission makeRoom(long deadline) {
        if (policy == Backpressure.FAIL || isDropping()) {
            return Submission.FULL;
        }
        int depth = instance.callbackDepth();
        if (policy == Backpressure.CALLER_RUNS && depth < MAX_NESTING && help()) {
            return null;
        }
        if (depth > 0) {
            return Submission.FULL; // waiting here might be waiting for ourselves
        }
        return waiters.awaitInterruptibly(roomOrEnd, left(deadline)) ? null : Submission.FULL;
    }

    /** The instance's limit is reached: the same, but room is made by any shell of the instance. */
    @Nullable
    Submission awaitLimit(InFlightLimit limit, long deadline) {
        if (policy == Backpressure.FAIL) {
            return Submission.FULL;
        }
        if (isDropping()) {
            if (policy == Backpressure.DROP_OLDEST) {
                engine.parallelPhase().dropOldest(); // shortens the way to room, but room comes in the order's time
            }
            return Submission.FULL;
        }
        int depth = instance.callbackDepth();
        if (policy == Backpressure.CALLER_RUNS && depth < MAX_NESTING && help()) {
            return null;
        }
        if (depth > 0) {
            return Submission.FULL;
        }
        return limit.await(ending, left(deadline)) ? null : Submission.FULL;
    }

    /** When a submission that begins to wait now has waited long enough; not 0. */
    long deadline() {
        return waitNanos == Waiters.FOREVER ? Waiters.FOREVER : (System.nanoTime() + waitNanos) | 1;
    }

    private static long left(long deadline) {
        return deadline == Waiters.FOREVER ? Waiters.FOREVER : Math.max(0, deadline - System.nanoTime());
    }

    private boolean hasRoomOrEnds() {
        return ring.hasRoom() || isEnding();
    }

    private boolean isEnding() {
        return !engine.isRunning() || !instance.isOpen();
    }

    private boolean help() {
        Worker worker = (Worker) HELPER.getAndSet(this, null); // pairs with the compare-and-set below: one user at a time
        if (worker == null) {
            worker = instance.borrowHelper();
        }
        worker.thread = Thread.currentThread();
        try {
            return engine.parallelPhase().help(worker);
        } finally {
            worker.thread = null;
            if (!HELPER.compareAndSet(this, null, worker)) {
                instance.returnHelper(worker);
            }
        }
    }
}
