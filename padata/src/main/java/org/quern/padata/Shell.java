package org.quern.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.padata.order.DrainWords.Outcome;
import org.quern.padata.order.RingCursors;
import org.quern.padata.run.Waiters;

/**
 * One independent ordered stream of jobs. Shells of an instance share its workers and nothing else: no order holds
 * between them and none waits for another.
 * <p>
 * Thread-safe; any number of threads may submit, and the order of submission is the order in which {@code submit}
 * numbered the jobs.
 */
@Operation(threads = Operation.Threads.ANY)
public final class Shell implements AutoCloseable {
    // Where a shell stands.
    //
    //     scheduled   0: in no run queue.  1: in the run queue, or with the worker that has just taken it from there.
    //                 Raised by compare-and-set by whoever brings work; lowered only by the worker that took it, which
    //                 then looks for work once more. S1: if there is claimable work or a drain pending, the flag is
    //                 up, or somebody is on the way to raise it.
    //     drainPending  the drain token goes with the shell through the run queue.
    //     onLane        the drain token goes with the shell through a serial worker's queue.
    //
    // Submit and leave are a Dekker pair: publish by a volatile compare-and-set, then read the flag; lower the flag by
    // a volatile store, then look for published jobs. One of the two sees the other, without any further fence.
    private static final VarHandle STATE;
    private static final VarHandle SCHEDULED;
    private static final VarHandle DRAIN_PENDING;
    private static final VarHandle HELPER;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(Shell.class, "state", State.class);
            SCHEDULED = lookup.findVarHandle(Shell.class, "scheduled", int.class);
            DRAIN_PENDING = lookup.findVarHandle(Shell.class, "drainPending", int.class);
            HELPER = lookup.findVarHandle(Shell.class, "helper", Worker.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final String HELPERS_LOCK = "that of the helpers, while one more is made";
    private static final String CLOSE_LOCK = "the shell's close lock, then the instance's lock";

    /** How deep callbacks may help in each other's name on one thread. */
    private static final int MAX_NESTING = 3;

    private final Padata padata;
    private final String name;
    private final Ring ring;
    private final long firstSequence;
    private final ParallelPhase parallelPhase;
    private final SerialPhase serialPhase;
    private final Backpressure whenFull;
    /** Null if this shell serialises inline. */
    private final @Nullable Lanes lanes;
    private final int defaultCallbackCpu;
    private final Waiters waiters = new Waiters();
    private final BooleanSupplier roomOrEnd = this::hasRoomOrEnds; // made once: waiting allocates nothing
    private final ShellCloser closer;
    private final AtomicLong voids = new AtomicLong();
    private final AtomicLong threw = new AtomicLong();
    private final AtomicLong deepestDeferred = new AtomicLong();

    private volatile State state = State.RUNNING;
    private volatile int scheduled;
    private volatile int drainPending;
    private volatile int onLane;
    /** A helper kept for the next submission that finds the ring full. */
    @SuppressWarnings("unused") // through HELPER
    private volatile @Nullable Worker helper;

    Shell(Padata padata, String name, Ring ring, Backpressure whenFull, @Nullable Lanes lanes, int callbackCpu) {
        this.padata = padata;
        this.name = name;
        this.ring = ring;
        this.whenFull = whenFull;
        this.lanes = lanes;
        defaultCallbackCpu = callbackCpu;
        firstSequence = ring.cursors.headPlain();
        serialPhase = new SerialPhase(this, ring);
        parallelPhase = new ParallelPhase(this, ring, serialPhase);
        closer = new ShellCloser(this, ring, waiters);
    }

    /**
     * Submits a job on the shell's default callback CPU; see {@link #submit(Job, int)}.
     *
     * @param job the job; taken over until its serial phase is entered, if accepted
     * @return the outcome; see {@link SubmitResult}
     * @throws IllegalStateException if the job is in flight, or a worker context was needed and the factory made null
     * @throws NullPointerException if the job is null
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = HELPERS_LOCK, errors = {
            IllegalStateException.class, NullPointerException.class})
    public Submission submit(Job job) {
        return submit(job, defaultCallbackCpu);
    }

    /**
     * Submits a job with a callback CPU of its own. If {@code callbackCpu} is in the serial mask it is used; otherwise
     * the k-th CPU of the serial mask is, in ascending order, with k = callbackCpu mod the number of CPUs in the mask
     * (the mathematical modulus: never negative). In {@link SerialMode#INLINE} it has no meaning and is ignored.
     * <p>
     * Order is total within the shell whatever the callback CPUs: the shell moves from lane to lane as its jobs ask.
     * <p>
     * With room in the ring it neither blocks nor allocates nor takes a lock: two compare-and-sets, a third and a
     * queue operation if the shell was idle, and a system call of some microseconds if a sleeping worker has to be
     * woken. With the ring full it does what {@link Backpressure} says: run callbacks of this shell, wait without bound
     * for others to make room, or neither. That too allocates nothing, except in the first submissions that help or
     * wait at once, more threads than ever before: 24 bytes for each further thread that waits, a worker with its
     * context, and a lock taken briefly, for each further one that helps.
     *
     * @param job the job; taken over until its serial phase is entered, if accepted
     * @param callbackCpu any number
     * @return the outcome with the CPU actually used; see {@link SubmitResult}
     * @throws IllegalStateException if the job is in flight, or a worker context was needed and the factory made null;
     *         what the factory throws comes through unchanged. The job was not taken by this call
     * @throws NullPointerException if the job is null
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = HELPERS_LOCK, errors = {
            IllegalStateException.class, NullPointerException.class})
    public Submission submit(Job job, int callbackCpu) {
        int lane = lanes == null ? 0 : lanes.laneOf(callbackCpu);
        if (job.ticketVolatile() != Job.IDLE) {
            throw inFlight(job); // the likely misuse, before a number is spent; the race is caught by fill
        }
        RingCursors cursors = ring.cursors;
        for (;;) {
            if (state != State.RUNNING) {
                return Submission.STOPPED;
            }
            long tail = cursors.tailVolatile();
            if (!cursors.hasRoom(tail)) {
                Submission refusal = makeRoom();
                if (refusal != null) {
                    return refusal;
                }
            } else if (cursors.casTail(tail)) {
                return fill(tail, job, lane);
            }
        }
    }

    private Submission fill(long sequence, Job job, int lane) {
        // Dekker with close: it stores the state, then reads the tail; we moved the tail, now read the state. Either
        // close waits for this number, or we see that it must not carry a job.
        if (state != State.RUNNING) {
            voids.incrementAndGet();
            ring.publishVoid(sequence);
            schedule();
            return Submission.STOPPED;
        }
        if (!ring.publish(sequence, job, lane)) {
            voids.incrementAndGet();
            schedule();
            throw inFlight(job);
        }
        schedule();
        return padata.accepted(lanes == null ? Submission.INLINE : lane);
    }

    private IllegalStateException inFlight(Job job) {
        return new IllegalStateException(
                "job=" + job.getClass().getName() + " is in flight: it may be submitted to shell " + name
                        + " again when its serial phase has been entered");
    }

    /** The ring is full: helps, waits, or refuses. Null to try again. */
    private @Nullable Submission makeRoom() {
        if (whenFull == Backpressure.FAIL) {
            return Submission.FULL;
        }
        int depth = padata.callbackDepth();
        if (whenFull == Backpressure.CALLER_RUNS && depth < MAX_NESTING && help()) {
            return null;
        }
        if (depth > 0) {
            return Submission.FULL; // waiting here might be waiting for ourselves
        }
        boolean ready = waiters.awaitInterruptibly(roomOrEnd, Waiters.FOREVER);
        return ready ? null : Submission.FULL;
    }

    private boolean hasRoomOrEnds() {
        return state != State.RUNNING || ring.hasRoom();
    }

    private boolean help() {
        Worker worker = (Worker) HELPER.getAndSet(this, null); // pairs with the compare-and-set below: one user at a time
        if (worker == null) {
            worker = padata.borrowHelper();
        }
        worker.thread = Thread.currentThread();
        try {
            return parallelPhase.help(worker);
        } finally {
            worker.thread = null;
            if (!HELPER.compareAndSet(this, null, worker)) {
                padata.returnHelper(worker);
            }
        }
    }

    // ---- what the phases ask of their shell ----

    boolean isInline() {
        return lanes == null;
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    /** Puts this shell in the run queue unless it is there. The caller has made its work visible by a volatile write. */
    void schedule() {
        if (scheduled == 0 && SCHEDULED.compareAndSet(this, 0, 1)) {
            padata.runQueue().offer(this);
        }
    }

    /** For the worker that took this shell from the run queue: back into it, or out of it. */
    void rescheduleOrLeave() {
        if (hasWork()) {
            padata.runQueue().offer(this); // the flag stays up
            return;
        }
        SCHEDULED.setVolatile(this, 0); // pairs with schedule: the second look comes after
        if (hasWork()) {
            schedule();
        } else if (isClosed()) {
            padata.forgetIfGone(this);
        }
    }

    private boolean hasWork() {
        return drainPending != 0 || (!isClosed() && ring.hasClaimable());
    }

    /** Sends the drain token through the run queue. */
    void scheduleDrain() {
        DRAIN_PENDING.setVolatile(this, 1); // releases the serial phases so far; pairs with takeDrain
        schedule();
    }

    /** Takes the drain token if it came with the shell. */
    boolean takeDrain() {
        return drainPending != 0 && (int) DRAIN_PENDING.getAndSet(this, 0) != 0;
    }

    /** Sends the drain token to a serial worker. */
    void scheduleOnLane(int lane) {
        onLane = 1;
        padata.serialWorker(lane).offer(this);
    }

    /** What a serial worker does with a shell from its queue. */
    void drainOnLane(int lane) {
        onLane = 0;
        serialPhase.drain(lane);
        if (isClosed()) {
            padata.forgetIfGone(this);
        }
    }

    /** What a parallel worker does with a shell from the run queue. */
    void serve(Worker worker) {
        parallelPhase.serve(worker);
    }

    /** Completes a deferred job, from any thread; runs no callback. */
    boolean completeDeferred(long sequence) {
        if (isClosed()) {
            return false;
        }
        Outcome outcome = ring.words.complete(sequence, 1);
        if (outcome == Outcome.TOKEN) {
            serialPhase.handOver(sequence);
        } else if (outcome == Outcome.LEFT) {
            deepestDeferred.accumulateAndGet(sequence - ring.cursors.headVolatile(), Math::max);
        }
        return outcome != Outcome.RETIRED;
    }

    /**
     * Wakes those who wait for room or for the end: at the half-empty watermark while serial phases go on, since each
     * wake-up costs as much as many jobs; but in any case when they stop, since nothing may ever move again by itself.
     */
    void wakeWaiters(boolean stopped) {
        if (waiters.any() && (stopped || ring.inFlight() <= ring.capacity() / 2)) {
            waiters.wakeAll();
        }
    }

    /** A callback threw: counted, and told to the instance's handler. */
    void report(Job job, Throwable thrown) {
        threw.incrementAndGet();
        padata.report(this, job, thrown);
    }

    // ---- closing and statistics ----

    boolean startClosing() {
        return STATE.compareAndSet(this, State.RUNNING, State.CLOSING);
    }

    void setClosed() {
        STATE.setVolatile(this, State.CLOSED);
    }

    /** Whether neither queue refers to this shell. Meaningful once it is closed. */
    boolean isInNoQueue() {
        return scheduled == 0 && onLane == 0;
    }

    /** Closes without the check for callbacks, which {@link Padata#close(Duration)} has made. */
    CloseReport closeUnchecked(long nanos) {
        CloseReport report = closer.close(nanos);
        padata.forgetIfGone(this);
        return report;
    }

    Ring ring() {
        return ring;
    }

    long serialised() {
        return ring.cursors.headVolatile() - firstSequence - voids.get();
    }

    long failedJobs() {
        return serialPhase.failedOpaque();
    }

    long threwCount() {
        return threw.get();
    }

    long deepestDeferred() {
        return deepestDeferred.get();
    }

    // ---- public queries and close ----

    /**
     * The name given in {@link ShellOptions#named}, or one made from a counter.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * The state of this shell. A volatile read.
     *
     * @return the state
     */
    public State state() {
        return state;
    }

    /**
     * The number of jobs the ring holds.
     *
     * @return the capacity, a power of two
     */
    public int capacity() {
        return ring.capacity();
    }

    /**
     * Jobs accepted and not yet serialised. A snapshot; two volatile reads.
     *
     * @return 0 to {@link #capacity}
     */
    public int inFlight() {
        return ring.inFlight();
    }

    /**
     * Refuses new jobs and waits until every accepted job was serialised, or the deadline passes: then the remaining
     * jobs are given up, late completions are rejected, and the report names the job everybody waited for. An interrupt
     * does not cut a close short; the flag is set again. Of several calls at once each waits for its own deadline at
     * most; the first whose deadline passes gives up for all.
     *
     * @param deadline how long to wait at most; zero does not wait; more than 292 years waits for ever
     * @return the report; a second call returns the first report
     * @throws IllegalArgumentException if the deadline is negative
     * @throws IllegalStateException if called from inside a callback of this instance: it would wait for itself
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = CLOSE_LOCK, errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public CloseReport close(Duration deadline) {
        padata.refuseInsideCallback("Shell.close");
        return closeUnchecked(Padata.nanos(deadline));
    }

    /**
     * {@link #close(Duration)} with {@link PadataOptions#closeDeadline}.
     *
     * @throws IllegalStateException if jobs had to be given up, with the report in its message, also when an earlier
     *         close did so; or if called from inside a callback of this instance
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = CLOSE_LOCK, errors = IllegalStateException.class)
    @Override
    public void close() {
        CloseReport report = close(padata.closeDeadline());
        if (!report.drained()) {
            throw new IllegalStateException("shell " + name + " did not drain: " + report);
        }
    }
}
