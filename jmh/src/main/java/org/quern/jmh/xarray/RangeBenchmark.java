package org.quern.jmh.xarray;

import java.util.Arrays;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

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
import org.openjdk.jmh.annotations.Warmup;
import org.quern.xarray.LongXArray;

/**
 * Setting a range of indices to one value, at alternating places that overlap the ones before: as exact ranges, as single entries, as a map of intervals (a {@code TreeMap}
 * from first index to value, which has no readers beside it), and as {@code Arrays.fill} on a plain array, the limit for what every index can be read from at once.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx2g", "-Xms2g", "-XX:+UseSerialGC"})
@State(Scope.Thread)
public class RangeBenchmark {
    private static final int SIZE = 1 << 20;

    @Param({"64", "4096", "65536"})
    public int length;

    private LongXArray ranges;
    private LongXArray singles;
    private TreeMap<Long, Long> intervals;
    private long[] plain;
    private int round;

    @Setup
    public void create() {
        ranges = LongXArray.create();
        singles = LongXArray.create();
        intervals = new TreeMap<>(Long::compareUnsigned);
        intervals.put(0L, 0L);
        plain = new long[SIZE];
    }

    /** Somewhere, aligned to nothing. */
    private int first() {
        round++;
        return (int) (round * 0x9E3779B97F4A7C15L >>> 44) % (SIZE - length);
    }

    @Benchmark
    public void fillLongXArray() {
        int first = first();
        ranges.fill(first, first + length - 1L, round);
    }

    @Benchmark
    public void storeEachLongXArray() {
        int first = first();
        for (int i = first; i < first + length; i++) {
            singles.store(i, round);
        }
    }

    @Benchmark
    public void intervalTreeMap() {
        long first = first();
        long after = first + length;
        Long rest = intervals.floorEntry(after).getValue();
        intervals.subMap(first, after).clear();
        intervals.put(first, (long) round);
        intervals.put(after, rest);
    }

    @Benchmark
    public long[] limitArrayFill() {
        int first = first();
        Arrays.fill(plain, first, first + length, round);
        return plain;
    }
}
