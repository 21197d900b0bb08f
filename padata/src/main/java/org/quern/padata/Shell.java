package org.quern.padata;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;

/**
 * One independent ordered stream of jobs. Shells of an instance share its workers and nothing else: no order holds
 * between them and none waits for another.
 * <p>
 * Thread-safe; any number of threads may submit (unless the shell was made {@linkplain ShellOptions#singleProducer for
 * one}), and the order of submission is the order in which {@code submit} numbered the jobs.
 * <p>
 * A shell that was never submitted to costs less than 100 bytes: what orders its jobs is made by the first submission.
 */
@Operation(threads = Operation.Threads.ANY)
public final class Shell implements AutoCloseable {
    private static final String HELPERS_LOCK = "that of the helpers, while one more is made; the shell's, at its first job";
    private static final String CLOSE_LOCK = "the shell's close lock, then the instance's lock";

    private final Instance instance;
    private final ShellOptions.Draft options;
    private final int number;
    private final int defaultCallbackCpu;
    /** Null before the first submission. */
    private volatile @Nullable Engine engine;

    Shell(Instance instance, ShellOptions.Draft options, int number) {
        this.instance = instance;
        this.options = options;
        this.number = number;
        if (options.serialMode == SerialMode.ON_CALLBACK_CPU && !instance.hasSerialWorkers()) {
            throw new IllegalArgumentException("serialMode=" + options.serialMode
                    + ": the instance was opened without serialCpus");
        }
        // Shells without a callback CPU of their own are spread over the serial mask.
        Lanes lanes = instance.epoch().lanes();
        Integer wanted = options.callbackCpu;
        defaultCallbackCpu = wanted != null ? wanted : lanes.count() == 0 ? 0 : lanes.cpu(number % lanes.count());
    }

    /**
     * Submits a job on the shell's default callback CPU; see {@link #submit(Job, int)}.
     *
     * @param job the job; taken over until its serial phase is entered, if accepted
     * @return the outcome; see {@link SubmitResult}
     * @throws IllegalStateException if the job is in flight, a worker context was needed and the factory made null, or
     *         the shell is single-producer and belongs to another thread
     * @throws NullPointerException if the job is null
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = HELPERS_LOCK, errors = {
            IllegalStateException.class, NullPointerException.class})
    public Submission submit(Job job) {
        return submit(job, defaultCallbackCpu);
    }

    /**
     * Submits a job with a callback CPU of its own. If {@code callbackCpu} is in the usable serial mask it is used;
     * otherwise the k-th CPU of that mask is, in ascending order, with k = callbackCpu mod the number of CPUs in the mask
     * (the mathematical modulus: never negative), and the outcome says which. In {@link SerialMode#INLINE} it has no
     * meaning and is ignored.
     * <p>
     * What is looked at, in this order: whether shell and instance run ({@link SubmitResult#STOPPED}), whether there is a
     * serial CPU ({@link SubmitResult#NO_SERIAL_CPU}), whether masks are being replaced ({@link SubmitResult#BUSY}),
     * whether there is room ({@link SubmitResult#FULL}).
     * <p>
     * Order is total within the shell whatever the callback CPUs: the shell moves from lane to lane as its jobs ask.
     * <p>
     * With room in the ring it neither blocks nor allocates nor takes a lock: two compare-and-sets (none in a
     * single-producer shell), a third and a queue operation if the shell was idle, and a system call of some microseconds
     * if a sleeping worker has to be woken. With the ring full it does what {@link Backpressure} says: run callbacks of
     * this shell, wait for others to make room, or neither. That too allocates nothing, except in the first submissions
     * that help or wait at once, more threads than ever before: 24 bytes for each further thread that waits, a worker with
     * its context, and a lock taken briefly, for each further one that helps. The first submission makes the ring.
     *
     * @param job the job; taken over until its serial phase is entered, if accepted
     * @param callbackCpu any number
     * @return the outcome with the CPU actually used; see {@link SubmitResult}
     * @throws IllegalStateException if the job is in flight, a worker context was needed and the factory made null, or
     *         the shell is single-producer and belongs to another thread; what the factory throws comes through
     *         unchanged. The job was not taken by this call
     * @throws NullPointerException if the job is null
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = HELPERS_LOCK, errors = {
            IllegalStateException.class, NullPointerException.class})
    public Submission submit(Job job, int callbackCpu) {
        return started().submit(job, callbackCpu);
    }

    /**
     * Submits a run of jobs, numbered one after the other as far as there is room: the cheap way to submit many, since
     * they take their numbers with one compare-and-set and look for workers once. Otherwise as {@link #submit(Job)} for
     * each.
     *
     * @param jobs holds the jobs; read during the call only
     * @param from the first
     * @param count how many
     * @return how many were taken, from the first on; less than {@code count} if the shell stopped, or was full and its
     *         {@link Backpressure} does not allow to wait (any longer, or here)
     * @throws IndexOutOfBoundsException if the run does not lie in the array; nothing was submitted
     * @throws IllegalStateException as {@link #submit(Job, int)} says, also if a job is twice in the run; nothing was
     *         submitted, unless a worker context could not be made or the shell drops or has an instance-wide limit
     * @throws NullPointerException if the array or a job is null; nothing was submitted
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = HELPERS_LOCK, errors = {
            IllegalStateException.class, NullPointerException.class, IndexOutOfBoundsException.class})
    public int submitAll(Job[] jobs, int from, int count) {
        Objects.checkFromIndexSize(from, count, jobs.length);
        return started().submitAll(jobs, from, count, defaultCallbackCpu);
    }

    /**
     * The functional form: {@code function} is applied to {@code input} in the parallel phase, and its result is given to
     * {@code consumer} in the serial phase. If the function throws, or the job is dropped or cancelled, the consumer is
     * not called and the instance's {@link FailureHandler} is told, in order. Allocates an object of 56 bytes or less for
     * each job; otherwise as {@link #submit(Job)}.
     *
     * @param <I> what goes in
     * @param <O> what comes out
     * @param input given to the function
     * @param function the parallel phase; must not block
     * @param consumer the serial phase; must not block
     * @return the outcome
     * @throws IllegalStateException as {@link #submit(Job, int)} says
     * @throws NullPointerException if function or consumer is null
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = HELPERS_LOCK, errors = {
            IllegalStateException.class, NullPointerException.class})
    public <I extends @Nullable Object, O extends @Nullable Object> Submission submit(I input,
            Function<? super I, ? extends O> function, Consumer<? super O> consumer) {
        return submit(new FunctionJob<I, O>(input, function, consumer));
    }

    Engine started() {
        Engine present = engine;
        return present != null ? present : start();
    }

    int defaultCallbackCpu() {
        return defaultCallbackCpu;
    }

    private synchronized Engine start() {
        Engine present = engine;
        if (present == null) {
            present = new RingEngine(this, instance, options, isInline());
            engine = present;
            present.setGate(); // after it is visible: who changes the state before sees it, or is seen here
        }
        return present;
    }

    private boolean isInline() {
        return options.serialMode == null ? !instance.hasSerialWorkers() : options.serialMode == SerialMode.INLINE;
    }

    // ---- for the instance ----

    @Nullable
    Engine engineOrNull() {
        return engine;
    }

    boolean retriesWhenBusy() {
        return options.retryWhenBusy;
    }

    boolean isGone() {
        Engine present = engine;
        return present != null && present.isGone();
    }

    void addTo(Totals totals) {
        Engine present = engine;
        if (present != null) {
            present.addTo(totals);
        }
    }

    /** Closes without the check for callbacks, which the caller has made. */
    CloseReport closeUnchecked(CloseMode mode, long nanos) {
        Engine present;
        synchronized (this) {
            present = engine;
            if (present == null) {
                present = new ClosedEngine(FullRing.promised(options));
                engine = present;
            }
        }
        CloseReport report = present.close(mode, nanos);
        instance.forgetIfGone(this);
        return report;
    }

    // ---- queries ----

    /**
     * The name given in {@link ShellOptions#named}, or one made from a counter.
     *
     * @return the name
     */
    public String name() {
        String given = options.name;
        return given != null ? given : instance.options().name + "-" + number;
    }

    /**
     * The state of this shell: its own, or its instance's where that stops it. Volatile reads.
     *
     * @return the state
     */
    public State state() {
        Engine present = engine;
        State own = present == null ? State.RUNNING : present.state();
        return own == State.RUNNING && !instance.isOpen() ? instance.state() : own;
    }

    /**
     * The number of jobs the ring holds.
     *
     * @return the capacity, a power of two
     */
    public int capacity() {
        return FullRing.promised(options);
    }

    /**
     * Jobs accepted and not yet serialised, among them those that were dropped and not told yet. A snapshot; two volatile
     * reads.
     *
     * @return 0 to {@link #capacity}; up to twice that in a shell that drops
     */
    public int inFlight() {
        Engine present = engine;
        return present == null ? 0 : present.inFlight();
    }

    /**
     * The job that all others of this shell wait for: which, where it stands, and since when. A snapshot, for reports and
     * for deciding whether to {@link #expire} it; {@link PadataOptions#stallHandler} tells without being asked.
     *
     * @return the first job that was not serialised, if jobs are in flight
     */
    public Optional<CloseReport.StuckJob> head() {
        Engine present = engine;
        return present == null ? Optional.empty() : present.head();
    }

    /**
     * Gives a deferred job up: {@link Job#failed} is called with the cause in its turn, and the order goes on. Its token,
     * whenever it is used, answers false. A job whose parallel phase runs cannot be expired, since its thread still uses
     * it.
     *
     * @param sequence the job's number, as {@link #head} says
     * @param cause the reason, given to {@link Job#failed}
     * @return true if the job was given up; false if no deferred job has this number, or it is complete
     * @throws NullPointerException if the cause is null
     */
    @Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
    public boolean expire(long sequence, Throwable cause) {
        Objects.requireNonNull(cause, "cause");
        Engine present = engine;
        return present != null && present.expire(sequence, cause);
    }

    // ---- closing ----

    /**
     * {@link #close(CloseMode, Duration)} with {@link CloseMode#DRAIN}.
     *
     * @param deadline how long to wait at most; zero does not wait; more than 292 years waits for ever
     * @return the report; a second call returns the first report
     * @throws IllegalArgumentException if the deadline is negative
     * @throws IllegalStateException if called from inside a callback of this instance: it would wait for itself
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = CLOSE_LOCK, errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public CloseReport close(Duration deadline) {
        return close(CloseMode.DRAIN, deadline);
    }

    /**
     * Refuses new jobs, does with those accepted what the mode says, and waits until every one was serialised, or the
     * deadline passes: then the remaining jobs are given up, late completions are rejected, and the report names the job
     * everybody waited for. An interrupt does not cut a close short; the flag is set again. Of several calls at once each
     * waits for its own deadline at most; the first whose deadline passes gives up for all. A close that cancels may
     * follow one that drains, while that is waiting.
     *
     * @param mode what to do with jobs in flight
     * @param deadline how long to wait at most; zero does not wait; more than 292 years waits for ever
     * @return the report; a second call returns the first report
     * @throws IllegalArgumentException if the deadline is negative
     * @throws IllegalStateException if called from inside a callback of this instance: it would wait for itself
     * @throws NullPointerException if the mode is null
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = CLOSE_LOCK, errors = {
            IllegalArgumentException.class, IllegalStateException.class, NullPointerException.class})
    public CloseReport close(CloseMode mode, Duration deadline) {
        Objects.requireNonNull(mode, "mode");
        instance.refuseInsideCallback("Shell.close");
        return closeUnchecked(mode, Padata.nanos(deadline));
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
        CloseReport report = close(instance.options().closeDeadline);
        if (!report.drained()) {
            throw new IllegalStateException("shell " + name() + " did not drain: " + report);
        }
    }
}
