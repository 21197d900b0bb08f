package org.quern.padata;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.padata.run.Waiters;

/**
 * An instance of ordered parallel execution: parallel workers, serial workers, the masks that say where they run, and the
 * shells that share them.
 * <p>
 * Thread-safe. Worker threads are daemons and run until {@link #close}; an instance that is not closed keeps them.
 * <p>
 * The lock named in contracts guards the set of shells, or the masks. It is held while a shell is made, forgotten or
 * counted, and while masks are replaced, never while a callback runs. Methods that change the state may be called inside
 * callbacks, except {@code close}.
 */
@Operation(threads = Operation.Threads.ANY)
public final class Padata implements AutoCloseable {
    private final Instance instance;
    private @Nullable CloseReport report; // guarded by closing
    private final Object closing = new Object();

    private Padata(Instance instance) {
        this.instance = instance;
    }

    /**
     * Opens an instance; it is running on return. Starts a thread for each worker and waits until all have called
     * {@link PadataOptions#workerContext}: a factory that blocks blocks this call, without bound. An interrupt does not
     * end it; the flag stays set. Allocates about 16 bytes for each of {@link PadataOptions#maxShells}, and 8 more for
     * each serial CPU.
     *
     * @param options what to open
     * @return the instance
     * @throws IllegalArgumentException if a mask is empty, names a CPU that is not possible, or has none that is online;
     *         the message names the mask and the CPUs available
     * @throws IllegalStateException if the worker context of a worker could not be made: the factory threw, which is the
     *         cause, or made null. No thread is left
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public static Padata open(PadataOptions options) {
        Instance instance = new Instance(options.values());
        instance.start();
        return new Padata(instance);
    }

    /**
     * A shell with the instance's defaults. Costs less than 100 bytes until its first job, then its ring: 12 bytes at most
     * for each job it holds, 2 more with serial CPUs, and about 1200.
     *
     * @return the shell
     * @throws IllegalStateException if the instance is closed or has {@link PadataOptions#maxShells} shells
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock", errors = IllegalStateException.class)
    public Shell newShell() {
        return instance.shells().make(instance.defaultShell());
    }

    /**
     * A shell. The cost is as above; the ring has twice as many slots where {@link Backpressure jobs are dropped}.
     *
     * @param options what to make
     * @return the shell
     * @throws IllegalStateException if the instance is closed or has {@link PadataOptions#maxShells} shells
     * @throws IllegalArgumentException if {@link SerialMode#ON_CALLBACK_CPU} is asked for without a serial mask
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public Shell newShell(ShellOptions options) {
        return instance.shells().make(options.resolve(instance.options()));
    }

    /**
     * A shell whose jobs stand in its slots, made here once and for all, for one submitting thread. Costs what a shell
     * costs, and its jobs: as many as its {@link ShellOptions#withCapacity capacity}, rounded up to a power of two.
     *
     * @param <J> the type of the jobs
     * @param options what to make; {@link ShellOptions#singleProducer} goes without saying
     * @param factory makes a new job each time it is called
     * @return the shell
     * @throws IllegalStateException if the instance is closed or has {@link PadataOptions#maxShells} shells
     * @throws IllegalArgumentException if the factory makes null or a job twice, the shell would drop jobs, or
     *         {@link SerialMode#ON_CALLBACK_CPU} is asked for without a serial mask
     * @throws NullPointerException if an argument is null
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class, NullPointerException.class})
    public <J extends Job> SlotShell<J> newSlotShell(ShellOptions options, Supplier<? extends J> factory) {
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(factory, "factory");
        return SlotShell.make(instance, options.resolve(instance.options()), factory);
    }

    /**
     * A shell that keeps order for each key; counts as one of {@link PadataOptions#maxShells}. Costs 8 bytes for each of
     * {@link KeyedShellOptions#jobsWaiting}, and about 1000.
     *
     * @param <K> the type of the keys
     * @param options what to make
     * @return the shell
     * @throws IllegalStateException if the instance is closed or has {@link PadataOptions#maxShells} shells
     * @throws NullPointerException if the options are null
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock", errors = {
            IllegalStateException.class, NullPointerException.class})
    public <K> KeyedShell<K> newKeyedShell(KeyedShellOptions options) {
        Objects.requireNonNull(options, "options");
        return new KeyedShell<>(instance, instance.shells().makeKeyed(options));
    }

    /**
     * The label of the instance.
     *
     * @return the name
     */
    public String name() {
        return instance.options().name;
    }

    /**
     * The state of this instance. Two volatile reads.
     *
     * @return the state
     */
    public State state() {
        return instance.state();
    }

    /**
     * What the state is made of, as in the original. A closed instance keeps the flags it had.
     *
     * @return the flags that are set now; not modifiable
     */
    public Set<InstanceFlag> flags() {
        return instance.masks().flags();
    }

    /**
     * The workers of an instance opened with {@link PadataOptions#externalWorkers}, for the application's threads to run.
     *
     * @return the workers in order of their numbers, always the same; none if the instance has threads of its own
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock")
    public List<ExternalWorker> externalWorkers() {
        return instance.workers().external();
    }

    // ---- masks ----

    /**
     * A mask as the user supplied it; it may name CPUs that are offline.
     *
     * @param kind which
     * @return the mask; the serial one is empty in an instance that was opened without
     * @throws NullPointerException if the kind is null
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock", errors = NullPointerException.class)
    public CpuMask userMask(MaskKind kind) {
        return instance.masks().user(Objects.requireNonNull(kind, "kind"));
    }

    /**
     * The CPUs of a mask that are online.
     *
     * @param kind which
     * @return the mask; empty if the instance is invalid for it
     * @throws NullPointerException if the kind is null
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock", errors = NullPointerException.class)
    public CpuMask usableMask(MaskKind kind) {
        return instance.masks().usable(Objects.requireNonNull(kind, "kind"));
    }

    /**
     * Replaces a mask while the instance runs. Order is kept: jobs submitted before are serialised before jobs submitted
     * after, the former by the serial workers they were submitted for. Workers come and go with the mask, unless
     * {@link PadataOptions#parallelWorkers} fixed their number; those to go end what they run.
     * <p>
     * A mask without a CPU that is online is stored like any other; the instance is {@link State#INVALID} then, until a
     * mask or a CPU makes it valid again. A pause is not ended by any mask. Once the instance closes, masks are stored and
     * nothing follows from it.
     * <p>
     * Expensive: looks at each shell, starts threads, and interrupts every processor that runs this process; submissions
     * wait meanwhile or get {@link SubmitResult#BUSY}. Does not wait for jobs.
     *
     * @param kind which
     * @param mask the new mask
     * @throws IllegalArgumentException if it names a CPU that is not possible; nothing is changed
     * @throws IllegalStateException if the serial mask of an instance without serial workers is to be set
     * @throws OutOfMemoryError if a thread cannot be started: the mask is stored, workers and lanes are as before
     * @throws NullPointerException if an argument is null
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class, OutOfMemoryError.class,
            NullPointerException.class})
    public void setMask(MaskKind kind, CpuMask mask) {
        instance.masks().set(Objects.requireNonNull(kind, "kind"), Objects.requireNonNull(mask, "mask"));
        instance.attachments().maskChanged(kind);
    }

    /**
     * A user-supplied mask in the text form of the kernel's control files.
     *
     * @param kind which
     * @return the text, newline included
     * @throws CpuMaskFormatException if there are so many CPUs that the text does not fit in a page
     * @throws NullPointerException if the kind is null
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock", errors = {
            CpuMaskFormatException.class, NullPointerException.class})
    public String maskText(MaskKind kind) {
        return userMask(kind).format(instance.masks().possibleCpus());
    }

    /**
     * {@link #setMask} with the text form of the kernel's control files. The empty text is the empty mask, which stops the
     * instance.
     *
     * @param kind which
     * @param text the text; see {@link CpuMask#parse}
     * @throws CpuMaskFormatException if the text is malformed or names a CPU beyond the last possible one; nothing is
     *         changed
     * @throws IllegalArgumentException if it names a CPU that is not possible; nothing is changed
     * @throws IllegalStateException as {@link #setMask} says
     * @throws NullPointerException if an argument is null
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock", errors = {
            CpuMaskFormatException.class, IllegalArgumentException.class, IllegalStateException.class,
            OutOfMemoryError.class, NullPointerException.class})
    public void setMaskText(MaskKind kind, String text) {
        setMask(kind, CpuMask.parse(Objects.requireNonNull(text, "text"), instance.masks().possibleCpus()));
    }

    /**
     * Refuses submissions ({@link SubmitResult#STOPPED}) until {@link #resume}. When this has returned no job is accepted
     * any more; jobs accepted before go on, and are not waited for. Pausing twice is pausing once.
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock")
    public void pause() {
        instance.masks().pause();
    }

    /**
     * Ends a pause.
     *
     * @return true if submissions are accepted now; false if a mask is invalid, or the instance is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock")
    public boolean resume() {
        return instance.masks().resume() && state() == State.RUNNING;
    }

    /**
     * Counters; costs a walk over workers and shells, during which no shell can be made, and allocates.
     *
     * @return a snapshot
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock")
    public PadataStats stats() {
        int epochs = instance.trail().epochs();
        return instance.workers().stats(instance.shells().total(), epochs);
    }

    // ---- closing ----

    /**
     * {@link #close(CloseMode, Duration)} with {@link CloseMode#DRAIN}.
     *
     * @param deadline how long to wait at most; zero waits for no job; more than 292 years waits for ever
     * @return the report; a second call returns the first report
     * @throws IllegalArgumentException if the deadline is negative
     * @throws IllegalStateException if called from inside a callback of this instance: it would wait for itself
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = "the instance's close lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public CloseReport close(Duration deadline) {
        return close(CloseMode.DRAIN, deadline);
    }

    /**
     * Closes all shells as {@link Shell#close(CloseMode, Duration)} does, sharing one deadline, then ends the workers and
     * waits for them. A worker that is still inside a callback at the deadline is interrupted, and reported if that does
     * not end it. Shells are closed one after the other in no particular order: where one shell's callbacks submit to
     * another, close the shells yourself, first things first.
     * <p>
     * Each worker that has not ended at the deadline delays the return by up to 100 ms more, the time it gets after its
     * interrupt. A call that finds another one closing waits for that one's report, whatever its own deadline. An
     * interrupt does not cut a close short; the flag is set again.
     *
     * @param mode what to do with jobs in flight
     * @param deadline how long to wait at most; zero waits for no job; more than 292 years waits for ever
     * @return the report; a second call returns the first report
     * @throws IllegalArgumentException if the deadline is negative
     * @throws IllegalStateException if called from inside a callback of this instance: it would wait for itself
     * @throws NullPointerException if the mode is null
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = "the instance's close lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class, NullPointerException.class})
    public CloseReport close(CloseMode mode, Duration deadline) {
        Objects.requireNonNull(mode, "mode");
        instance.refuseInsideCallback("Padata.close");
        long nanos = nanos(deadline);
        instance.shells().startClosing(); // no shell is added from here on
        synchronized (closing) {
            if (report == null) {
                report = closeAll(mode, nanos, System.nanoTime());
                instance.shells().setClosed();
            }
            return report;
        }
    }

    /**
     * {@link #close(Duration)} with {@link PadataOptions#closeDeadline}.
     *
     * @throws IllegalStateException if jobs had to be given up or a thread could not be ended, with the report in its
     *         message, also when an earlier close did so; or if called from inside a callback of this instance
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = "the instance's close lock", errors = IllegalStateException.class)
    @Override
    public void close() {
        CloseReport result = close(instance.options().closeDeadline);
        if (!result.drained() || !result.stuckThreads().isEmpty()) {
            throw new IllegalStateException("instance " + name() + " did not drain: " + result);
        }
    }

    private CloseReport closeAll(CloseMode mode, long nanos, long start) {
        CloseReport ofShells = instance.shells().closeAll(mode, nanos);
        instance.stopListening();
        instance.attachments().detachAll(); // a control file must not bring workers back
        return ofShells.with(instance.workers().stop(Math.max(0, nanos - (System.nanoTime() - start))));
    }

    /** A deadline in nanoseconds; anything beyond 292 years waits for ever. */
    static long nanos(Duration deadline) {
        return nanos("deadline", deadline);
    }

    static long nanos(String parameter, Duration duration) {
        Objects.requireNonNull(duration, parameter);
        if (duration.isNegative()) {
            throw new IllegalArgumentException(parameter + "=" + duration + ": must not be negative");
        }
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return Waiters.FOREVER;
        }
    }

    /** For tests and checkers. */
    Instance instance() {
        return instance;
    }
}
