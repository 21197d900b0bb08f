package org.quern.jmh.xarray;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.quern.xarray.LongReadCursor;
import org.quern.xarray.LongXArray;
import org.quern.xarray.Mark;

/** Ordered iteration over a million dense entries, and over the hundredth part of them that is marked; time per entry of the million, and per marked one. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx2g", "-Xms2g", "-XX:+UseSerialGC"})
@State(Scope.Thread)
public class IterationBenchmark {
    private static final int ENTRIES = 1 << 20;
    private static final int MARKED_STEP = 100;

    private long[] plain;
    private LongXArray longs;
    private ConcurrentSkipListMap<Long, Long> skipList;
    private final long[] chunk = new long[1 << 10];
    private long sum;

    @Setup
    public void fill() {
        plain = new long[ENTRIES];
        longs = LongXArray.create();
        skipList = new ConcurrentSkipListMap<>(Long::compareUnsigned);
        for (int i = 0; i < ENTRIES; i++) {
            Long boxed = (long) i;
            plain[i] = i;
            longs.store(i, i);
            skipList.put(boxed, boxed);
            if (i % MARKED_STEP == 0) {
                longs.mark(i, Mark.M1);
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public long plainArray() {
        long total = 0;
        for (int i = 0; i < plain.length; i++) {
            total += plain[i] ^ i;
        }
        return total;
    }

    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public long longXArray() {
        sum = 0;
        longs.forEach((index, value) -> sum += value ^ index);
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public long longXArrayLoadRange() {
        long total = 0;
        for (int first = 0; first < ENTRIES; first += chunk.length) {
            longs.loadRange(first, chunk, 0, chunk.length);
            for (int i = 0; i < chunk.length; i++) {
                total += chunk[i] ^ (first + i);
            }
        }
        return total;
    }

    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public long longXArrayCursor() {
        long total = 0;
        LongReadCursor cursor = longs.cursor(0);
        while (cursor.next(-1L)) {
            total += cursor.value() ^ cursor.index();
        }
        return total;
    }

    @Benchmark
    @OperationsPerInvocation(ENTRIES / MARKED_STEP)
    public long longXArrayMarked() {
        sum = 0;
        longs.forEachMarked(Mark.M1, (index, value) -> sum += value ^ index);
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public long skipListMap() {
        long total = 0;
        for (Map.Entry<Long, Long> entry : skipList.entrySet()) {
            total += entry.getValue() ^ entry.getKey();
        }
        return total;
    }
}
