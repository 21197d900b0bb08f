package org.quern.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.padata.run.Affinity;

/**
 * The place where a {@link Job#parallel} call runs: a worker thread of the instance, or a submitting thread that helps.
 * It carries the context object made by {@link PadataOptions#workerContext}, so that ciphers, buffers and the like need
 * no thread-local: at any time at most one call uses a given worker and its context.
 * <p>
 * Valid only inside the {@code parallel} call it was passed to, on the thread of that call, which owns it meanwhile.
 * {@link #defer} checks that; the other methods cannot do harm by themselves and do not check, but a context used
 * elsewhere has two users. Nothing here blocks.
 */
@Operation(threads = Operation.Threads.OWNER)
public final class Worker {
    /** The index of a worker that a submitting thread borrows. */
    static final int HELPER = -1;
    /** The index of a serial worker, which runs no parallel phases. */
    static final int SERIAL = -2;

    private static final VarHandle IDLE;
    private static final VarHandle JOBS;
    private static final VarHandle DEEPEST;
    private static final VarHandle SERVING;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            JOBS = lookup.findVarHandle(Worker.class, "jobs", long.class);
            IDLE = lookup.findVarHandle(Worker.class, "idle", boolean.class);
            SERVING = lookup.findVarHandle(Worker.class, "serving", Served.class);
            DEEPEST = lookup.findVarHandle(Worker.class, "deepestReordering", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final int index;
    /** Where this worker should run, and where it is bound, or -1. */
    private volatile int wantedCpu = -1;
    private volatile int cpu = -1;
    private volatile boolean pinning;
    /** Set by the thread that acts as this worker, before its first job. */
    private @Nullable Object context;
    /** Whether the thread should leave its loop. */
    private volatile boolean retired;
    /**
     * The thread that acts as this worker now, null if none does. Plain, since it is only ever compared with the reader's
     * own thread: a thread knows for certain whether it acts as a worker, which is all that is asked.
     */
    @Nullable
    Thread thread;
    /** Whether anybody may borrow this helper. Of helpers only; a new one belongs to whoever made it. */
    private volatile boolean idle;

    // The rest is the acting thread's alone, except the two counters, which stats() reads at any time. No reference is
    // stored for each job: such a store costs a barrier of the collector.
    /** First number of the batch that was claimed last. */
    long batchStart;
    /** What this worker serves; others look whether there is something to join. Null between two shells. */
    private volatile @Nullable Served serving;
    /** The job that runs, where it is not found by its number: of keyed shells only. */
    @Nullable
    KeyedJob runs;
    private long sequence;
    private boolean inParallel;
    private @Nullable Completion deferred;
    private long jobs;
    private long deepestReordering;

    Worker(int index) {
        this.index = index;
    }

    /**
     * The context object of this worker.
     *
     * @param <T> the type of the context
     * @param type what {@link PadataOptions#workerContext} makes, or a supertype of it
     * @return this worker's context, always the same object
     * @throws IllegalStateException if the instance was opened without a worker context
     * @throws ClassCastException if the context is not a {@code type}
     */
    @Operation(threads = Operation.Threads.OWNER, errors = {IllegalStateException.class, ClassCastException.class})
    public <T> T context(Class<T> type) {
        if (context == null) {
            throw new IllegalStateException("no worker context: open the instance with PadataOptions.workerContext");
        }
        return type.cast(context);
    }

    /**
     * The number of this worker.
     *
     * @return 0 to workers-1 for a worker thread of the instance, -1 for a submitting thread that helps
     */
    public int index() {
        return index;
    }

    /**
     * The CPU this worker is bound to.
     *
     * @return the CPU number, or -1 if the worker is not pinned
     */
    public int cpu() {
        return cpu;
    }

    /**
     * Defers completion of the job that is running on this worker: returning from {@link Job#parallel} does not
     * complete it any more, the token does. A job that throws after this call fails through the token: the token is
     * used up. Allocates the token (the one allocation in the life of a job).
     *
     * @return the token
     * @throws IllegalStateException if called outside {@code parallel}, from another thread, or twice for one job
     */
    @Operation(threads = Operation.Threads.OWNER, errors = IllegalStateException.class)
    public Completion defer() {
        Served engine = serving;
        if (!Thread.currentThread().equals(thread) || engine == null || !inParallel) {
            throw new IllegalStateException("defer() outside the parallel phase of a job on this worker");
        }
        if (deferred != null) {
            throw new IllegalStateException("job sequence=" + Long.toUnsignedString(sequence) + " of shell "
                    + engine.name() + " is deferred already");
        }
        Job job = engine.running(this, sequence);
        Completion token = new Completion(engine, job, sequence);
        deferred = token;
        job.deferred = token;
        engine.deferred(token);
        if (job.isCancelled() || engine.isCancelling()) { // Dekker with Job.cancel and close: one of the two sees it
            token.release(new CancellationException("job sequence=" + token.sequence + " was cancelled"));
        }
        return token;
    }

    /**
     * Runs the parallel phase of one claimed job, unless the job was given up before.
     *
     * @return false if the job is deferred: then it is nobody's business here any more
     */
    boolean run(Served engine, Job toRun, long itsSequence) {
        if (toRun.isCancelled() && toRun.failure == null) {
            toRun.failure = new CancellationException("job sequence=" + itsSequence + " was cancelled");
        }
        if (toRun.failure != null) {
            return true; // dropped or cancelled: it goes on to its place in the order without having run
        }
        sequence = itsSequence;
        try {
            toRun.parallel(this);
        } catch (Throwable t) {
            threw(engine, toRun, t);
        }
        if (deferred == null) {
            return true;
        }
        deferred = null;
        return false;
    }

    /** Around a batch, so that {@link #defer} outside of it is refused. */
    void setInParallel(boolean inside) {
        inParallel = inside;
    }

    private void threw(Served engine, Job threw, Throwable t) {
        Completion token = deferred;
        if (token == null) {
            threw.failure = t; // published by the exchange that marks the unit done
        } else if (!token.release(t)) {
            engine.report(threw, t); // too late for the job to hear of it: it is complete
        }
    }

    boolean hasContext() {
        return context != null;
    }

    void setContext(@Nullable Object made) {
        context = made;
    }

    // ---- where it runs, and whether; asked by its loop ----

    /** Whether this was a serial worker whose thread has ended; a parallel one may get another thread. */
    boolean hasEnded() {
        return retired && index == SERIAL;
    }

    boolean isRetired() {
        return retired;
    }

    void setRetired(boolean retire) {
        retired = retire;
    }

    void setPinning(boolean pins) {
        pinning = pins;
    }

    void moveTo(int wanted) {
        wantedCpu = wanted;
    }

    boolean hasMoved() {
        return pinning && wantedCpu != cpu;
    }

    /** Binds the calling thread, which is this worker's, to the CPU it should run on; gives binding up if refused. */
    void bindIfMoved() {
        if (hasMoved()) {
            int wanted = wantedCpu;
            pinning = Affinity.pinCurrentThread(wanted);
            cpu = pinning ? wanted : -1;
        }
    }

    @Nullable
    Served servingVolatile() {
        return serving;
    }

    /** Of a helper, whose work nobody joins: needed by {@link #defer} on the same thread only. */
    void setServingPlain(@Nullable Served engine) {
        SERVING.set(this, engine);
    }

    /** Says what this worker serves, or that it serves nothing; pairs with servingVolatile. */
    void setServingVolatile(@Nullable Served engine) {
        serving = engine;
    }

    /** Borrows an idle helper, with what its last user left in it. Pairs with {@link #setIdleRelease}. */
    boolean casIdle() {
        return idle && IDLE.compareAndSet(this, true, false);
    }

    /** Gives a helper back. Pairs with {@link #casIdle}. */
    void setIdleRelease() {
        IDLE.setRelease(this, true);
    }

    void countJobs(int count) {
        JOBS.setOpaque(this, jobs + count);
    }

    void countReordering(long distance) {
        if (distance > deepestReordering) {
            DEEPEST.setOpaque(this, distance);
        }
    }

    long jobsOpaque() {
        return (long) JOBS.getOpaque(this);
    }

    long deepestReorderingOpaque() {
        return (long) DEEPEST.getOpaque(this);
    }
}
