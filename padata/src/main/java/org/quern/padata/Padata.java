package org.quern.padata;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.padata.run.Waiters;

/**
 * An instance of ordered parallel execution: parallel workers, serial workers, and the shells that share them.
 * <p>
 * Thread-safe. Worker threads are daemons and run until {@link #close}; an instance that is not closed keeps them.
 * <p>
 * The lock named in contracts guards the set of shells. It is held while a shell is made (which allocates its ring),
 * forgotten or counted, never while a callback runs.
 */
@Operation(threads = Operation.Threads.ANY)
public final class Padata implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("org.quern.padata");
    /** Numbers shells for their tickets; wraps within 24 bits, see {@link Ring}. */
    private static final AtomicInteger SHELL_NUMBERS = new AtomicInteger();

    private final PadataOptions.Draft options;
    private final CpuMask parallelCpus;
    private final CpuMask serialCpus;
    private final @Nullable Lanes lanes;
    private final Submission[] accepted;
    private final Workers workers;
    /** Open shells, and closed ones that a queue still refers to. */
    private final Set<Shell> shells = ConcurrentHashMap.newKeySet();
    private final Totals ofForgotten = new Totals();
    private int shellsMade; // guarded by this
    private volatile State state = State.RUNNING;
    private @Nullable CloseReport report; // guarded by closing
    private final Object closing = new Object();

    private Padata(PadataOptions.Draft options) {
        this.options = options;
        CpuMask available = options.assumedCpus != null ? options.assumedCpus : CpuMask.available();
        parallelCpus = options.parallelCpus != null
                ? check("parallelCpus", options.parallelCpus, available)
                : available;
        serialCpus = options.serialCpus != null ? check("serialCpus", options.serialCpus, available) : CpuMask.of();
        lanes = serialCpus.isEmpty() ? null : new Lanes(serialCpus);
        accepted = acceptances(serialCpus);
        workers = new Workers(options, parallelCpus, lanes);
    }

    private static CpuMask check(String mask, CpuMask cpus, CpuMask available) {
        if (cpus.isEmpty() || !available.containsAll(cpus)) {
            throw new IllegalArgumentException(mask + "=" + cpus + ": must "
                    + (cpus.isEmpty() ? "not be empty" : "be among the CPUs available") + "; available are "
                    + available);
        }
        return cpus;
    }

    /** One outcome object for each lane, and one more in front for inline shells. */
    private static Submission[] acceptances(CpuMask serialCpus) {
        int[] cpus = serialCpus.toArray();
        Submission[] outcomes = new Submission[cpus.length + 1];
        outcomes[0] = new Submission(SubmitResult.ACCEPTED, Submission.INLINE);
        for (int lane = 0; lane < cpus.length; lane++) {
            outcomes[lane + 1] = new Submission(SubmitResult.ACCEPTED, cpus[lane]);
        }
        return outcomes;
    }

    /**
     * Opens an instance; it is running on return. Starts a thread for each worker and waits until all have called
     * {@link PadataOptions#workerContext}: a factory that blocks blocks this call, without bound. An interrupt does not
     * end it; the flag stays set. Allocates about 16 bytes for each of {@link PadataOptions#maxShells}, and 8 more for
     * each serial CPU.
     *
     * @param options what to open
     * @return the instance
     * @throws IllegalArgumentException if a mask is empty or names a CPU that is not available; the message names the
     *         mask and the CPUs available
     * @throws IllegalStateException if the worker context of a worker could not be made: the factory threw, which is the
     *         cause, or made null. No thread is left
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public static Padata open(PadataOptions options) {
        Padata padata = new Padata(options.values());
        padata.workers.start();
        return padata;
    }

    /**
     * A shell with the instance's defaults. The cost is that of its ring: 12 bytes at most for each job it holds, and 2 more
     * with serial CPUs.
     *
     * @return the shell
     * @throws IllegalStateException if the instance is closed or has {@link PadataOptions#maxShells} shells
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock", errors = IllegalStateException.class)
    public Shell newShell() {
        return newShell(ShellOptions.defaults());
    }

    /**
     * A shell. The cost is that of its ring: 12 bytes at most for each job it holds, and 2 more where it does not serialise
     * inline.
     *
     * @param options what to make
     * @return the shell
     * @throws IllegalStateException if the instance is closed or has {@link PadataOptions#maxShells} shells
     * @throws IllegalArgumentException if {@link SerialMode#ON_CALLBACK_CPU} is asked for without a serial mask
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public Shell newShell(ShellOptions options) {
        return register(options);
    }

    /**
     * The label of the instance.
     *
     * @return the name
     */
    public String name() {
        return options.name;
    }

    /**
     * The state of this instance. A volatile read.
     *
     * @return the state
     */
    public State state() {
        return state;
    }

    /**
     * The parallel mask.
     *
     * @return the mask; all available CPUs if none was given
     */
    public CpuMask parallelCpus() {
        return parallelCpus;
    }

    /**
     * The serial mask.
     *
     * @return the mask; empty if none was given
     */
    public CpuMask serialCpus() {
        return serialCpus;
    }

    /**
     * Counters; costs a walk over workers and shells, during which no shell can be made, and allocates.
     *
     * @return a snapshot
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the instance's lock")
    public PadataStats stats() {
        return workers.stats(total());
    }

    /**
     * Closes all shells as {@link Shell#close(Duration)} does, sharing one deadline, then ends the workers and waits
     * for them. A worker that is still inside a callback at the deadline is interrupted, and reported if that does not
     * end it. Shells are closed one after the other in no particular order: where one shell's callbacks submit to
     * another, close the shells yourself, first things first.
     * <p>
     * Each worker that has not ended at the deadline delays the return by up to 100 ms more, the time it gets after its
     * interrupt. A call that finds another one closing waits for that one's report, whatever its own deadline. An
     * interrupt does not cut a close short; the flag is set again.
     *
     * @param deadline how long to wait at most; zero waits for no job; more than 292 years waits for ever
     * @return the report; a second call returns the first report
     * @throws IllegalArgumentException if the deadline is negative
     * @throws IllegalStateException if called from inside a callback of this instance: it would wait for itself
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = "the instance's close lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public CloseReport close(Duration deadline) {
        refuseInsideCallback("Padata.close");
        long nanos = nanos(deadline);
        synchronized (this) {
            if (state == State.RUNNING) {
                state = State.CLOSING; // no shell is added from here on
            }
        }
        synchronized (closing) {
            if (report == null) {
                report = closeAll(nanos, System.nanoTime());
                state = State.CLOSED;
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
        CloseReport result = close(closeDeadline());
        if (!result.drained() || !result.stuckThreads().isEmpty()) {
            throw new IllegalStateException("instance " + name() + " did not drain: " + result);
        }
    }

    private CloseReport closeAll(long nanos, long start) {
        boolean drained = true;
        long abandoned = 0;
        List<CloseReport.StuckJob> stuck = new ArrayList<>();
        for (Shell shell : shells) {
            CloseReport one = shell.closeUnchecked(Math.max(0, nanos - (System.nanoTime() - start)));
            drained &= one.drained();
            abandoned += one.abandoned();
            stuck.addAll(one.stuck());
        }
        List<String> threads = workers.stop(Math.max(0, nanos - (System.nanoTime() - start)));
        return new CloseReport(drained, abandoned, List.copyOf(stuck), threads);
    }

    private synchronized Shell register(ShellOptions shellOptions) {
        if (state != State.RUNNING) {
            throw new IllegalStateException("instance " + name() + " is " + state);
        }
        if (shells.size() >= options.maxShells) {
            throw new IllegalStateException("instance " + name() + " has " + shells.size() + " shells: maxShells="
                    + options.maxShells);
        }
        Shell shell = make(shellOptions, shellsMade++);
        shells.add(shell);
        return shell;
    }

    private Shell make(ShellOptions wanted, int number) {
        boolean inline = wanted.serialMode() == null ? lanes == null : wanted.serialMode() == SerialMode.INLINE;
        if (!inline && lanes == null) {
            throw new IllegalArgumentException("serialMode=" + wanted.serialMode()
                    + ": the instance was opened without serialCpus");
        }
        int capacity = ceilingPowerOfTwo(wanted.capacity() != 0 ? wanted.capacity() : options.ringCapacity);
        Ring ring = new Ring(capacity, options.firstSequence, nextShellNumber(), workers.count() + 1, !inline);
        Lanes own = inline ? null : lanes;
        // Shells without a callback CPU of their own are spread over the serial mask.
        int callbackCpu = wanted.callbackCpu() != null
                ? wanted.callbackCpu()
                : own == null ? 0 : own.cpu(number % own.count());
        return new Shell(this, wanted.name() != null ? wanted.name() : name() + "-" + number, ring,
                wanted.whenFull() != null ? wanted.whenFull() : options.whenFull, own, callbackCpu);
    }

    private static int ceilingPowerOfTwo(int n) {
        return Integer.highestOneBit(n - 1) << 1; // n is 2 or more
    }

    private static int nextShellNumber() {
        int bits = Long.SIZE - Ring.TICKET_SEQUENCE_BITS;
        int number;
        do {
            number = SHELL_NUMBERS.incrementAndGet() & ((1 << bits) - 1);
        } while (number == 0);
        return number;
    }

    private Totals total() {
        Totals totals = new Totals();
        synchronized (this) {
            totals.add(ofForgotten);
            shells.forEach(totals::add);
        }
        return totals;
    }

    // ---- what shells ask of their instance ----

    RunQueue runQueue() {
        return workers.runQueue();
    }

    SerialWorker serialWorker(int lane) {
        return workers.serialWorker(lane);
    }

    Submission accepted(int lane) {
        return accepted[lane + 1];
    }

    Worker borrowHelper() {
        return workers.borrowHelper();
    }

    void returnHelper(Worker helper) {
        workers.returnHelper(helper);
    }

    /** How many callbacks of this instance the calling thread is inside of. */
    int callbackDepth() {
        return workers.callbackDepth(Thread.currentThread());
    }

    void refuseInsideCallback(String call) {
        if (callbackDepth() > 0) {
            throw new IllegalStateException(call + " from inside a callback of instance " + name()
                    + " would wait for itself: let another thread close");
        }
    }

    /** Drops a closed shell that no queue refers to; called whenever one of the two may have become true. */
    void forgetIfGone(Shell shell) {
        if (shell.isClosed() && shell.isInNoQueue()) {
            synchronized (this) {
                if (shells.remove(shell)) {
                    ofForgotten.add(shell);
                }
            }
        }
    }

    void report(Shell shell, Job job, Throwable thrown) {
        FailureHandler handler = options.failureHandler;
        try {
            if (handler != null) {
                handler.callbackThrew(shell, job, thrown);
            } else {
                LOG.log(System.Logger.Level.ERROR, "a callback of shell " + shell.name() + " threw", thrown);
            }
        } catch (Throwable ignored) {
            // By contract: the lane goes on whatever the handler does.
        }
    }

    Duration closeDeadline() {
        return options.closeDeadline;
    }

    /** A deadline in nanoseconds; anything beyond 292 years waits for ever. */
    static long nanos(Duration deadline) {
        if (deadline.isNegative()) {
            throw new IllegalArgumentException("deadline=" + deadline + ": must not be negative");
        }
        try {
            return deadline.toNanos();
        } catch (ArithmeticException e) {
            return Waiters.FOREVER;
        }
    }
}
