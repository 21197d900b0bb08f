package org.quern.jmh.padata;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.quern.padata.KeyedJob;
import org.quern.padata.KeyedShell;
import org.quern.padata.KeyedShellOptions;
import org.quern.padata.Padata;
import org.quern.padata.PadataOptions;
import org.quern.padata.Shell;
import org.quern.padata.ShellOptions;
import org.quern.padata.SubmitResult;
import org.quern.padata.Worker;

/**
 * Order for each of many keys: a keyed shell, a shell for each key, a chain of futures for each key on a pool of two, and the
 * limit, a serial loop. Two workers each. The figure to compare is CPU time per job:
 * {@code ./bench KeyedThroughput -prof gc -prof org.quern.jmh.padata.CpuTimeProfiler}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KeyedThroughputBenchmark {
    private static final int JOBS = 1 << 15;
    private static final int WORKERS = 2;

    /** How many keys; the jobs go round. */
    @Param({"16", "1024", "16384"})
    public int keys;

    /** What they do. */
    @Param({"EMPTY", "SPIN_1US"})
    public Work work;

    private Padata padata;
    private KeyedShell<Integer> keyed;
    private Shell[] shells;
    private Integer[] names;
    private Delivery[] jobs;
    private long[] delivered;
    private ExecutorService pool;
    private final Work.Context own = new Work.Context();

    private final class Delivery extends KeyedJob {
        int key;

        @Override
        protected void parallel(Worker worker) {
            work.run(worker.context(Work.Context.class));
        }

        @Override
        protected void serial() {
            delivered[key]++;
        }
    }

    /** Opens everything; who is not measured sleeps. */
    @Setup
    public void open() {
        padata = Padata.open(PadataOptions.defaults().parallelWorkers(WORKERS).maxShells(keys + 1)
                .workerContext(Work.Context::new));
        keyed = padata.newKeyedShell(KeyedShellOptions.defaults().jobsOfAKey(1 << 15).jobsWaiting(1 << 16));
        shells = new Shell[keys];
        names = new Integer[keys];
        for (int i = 0; i < keys; i++) {
            shells[i] = padata.newShell(ShellOptions.defaults().withCapacity(64));
            names[i] = i;
        }
        jobs = new Delivery[JOBS];
        for (int i = 0; i < JOBS; i++) {
            jobs[i] = new Delivery();
        }
        delivered = new long[keys];
        pool = Executors.newFixedThreadPool(WORKERS);
    }

    /** Closes. */
    @TearDown
    public void close() {
        padata.close();
        pool.shutdown();
    }

    /** The limit. */
    @Benchmark
    @OperationsPerInvocation(JOBS)
    public void loop() {
        for (int i = 0; i < JOBS; i++) {
            work.run(own);
            delivered[i % keys]++;
        }
    }

    /** One keyed shell. */
    @Benchmark
    @OperationsPerInvocation(JOBS)
    public void keyedShell() {
        for (int i = 0; i < JOBS; i++) {
            jobs[i].key = i % keys;
            if (keyed.submit(names[i % keys], jobs[i]) != SubmitResult.ACCEPTED) {
                throw new IllegalStateException("refused");
            }
        }
        while (keyed.keys() != 0) {
            Thread.onSpinWait();
        }
    }

    /** A shell for each key. */
    @Benchmark
    @OperationsPerInvocation(JOBS)
    public void shellEach() {
        for (int i = 0; i < JOBS; i++) {
            jobs[i].key = i % keys;
            shells[i % keys].submit(jobs[i]);
        }
        for (Shell shell : shells) {
            while (shell.inFlight() != 0) {
                Thread.onSpinWait();
            }
        }
    }

    /** A chain of futures for each key. */
    @Benchmark
    @OperationsPerInvocation(JOBS)
    public void futures() {
        CompletableFuture<?>[] last = new CompletableFuture<?>[keys];
        for (int i = 0; i < JOBS; i++) {
            int key = i % keys;
            CompletableFuture<Void> result = CompletableFuture.runAsync(() -> work.run(Peers.CONTEXT.get()), pool);
            last[key] = last[key] == null
                    ? result.thenRun(() -> delivered[key]++)
                    : last[key].thenCombine(result, (before, now) -> delivered[key]++);
        }
        for (CompletableFuture<?> chain : last) {
            if (chain != null) {
                chain.join();
            }
        }
    }
}
