package org.quern.jmh.xarray;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;

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
import org.quern.xarray.XArray;

import static org.quern.jmh.xarray.RandomIndices.BATCH;

/**
 * Writing at a random dense index with one thread: overwrite, and churn (erase, then store again). The limit is a volatile store to a plain array: no linearizable
 * write is cheaper.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(BATCH)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx2g", "-Xms2g", "-XX:+UseSerialGC"})
@State(Scope.Thread)
public class StoreBenchmark {
    @Param({"65536"})
    public int entries;

    private RandomIndices indices;
    private java.util.concurrent.atomic.AtomicLongArray plain;
    private LongXArray longs;
    private XArray<Long> objects;
    private ConcurrentSkipListMap<Long, Long> skipList;
    private ConcurrentHashMap<Long, Long> hashMap;
    private NonBlockingHashMapLong<Long> nonBlocking;
    private final Long content = 4711L;

    @Setup
    public void fill() {
        indices = new RandomIndices(entries);
        plain = new java.util.concurrent.atomic.AtomicLongArray(entries);
        longs = LongXArray.create();
        objects = XArray.create();
        skipList = new ConcurrentSkipListMap<>(Long::compareUnsigned);
        hashMap = new ConcurrentHashMap<>();
        nonBlocking = new NonBlockingHashMapLong<>();
        for (int i = 0; i < entries; i++) {
            Long boxed = (long) i;
            longs.store(i, i);
            objects.store(i, boxed);
            skipList.put(boxed, boxed);
            hashMap.put(boxed, boxed);
            nonBlocking.put(i, boxed);
        }
    }

    @Benchmark
    public void overwriteVolatileArray() {
        int start = indices.nextBatch();
        for (int i = 0; i < BATCH; i++) {
            plain.set(indices.sequence()[start + i], i);
        }
    }

    @Benchmark
    public void overwriteLongXArray() {
        int start = indices.nextBatch();
        for (int i = 0; i < BATCH; i++) {
            longs.store(indices.sequence()[start + i], i);
        }
    }

    @Benchmark
    public void overwriteObjectXArray() {
        int start = indices.nextBatch();
        for (int i = 0; i < BATCH; i++) {
            objects.store(indices.sequence()[start + i], content);
        }
    }

    @Benchmark
    public void overwriteHashMap() {
        int start = indices.nextBatch();
        for (int i = 0; i < BATCH; i++) {
            hashMap.put((long) indices.sequence()[start + i], content);
        }
    }

    @Benchmark
    public void overwriteSkipList() {
        int start = indices.nextBatch();
        for (int i = 0; i < BATCH; i++) {
            skipList.put((long) indices.sequence()[start + i], content);
        }
    }

    @Benchmark
    public void churnLongXArray() {
        int start = indices.nextBatch();
        for (int i = 0; i < BATCH; i++) {
            long index = indices.sequence()[start + i];
            longs.erase(index);
            longs.store(index, i);
        }
    }

    @Benchmark
    public void churnHashMap() {
        int start = indices.nextBatch();
        for (int i = 0; i < BATCH; i++) {
            Long index = (long) indices.sequence()[start + i];
            hashMap.remove(index);
            hashMap.put(index, content);
        }
    }

    /** With another object each time: it does nothing where the very same one is put again. */
    @Benchmark
    public void overwriteNonBlocking() {
        int start = indices.nextBatch();
        for (int i = 0; i < BATCH; i++) {
            nonBlocking.put(indices.sequence()[start + i], Long.valueOf(start + i));
        }
    }

    @Benchmark
    public void churnNonBlocking() {
        int start = indices.nextBatch();
        for (int i = 0; i < BATCH; i++) {
            long index = indices.sequence()[start + i];
            nonBlocking.remove(index);
            nonBlocking.put(index, content);
        }
    }
}
