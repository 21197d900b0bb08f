package org.quern.jmh.padata;

import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import org.quern.padata.RangeJob;
import org.quern.padata.RangeRunner;

/** A range of units of about a nanosecond each, handled by a range job, a parallel stream, and a plain loop: time for the range. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
@State(Scope.Benchmark)
public class RangeBenchmark {
    private static final long MIN_CHUNK = 1024;

    @Param({"2048", "65536", "4194304"})
    public long units;

    private RangeRunner runner;

    @Setup
    public void open() {
        runner = RangeRunner.open();
    }

    @TearDown
    public void close() {
        runner.close();
    }

    /** One thread, no pieces: the limit, times the CPUs. */
    @Benchmark
    public void loop() {
        piece(0, units);
    }

    @Benchmark
    public void rangeJob() {
        runner.run(RangeJob.over(0, units).minChunk(MIN_CHUNK), RangeBenchmark::piece);
    }

    @Benchmark
    public void parallelStream() {
        LongStream.range(0, units / MIN_CHUNK).parallel().forEach(i -> piece(i * MIN_CHUNK, (i + 1) * MIN_CHUNK));
    }

    private static void piece(long from, long to) {
        Blackhole.consumeCPU((to - from) / 2);
    }
}
