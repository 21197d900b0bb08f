package org.quern.jmh.xarray;

import java.io.IOException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;

import it.unimi.dsi.fastutil.longs.Long2LongOpenHashMap;
import org.agrona.collections.Long2LongHashMap;
import org.eclipse.collections.impl.map.mutable.primitive.LongLongHashMap;
import org.jctools.maps.NonBlockingHashMapLong;
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
import org.openjdk.jmh.annotations.Warmup;
import org.quern.xarray.LongXArray;
import org.quern.xarray.LongXArrayImage;
import org.quern.xarray.XArray;

import static org.quern.jmh.xarray.RandomIndices.BATCH;

/**
 * Load of a random dense index: the two arrays against the ordered concurrent map and the unordered one of the JDK, and against a plain array, which is the
 * physical limit. The maps are given their keys boxed beforehand where that is possible; they box nothing here, since a caller with a primitive index has to.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(BATCH)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx2g", "-Xms2g", "-XX:+UseSerialGC"})
@State(Scope.Thread)
public class LoadBenchmark {
    /** Entries: a tree of two, three and four levels. */
    @Param({"1024", "65536", "1048576"})
    public int entries;

    private RandomIndices indices;
    private long[] plain;
    private LongXArray longs;
    private LongXArrayImage image;
    private XArray<Long> objects;
    private ConcurrentSkipListMap<Long, Long> skipList;
    private ConcurrentHashMap<Long, Long> hashMap;
    private NonBlockingHashMapLong<Long> nonBlocking;
    private Long2LongHashMap agrona;
    private Long2LongOpenHashMap fastutil;
    private LongLongHashMap eclipse;

    @Setup
    public void fill() throws IOException {
        indices = new RandomIndices(entries);
        plain = new long[entries];
        longs = LongXArray.create();
        objects = XArray.create();
        skipList = new ConcurrentSkipListMap<>(Long::compareUnsigned);
        hashMap = new ConcurrentHashMap<>();
        nonBlocking = new NonBlockingHashMapLong<>();
        agrona = new Long2LongHashMap(-1);
        fastutil = new Long2LongOpenHashMap();
        eclipse = new LongLongHashMap();
        for (int i = 0; i < entries; i++) {
            Long boxed = (long) i;
            plain[i] = i;
            longs.store(i, i);
            objects.store(i, boxed);
            skipList.put(boxed, boxed);
            hashMap.put(boxed, boxed);
            nonBlocking.put(i, boxed);
            agrona.put(i, i);
            fastutil.put(i, i);
            eclipse.put(i, i);
        }
        image = LongXArrayImage.of(longs, "benchmark"); // read by the same walk as the array: as fast, or something is wrong
    }

    @Benchmark
    public long plainArray() {
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
    public long longXArrayImage() {
        int[] sequence = indices.sequence();
        LongXArrayImage array = image;
        int start = indices.nextBatch();
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += array.load(sequence[start + i]);
        }
        return sum;
    }

    @Benchmark
    public long objectXArray() {
        int[] sequence = indices.sequence();
        XArray<Long> array = objects;
        int start = indices.nextBatch();
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += array.load(sequence[start + i]);
        }
        return sum;
    }

    @Benchmark
    public long skipListMap() {
        int[] sequence = indices.sequence();
        ConcurrentSkipListMap<Long, Long> map = skipList;
        int start = indices.nextBatch();
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += map.get((long) sequence[start + i]);
        }
        return sum;
    }

    @Benchmark
    public long concurrentHashMap() {
        int[] sequence = indices.sequence();
        ConcurrentHashMap<Long, Long> map = hashMap;
        int start = indices.nextBatch();
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += map.get((long) sequence[start + i]);
        }
        return sum;
    }

    @Benchmark
    public long nonBlockingHashMapLong() {
        int[] sequence = indices.sequence();
        NonBlockingHashMapLong<Long> map = nonBlocking;
        int start = indices.nextBatch();
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += map.get(sequence[start + i]);
        }
        return sum;
    }

    @Benchmark
    public long oneThreadAgrona() {
        int[] sequence = indices.sequence();
        Long2LongHashMap map = agrona;
        int start = indices.nextBatch();
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += map.get(sequence[start + i]);
        }
        return sum;
    }

    @Benchmark
    public long oneThreadFastutil() {
        int[] sequence = indices.sequence();
        Long2LongOpenHashMap map = fastutil;
        int start = indices.nextBatch();
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += map.get(sequence[start + i]);
        }
        return sum;
    }

    @Benchmark
    public long oneThreadEclipse() {
        int[] sequence = indices.sequence();
        LongLongHashMap map = eclipse;
        int start = indices.nextBatch();
        long sum = 0;
        for (int i = 0; i < BATCH; i++) {
            sum += map.get(sequence[start + i]);
        }
        return sum;
    }
}
