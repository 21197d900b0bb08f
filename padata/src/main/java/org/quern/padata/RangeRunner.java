package org.quern.padata;

import java.util.BitSet;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.padata.range.NumaNodes;
import org.quern.padata.range.RangeArithmetic;
import org.quern.padata.run.Affinity;

/**
 * Runs range jobs: the caller and as many helpers as are free handle pieces of one range, and the call returns when all are
 * through.
 * <pre>
 *   caller   run(job, body) --+-- piece -- piece -- piece --------+-- report
 *   helper 1                  +--- piece ---- piece -- piece -----+
 *   helper 2  (busy elsewhere: the job goes on without it)
 * </pre>
 * Helpers are taken from a fixed number of slots, shared by all jobs of the runner. Nobody ever waits for a slot, so a body
 * may run range jobs itself, on the same runner: at worst it handles them alone.
 * <p>
 * Thread-safe. Helper threads are daemons, started when needed, and end after a minute without work or at {@link #close}.
 * Actions before {@code run} happen-before the body; actions in the body happen-before the return of {@code run}.
 */
@Operation(threads = Operation.Threads.ANY)
public final class RangeRunner implements AutoCloseable {
    private static final int MAX_HELPERS = 1 << 15;

    private final Semaphore slots;
    private final ExecutorService threads;
    private final NumaNodes nodes;

    private RangeRunner(int helpers, NumaNodes nodes) {
        this.nodes = nodes;
        slots = new Semaphore(helpers);
        AtomicInteger number = new AtomicInteger();
        threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "quern-range-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * A runner with one helper slot for each CPU this process may run on.
     *
     * @return the runner
     */
    @Operation(threads = Operation.Threads.ANY)
    public static RangeRunner open() {
        return open(CpuMask.available().size());
    }

    /**
     * A runner with a number of helper slots.
     *
     * @param helpers 0..32,768; with 0 the caller is alone
     * @return the runner
     * @throws IllegalArgumentException if out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static RangeRunner open(int helpers) {
        return open(helpers, NumaNodes.ofThisMachine());
    }

    /** For tests: nodes to believe in. */
    static RangeRunner open(int helpers, NumaNodes nodes) {
        if (helpers < 0 || helpers > MAX_HELPERS) {
            throw new IllegalArgumentException("helpers=" + helpers + ": must be 0.." + MAX_HELPERS);
        }
        return new RangeRunner(helpers, nodes);
    }

    /**
     * Handles a range. Blocks until every piece that was begun has ended. An interrupt of the caller cancels the job: no further
     * piece is begun, and the flag is set when the call returns.
     *
     * @param job the range and how to cut it
     * @param body called for each piece, from the caller and from helpers at once
     * @return how it went; of an empty range: no thread but the caller, no piece
     * @throws RangeFailedException if a piece, the progress listener or the cancel condition threw
     * @throws IllegalStateException if the runner is closed; nothing was called
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, errors = {
            RangeFailedException.class, IllegalStateException.class, NullPointerException.class})
    public RangeReport run(RangeJob job, RangeBody body) {
        Objects.requireNonNull(job, "job");
        Objects.requireNonNull(body, "body");
        if (threads.isShutdown()) {
            throw closed();
        }
        if (job.size == 0) {
            return new RangeReport(1, 0, 0, 0, false);
        }
        int wished = RangeArithmetic.threads(job.size, job.align, job.minChunk, job.maxThreads);
        return wished == 1 ? alone(job, body) : together(job, body, takeSlots(wished - 1));
    }

    private static RangeReport alone(RangeJob job, RangeBody body) {
        RangeRun run = new RangeRun(job, body, Long.MAX_VALUE); // one piece: no boundary below the limit
        run.work(true);
        return run.end(1, 0);
    }

    private RangeReport together(RangeJob job, RangeBody body, int helpers) {
        long chunk = RangeArithmetic.chunk(job.size, job.align, job.minChunk, helpers + 1);
        RangeRun run = new RangeRun(job, body, chunk);
        CountDownLatch through = new CountDownLatch(helpers);
        int started = 0;
        try {
            for (; started < helpers; started++) {
                BitSet cpus = job.numaAware ? nodes.next() : null;
                threads.execute(() -> help(run, cpus, through));
            }
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            // Closed meanwhile, or the system has no more threads: the caller goes on with those it has.
            for (int i = started; i < helpers; i++) {
                slots.release();
                through.countDown();
            }
        }
        run.work(true);
        awaitAll(through, run);
        return run.end(started + 1, chunk);
    }

    private void help(RangeRun run, @Nullable BitSet cpus, CountDownLatch through) {
        try {
            if (cpus == null) {
                run.work(false);
            } else {
                Affinity.on(cpus, () -> run.work(false));
            }
        } finally {
            slots.release(); // first, so that a caller who runs the next job finds the slot free
            through.countDown(); // pairs with await: the body's actions are visible to the caller
        }
    }

    private static void awaitAll(CountDownLatch through, RangeRun run) {
        boolean interrupted = false;
        for (;;) {
            try {
                through.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
                run.stop();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private int takeSlots(int wished) {
        int taken = 0;
        while (taken < wished && slots.tryAcquire()) {
            taken++;
        }
        return taken;
    }

    /** Refuses further jobs. Those that run go on; idle helper threads end. A second call does nothing. */
    @Operation(threads = Operation.Threads.ANY)
    @Override
    public void close() {
        threads.shutdown();
    }

    private static IllegalStateException closed() {
        return new IllegalStateException("range runner is closed");
    }
}
