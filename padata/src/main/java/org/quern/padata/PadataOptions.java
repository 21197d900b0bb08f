package org.quern.padata;

import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;

/**
 * How to open an instance. Immutable, hence thread-safe; each method returns a changed copy, at the cost of that copy,
 * and nothing here blocks. Start from {@link #defaults}. A null argument is refused with a
 * {@link NullPointerException} that names it.
 */
@Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
public final class PadataOptions {
    private final Draft values;

    private PadataOptions(Draft values) {
        this.values = values;
    }

    /**
     * One parallel worker for each available CPU, none pinned; no serial workers (serial phases run inline); rings of
     * 1024 jobs; a submitter that finds the ring full helps; close waits for up to 30 seconds.
     *
     * @return the options
     */
    @Operation(threads = Operation.Threads.ANY)
    public static PadataOptions defaults() {
        return new PadataOptions(new Draft());
    }

    /**
     * Labels the instance; worker threads carry it in their names. Need not be unique.
     *
     * @param name the label
     * @return the changed copy
     */
    public PadataOptions named(String name) {
        Objects.requireNonNull(name, "name");
        return with(d -> d.name = name);
    }

    /**
     * Gives the CPUs of the parallel workers: one worker for each that is online, unless {@link #parallelWorkers} says
     * otherwise. Can be changed by {@link Padata#setMask}.
     *
     * @param cpus the mask; checked by {@link Padata#open}
     * @return the changed copy
     */
    public PadataOptions parallelCpus(CpuMask cpus) {
        Objects.requireNonNull(cpus, "cpus");
        return with(d -> d.parallelCpus = cpus);
    }

    /**
     * Sets the number of parallel workers. When pinned, worker i runs on the (i mod n)-th CPU of the parallel mask.
     *
     * @param workers 1 to 1024
     * @return the changed copy
     * @throws IllegalArgumentException if out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public PadataOptions parallelWorkers(int workers) {
        return with(d -> d.parallelWorkers = check("workers", workers, 1, 1024));
    }

    /**
     * Makes all parallel workers external: no thread is started for them, the application's own threads run them, turn by
     * turn; see {@link Padata#externalWorkers}. Such an instance serialises inline: it has no serial CPUs.
     *
     * @param workers how many, 1 to 1024; replaces {@link #parallelWorkers}
     * @param batches how many batches, of 16 jobs at most, a turn runs: 1 for the finest steps, 16 and more where a turn
     *        should cost little beside its jobs
     * @return the changed copy
     * @throws IllegalArgumentException if a number is out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public PadataOptions externalWorkers(int workers, int batches) {
        check("batches", batches, 1, 1 << 20);
        return parallelWorkers(workers).with(d -> d.externalBatches = batches);
    }

    /**
     * Gives the CPUs of the serial workers, one for each that is online: serial phases run there and not inline. Can be
     * changed by {@link Padata#setMask}.
     *
     * @param cpus the mask; checked by {@link Padata#open}
     * @return the changed copy
     */
    public PadataOptions serialCpus(CpuMask cpus) {
        Objects.requireNonNull(cpus, "cpus");
        return with(d -> d.serialCpus = cpus);
    }

    /**
     * Lets Java Flight Recorder see every job of a shell: {@code org.quern.padata.ParallelPhase} and
     * {@code org.quern.padata.SerialPhase}, both off in a recording until it enables them. Off by default, and then not even
     * the question whether somebody records is on the way of a job. Jobs of keyed shells are not recorded.
     *
     * @param record whether
     * @return the changed copy
     */
    @Operation(threads = Operation.Threads.ANY)
    public PadataOptions recordJobs(boolean record) {
        return with(d -> d.recordJobs = record);
    }

    /**
     * Binds each worker to its CPU by sched_setaffinity(2), where the system lets it; otherwise workers run unpinned
     * and {@link PadataStats#parallelCpus} says so. Off by default: on shared cores pinning ruins tail latency.
     *
     * @param pinned whether to bind
     * @return the changed copy
     */
    @Operation(threads = Operation.Threads.ANY)
    public PadataOptions pinned(boolean pinned) {
        return with(d -> d.pinned = pinned);
    }

    /**
     * Gives the factory of the object that {@link Worker#context} returns: called once for each worker thread, on that
     * thread, before its first job, and once for each helper that submitting threads come to need, on the thread that
     * submits. Calls may come from several threads at once. {@link Padata#open} waits for those of the workers.
     *
     * @param factory makes a context, never null
     * @return the changed copy
     */
    public PadataOptions workerContext(Supplier<?> factory) {
        Objects.requireNonNull(factory, "factory");
        return with(d -> d.workerContext = factory);
    }

    /**
     * Gives the handler of exceptions thrown by serial callbacks. By default they are logged with the platform logger
     * {@code org.quern.padata}.
     *
     * @param handler the handler
     * @return the changed copy
     */
    public PadataOptions failureHandler(FailureHandler handler) {
        Objects.requireNonNull(handler, "handler");
        return with(d -> d.failureHandler = handler);
    }

    /**
     * Sets the default capacity of a shell's ring, that is the limit of its jobs in flight.
     *
     * @param jobs 2 to 2^20, rounded up to a power of two; what became of it is {@link Shell#capacity}
     * @return the changed copy
     * @throws IllegalArgumentException if out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public PadataOptions ringCapacity(int jobs) {
        return with(d -> d.ringCapacity = check("jobs", jobs, 2, ShellOptions.MAX_CAPACITY));
    }

    /**
     * Sets the default policy for a full ring.
     *
     * @param policy the policy
     * @return the changed copy
     */
    public PadataOptions whenFull(Backpressure policy) {
        Objects.requireNonNull(policy, "policy");
        return with(d -> d.whenFull = policy);
    }

    /**
     * Sets how many shells may be open at once; the queues of ready shells are made for this number (about 16 bytes
     * each).
     *
     * @param shells 1 to 2^24; 4096 by default
     * @return the changed copy
     * @throws IllegalArgumentException if out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public PadataOptions maxShells(int shells) {
        return with(d -> d.maxShells = check("shells", shells, 1, 1 << 24));
    }

    /**
     * Sets how long the {@code close()} methods without argument wait.
     *
     * @param deadline zero or more; 30 seconds by default; more than 292 years waits for ever
     * @return the changed copy
     * @throws IllegalArgumentException if negative
     */
    @Operation(threads = Operation.Threads.ANY, errors = {NullPointerException.class, IllegalArgumentException.class})
    public PadataOptions closeDeadline(Duration deadline) {
        Objects.requireNonNull(deadline, "deadline");
        Padata.nanos("deadline", deadline); // refuses a negative one here, not when it is too late to choose another
        return with(d -> d.closeDeadline = deadline);
    }

    /**
     * Sets how many jobs all shells of the instance may hold together; a submission beyond it does what its shell's
     * {@link Backpressure} says. Costs each submission a read-modify-write of one counter. Without limit by default.
     *
     * @param jobs 1 or more
     * @return the changed copy
     * @throws IllegalArgumentException if out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public PadataOptions maxInFlight(long jobs) {
        if (jobs < 1) {
            throw new IllegalArgumentException("jobs=" + jobs + ": must be 1 or more");
        }
        return with(d -> d.maxInFlight = jobs);
    }

    /**
     * Reports a job that its whole shell has waited for so long: since it was deferred, or since the watchdog, which looks
     * four times in that interval, first saw the shell wait for it. Off by default.
     *
     * @param after how long, 1 ms or more
     * @param handler told once for each such job
     * @return the changed copy
     * @throws IllegalArgumentException if the time is shorter
     */
    @Operation(threads = Operation.Threads.ANY, errors = {NullPointerException.class, IllegalArgumentException.class})
    public PadataOptions stallHandler(Duration after, StallHandler handler) {
        Objects.requireNonNull(handler, "handler");
        checkLimit("after", after);
        return with(d -> {
            d.stallAfter = after;
            d.stallHandler = handler;
        });
    }

    /**
     * Expires a deferred job that its whole shell has waited for, this long after it was deferred: {@link Job#failed} gets
     * a {@link java.util.concurrent.TimeoutException} in its turn, and the token answers false. Checked four times in that
     * interval. Off by default.
     *
     * @param limit how long, 1 ms or more
     * @return the changed copy
     * @throws IllegalArgumentException if the time is shorter
     */
    @Operation(threads = Operation.Threads.ANY, errors = {NullPointerException.class, IllegalArgumentException.class})
    public PadataOptions deferralLimit(Duration limit) {
        checkLimit("limit", limit);
        return with(d -> d.deferralLimit = limit);
    }

    private static void checkLimit(String parameter, Duration limit) {
        Objects.requireNonNull(limit, parameter);
        if (limit.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException(parameter + "=" + limit + ": must be 1 ms or more");
        }
    }

    /**
     * Sets where the instance learns which CPUs there are and when they come and go. By default the system is asked once,
     * at open. With a {@link SimulatedCpus} nothing is pinned.
     *
     * @param source the source
     * @return the changed copy
     */
    public PadataOptions cpuSource(CpuSource source) {
        Objects.requireNonNull(source, "source");
        return with(d -> d.cpus = source);
    }

    /** For tests: the CPUs to believe in instead of asking the system; nothing is pinned then. */
    PadataOptions assumingCpus(CpuMask cpus) {
        return cpuSource(new SimulatedCpus(cpus));
    }

    /** For tests: runs before each replacement of the masks' epoch, and may throw as an allocation that fails would. */
    PadataOptions beforeReplacement(Runnable hook) {
        return with(d -> d.beforeReplacement = hook);
    }

    /** For tests: the number of the first job of each shell, to exercise wrap-around. */
    PadataOptions firstSequence(long sequence) {
        return with(d -> d.firstSequence = sequence);
    }

    Draft values() {
        return values;
    }

    private PadataOptions with(Consumer<Draft> change) {
        Draft copy = new Draft(values);
        change.accept(copy);
        return new PadataOptions(copy);
    }

    private static int check(String parameter, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(parameter + "=" + value + ": must be " + min + ".." + max);
        }
        return value;
    }

    /** The values while a copy is being changed; never changed after {@link #with} returns. */
    static final class Draft {
        String name = "padata";
        @Nullable
        CpuMask parallelCpus;
        @Nullable
        CpuMask serialCpus;
        @Nullable
        CpuSource cpus;
        Runnable beforeReplacement = () -> {};
        long maxInFlight = Long.MAX_VALUE;
        Duration stallAfter = Duration.ofSeconds(1);
        @Nullable
        StallHandler stallHandler;
        @Nullable
        Duration deferralLimit;
        int parallelWorkers;
        boolean pinned;
        boolean recordJobs;
        /** 0: workers have threads. */
        int externalBatches;
        @Nullable
        Supplier<?> workerContext;
        @Nullable
        FailureHandler failureHandler;
        int ringCapacity = 1024;
        Backpressure whenFull = Backpressure.CALLER_RUNS;
        int maxShells = 4096;
        Duration closeDeadline = Duration.ofSeconds(30);
        long firstSequence;

        Draft() {}

        Draft(Draft from) {
            name = from.name;
            parallelCpus = from.parallelCpus;
            serialCpus = from.serialCpus;
            cpus = from.cpus;
            beforeReplacement = from.beforeReplacement;
            maxInFlight = from.maxInFlight;
            stallAfter = from.stallAfter;
            stallHandler = from.stallHandler;
            deferralLimit = from.deferralLimit;
            parallelWorkers = from.parallelWorkers;
            pinned = from.pinned;
            recordJobs = from.recordJobs;
            externalBatches = from.externalBatches;
            workerContext = from.workerContext;
            failureHandler = from.failureHandler;
            ringCapacity = from.ringCapacity;
            whenFull = from.whenFull;
            maxShells = from.maxShells;
            closeDeadline = from.closeDeadline;
            firstSequence = from.firstSequence;
        }

        boolean pins() {
            return pinned && !(cpus instanceof SimulatedCpus);
        }
    }
}
