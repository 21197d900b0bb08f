package org.quern.jmh.xarray;

import java.util.Map;
import java.util.concurrent.ConcurrentNavigableMap;
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
import org.quern.xarray.LongXArray;
import org.quern.xarray.XArray;

/**
 * The array as an ordered map, against a skip list with the same order and content: descending iteration over a million dense entries, ranges of a hundred, and floor, get and put of random keys. The
 * limit is the walk backwards over a plain array.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx2g", "-Xms2g", "-XX:+UseSerialGC"})
@State(Scope.Thread)
public class MapBenchmark {
    private static final int ENTRIES = 1 << 20;
    private static final int RANGE = 100;

    private long[] plain;
    private LongXArray longs;
    private ConcurrentNavigableMap<Long, Long> xarray;
    private ConcurrentNavigableMap<Long, Long> skipList;
    private long sum;
    private long at;

    @Setup
    public void fill() {
        plain = new long[ENTRIES];
        longs = LongXArray.create();
        xarray = XArray.<Long>create().asMap();
        skipList = new ConcurrentSkipListMap<>(Long::compareUnsigned);
        for (int i = 0; i < ENTRIES; i++) {
            Long boxed = (long) i;
            plain[i] = i;
            longs.store(i, i);
            xarray.put(boxed, boxed);
            skipList.put(boxed, boxed);
        }
    }

    private long next() { // a full cycle through all keys, far from each other
        at = (at * 1_664_525 + 1_013_904_223) & (ENTRIES - 1);
        return Math.min(at, ENTRIES - RANGE);
    }

    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public long plainArrayDescending() {
        long total = 0;
        for (int i = plain.length - 1; i >= 0; i--) {
            total += plain[i] ^ i;
        }
        return total;
    }

    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public long longXArrayDescending() {
        sum = 0;
        longs.entries().descending().forEach((index, value) -> sum += value ^ index);
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public long xarrayMapDescending() {
        return total(xarray.descendingMap());
    }

    @Benchmark
    @OperationsPerInvocation(ENTRIES)
    public long skipListDescending() {
        return total(skipList.descendingMap());
    }

    @Benchmark
    @OperationsPerInvocation(RANGE)
    public long longXArrayRange() {
        sum = 0;
        long first = next();
        longs.forEach(first, first + RANGE - 1, (index, value) -> sum += value ^ index);
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(RANGE)
    public long xarrayMapRange() {
        long first = next();
        return total(xarray.subMap(first, first + RANGE));
    }

    @Benchmark
    @OperationsPerInvocation(RANGE)
    public long skipListRange() {
        long first = next();
        return total(skipList.subMap(first, first + RANGE));
    }

    @Benchmark
    public Long xarrayMapGet() {
        return xarray.get(next());
    }

    @Benchmark
    public Long skipListGet() {
        return skipList.get(next());
    }

    @Benchmark
    public Long xarrayMapFloor() {
        return xarray.floorKey(next());
    }

    @Benchmark
    public Long skipListFloor() {
        return skipList.floorKey(next());
    }

    @Benchmark
    public Long xarrayMapPut() {
        Long key = next();
        return xarray.put(key, key);
    }

    @Benchmark
    public Long skipListPut() {
        Long key = next();
        return skipList.put(key, key);
    }

    private static long total(ConcurrentNavigableMap<Long, Long> map) {
        long total = 0;
        for (Map.Entry<Long, Long> entry : map.entrySet()) {
            total += entry.getValue() ^ entry.getKey();
        }
        return total;
    }
}
