package org.quern.jmh.padata;

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

/**
 * Ordered throughput of one stream. The score is wall time per job; the figure to compare is CPU time per job:
 * {@code ./bench OrderedThroughput -prof gc -prof org.quern.jmh.padata.CpuTimeProfiler}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class OrderedThroughputBenchmark {
    private static final int JOBS = 50_000;

    /** Who runs the jobs. */
    public enum Engine {
        /** The limit. */
        SERIAL_LOOP,
        /** One hop through a JCTools queue. */
        SPSC_HOP,
        /** One worker, and the submitter helps when the ring is full. */
        PADATA_1,
        /** Two workers and the helping submitter. */
        PADATA_2,
        /** One worker, and a shell for a single producer. */
        PADATA_1_SINGLE,
        /** Two workers, and a shell for a single producer. */
        PADATA_2_SINGLE,
        /** One worker, and jobs submitted in runs of 32. */
        PADATA_1_RUNS,
        /** Two workers, and jobs submitted in runs of 32. */
        PADATA_2_RUNS,
        /** One worker and a serial worker of its own. */
        PADATA_1_SERIAL,
        /** Disruptor with a ring of 1024. */
        DISRUPTOR_1K,
        /** Disruptor with a ring of 65536. */
        DISRUPTOR_64K,
        /** Ordered parallel stream. */
        PARALLEL_STREAM,
        /** Queue of CompletableFutures. */
        FUTURES
    }

    /** Who runs the jobs. */
    @Param
    public Engine engine;

    /** What they do. */
    @Param
    public Work work;

    private Pipeline pipeline;

    /** Opens the pipeline. */
    @Setup
    public void open() {
        pipeline = switch (engine) {
            case SERIAL_LOOP -> Peers.serialLoop(work);
            case SPSC_HOP -> new Peers.SpscHop(work);
            case PADATA_1 -> new PadataPipeline(work, 1, PadataPipeline.Form.PLAIN);
            case PADATA_2 -> new PadataPipeline(work, 2, PadataPipeline.Form.PLAIN);
            case PADATA_1_SINGLE -> new PadataPipeline(work, 1, PadataPipeline.Form.SINGLE_PRODUCER);
            case PADATA_2_SINGLE -> new PadataPipeline(work, 2, PadataPipeline.Form.SINGLE_PRODUCER);
            case PADATA_1_RUNS -> new PadataPipeline(work, 1, PadataPipeline.Form.RUNS);
            case PADATA_2_RUNS -> new PadataPipeline(work, 2, PadataPipeline.Form.RUNS);
            case PADATA_1_SERIAL -> new PadataPipeline(work, 1, PadataPipeline.Form.SERIAL_WORKER);
            case DISRUPTOR_1K -> new DisruptorPipeline(work, 1024);
            case DISRUPTOR_64K -> new DisruptorPipeline(work, 1 << 16);
            case PARALLEL_STREAM -> Peers.parallelStream(work);
            case FUTURES -> new Peers.Futures(work);
        };
    }

    /**
     * Closes it.
     *
     * @throws Exception as the pipeline says
     */
    @TearDown
    public void close() throws Exception {
        pipeline.close();
    }

    /**
     * One job.
     *
     * @throws Exception as the pipeline says
     */
    @Benchmark
    @OperationsPerInvocation(JOBS)
    public void ordered() throws Exception {
        pipeline.run(JOBS);
    }
}
