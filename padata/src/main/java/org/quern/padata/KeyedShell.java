package org.quern.padata;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;

/**
 * Jobs in order for each key: jobs of one key are delivered in the order they were submitted, jobs of different keys do
 * not wait for each other. For flows, peers, partitions, sessions, where a {@link Shell} for each would be too many. After
 * WireGuard's queues; the second engine of an {@link Padata instance}, served by the same workers.
 * <p>
 * Keys are compared with {@code equals}. A key costs about 100 bytes while it has jobs, and nothing otherwise. A job waits
 * only for those of its key, and for a worker; any worker takes any job. Serial phases run inline, on the worker that
 * finished the first job of the key (after 64 in a row others get their turn): where they should run on CPUs of their
 * own, use shells.
 * <p>
 * Two bounds, and a submission never waits: {@link SubmitResult#FULL} if the key has {@link
 * KeyedShellOptions#jobsOfAKey as many jobs as it may} (ENOSPC in the original); {@link SubmitResult#DROPPED} if too many
 * {@link KeyedShellOptions#jobsWaiting wait for a worker} (EPIPE): the job has its place in the order by then, does not run,
 * and {@link Job#failed} is told in its turn, with a {@link JobDroppedException}.
 * <p>
 * The order is kept when masks change. A job may be {@linkplain Worker#defer deferred} or {@linkplain Job#cancel
 * cancelled} as in a shell; {@link PadataOptions#deferralLimit} and {@link PadataOptions#stallHandler} do not watch keys.
 *
 * @param <K> the type of the keys, with {@code equals} and {@code hashCode}; must not change while it has jobs
 */
@Operation(threads = Operation.Threads.ANY)
public final class KeyedShell<K> implements AutoCloseable {
    private final Instance instance;
    private final KeyedEngine engine;

    KeyedShell(Instance instance, KeyedEngine engine) {
        this.instance = instance;
        this.engine = engine;
    }

    /**
     * Submits a job of a key. Does not wait (but for masks that are being replaced), nor runs a callback. Takes no lock but that of a map's bin, and allocates only
     * when the key had no job: about 100 bytes.
     *
     * @param key the key
     * @param job the job; taken over until its serial phase is entered, if accepted or dropped
     * @return {@code ACCEPTED}; {@code FULL}, also if {@link PadataOptions#maxInFlight} is reached; {@code DROPPED}; or
     *         {@code STOPPED} if the shell is closed or its instance accepts nothing now. While masks are replaced, which
     *         takes microseconds to milliseconds, it waits
     * @throws IllegalStateException if the job is in flight
     * @throws NullPointerException if an argument is null
     */
    @Operation(threads = Operation.Threads.ANY, errors = {IllegalStateException.class, NullPointerException.class})
    public SubmitResult submit(K key, KeyedJob job) {
        return engine.submit(key, job);
    }

    /**
     * The functional form: {@code function} is applied to {@code input} in the parallel phase, and its result is given to
     * {@code consumer} in the serial phase. If the function throws, or the job is dropped, the consumer is not called and
     * the instance's {@link FailureHandler} is told, in order. Allocates three objects, 120 bytes or less.
     *
     * @param <I> what goes in
     * @param <O> what comes out
     * @param key the key
     * @param input given to the function
     * @param function the parallel phase; must not block
     * @param consumer the serial phase; must not block
     * @return the outcome
     * @throws NullPointerException if key, function or consumer is null
     */
    @Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
    public <I extends @Nullable Object, O extends @Nullable Object> SubmitResult submit(K key, I input,
            Function<? super I, ? extends O> function, Consumer<? super O> consumer) {
        return submit(key, new KeyedFunctionJob<I, O>(input, function, consumer));
    }

    /**
     * The name given in {@link KeyedShellOptions#named}, or one made from a counter.
     *
     * @return the name
     */
    public String name() {
        return engine.name();
    }

    /**
     * The state of this shell: its own, or its instance's where that stops it.
     *
     * @return the state
     */
    public State state() {
        return engine.state();
    }

    /**
     * Keys that have jobs in flight. A snapshot.
     *
     * @return how many
     */
    public int keys() {
        return engine.keyCount();
    }

    /**
     * Jobs of a key accepted and not yet delivered. A snapshot.
     *
     * @param key the key
     * @return how many
     * @throws NullPointerException if the key is null
     */
    @Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
    public int inFlight(K key) {
        return engine.inFlight(Objects.requireNonNull(key, "key"));
    }

    /**
     * Refuses new jobs, does with those accepted what the mode says, and waits until all are delivered, or the deadline
     * passes: then the rest is given up. As {@link Shell#close(CloseMode, Duration)}, except that
     * {@link CloseMode#ABANDON} does not wait for callbacks that run; the report names the deferred jobs of all keys, by
     * how often each was submitted.
     *
     * @param mode what to do with jobs in flight
     * @param deadline how long to wait at most
     * @return the report; a second call returns the first report
     * @throws IllegalArgumentException if the deadline is negative
     * @throws IllegalStateException if called from inside a callback of this instance: it would wait for itself
     * @throws NullPointerException if an argument is null
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = "the shell's close lock, then the instance's lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class, NullPointerException.class})
    public CloseReport close(CloseMode mode, Duration deadline) {
        Objects.requireNonNull(mode, "mode");
        instance.refuseInsideCallback("KeyedShell.close");
        CloseReport report = engine.closer().close(mode, Padata.nanos(deadline));
        instance.shells().forget(engine);
        return report;
    }

    /**
     * {@link #close(CloseMode, Duration)} with {@link CloseMode#DRAIN} and {@link PadataOptions#closeDeadline}.
     *
     * @throws IllegalStateException if jobs had to be given up, also when an earlier close did so; or if called from inside
     *         a callback of this instance
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = "the shell's close lock, then the instance's lock", errors = IllegalStateException.class)
    @Override
    public void close() {
        CloseReport report = close(CloseMode.DRAIN, instance.options().closeDeadline);
        if (!report.drained()) {
            throw new IllegalStateException("keyed shell " + name() + " did not drain: " + report);
        }
    }
}
