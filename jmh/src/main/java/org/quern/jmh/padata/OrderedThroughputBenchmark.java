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
    @Param
    public OrderedEngine engine;

    /** What they do. */
    @Param
    public Work work;

    private Pipeline pipeline;

    /** Opens the pipeline. */
    @Setup
    public void open() {
        pipeline = engine.open(work);
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
