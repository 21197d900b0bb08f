package org.quern.jmh.xarray;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.quern.xarray.LongXArray;
import org.quern.xarray.LongXArrayImage;

import static org.quern.jmh.xarray.RandomIndices.BATCH;

/**
 * Loads at random out of an image, out of the array it was taken from, and out of a {@code long[]}, the limit. An image is as fast as its array, or something is wrong: both
 * are read by the same walk.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(BATCH)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx2g", "-Xms2g", "-XX:+UseSerialGC"})
@State(Scope.Thread)
public class ImageBenchmark {
    /** Entries: a tree of two, three and four levels. */
    @Param({"1024", "65536", "1048576"})
    public int entries;

    private RandomIndices indices;
    private long[] plain;
    private LongXArray longs;
    private LongXArrayImage file;
    private LongXArrayImage memory;

    @Setup
    public void fill() throws IOException {
        indices = new RandomIndices(entries);
        plain = new long[entries];
        longs = LongXArray.create();
        for (int i = 0; i < entries; i++) {
            plain[i] = i;
            longs.store(i, i);
        }
        Path path = Files.createTempFile("benchmark", ".image");
        LongXArrayImage.save(longs, path);
        file = LongXArrayImage.open(path);
        memory = LongXArrayImage.of(longs, "benchmark");
        Files.delete(path);
    }

    @TearDown
    public void close() {
        file.close();
        memory.close();
        longs.close();
    }

    @Benchmark
    public long limitPlainArray() {
        int[] sequence = indices.sequence();
        long[] array = plain;
        int start = indices.nextBatch();
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += array[sequence[start + i]];
        }
        return sum;
    }

    @Benchmark
    public long longXArray() {
        int[] sequence = indices.sequence();
        LongXArray array = longs;
        int start = indices.nextBatch();
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += array.load(sequence[start + i]);
        }
        return sum;
    }

    @Benchmark
    public long imageOfAFile() {
        return sum(file);
    }

    @Benchmark
    public long imageInMemory() {
        return sum(memory);
    }

    private long sum(LongXArrayImage image) {
        int[] sequence = indices.sequence();
        int start = indices.nextBatch();
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += image.load(sequence[start + i]);
        }
        return sum;
    }
}
