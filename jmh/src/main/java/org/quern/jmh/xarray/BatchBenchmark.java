package org.quern.jmh.xarray;

import java.util.Arrays;
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
import org.quern.xarray.Batch;
import org.quern.xarray.LongBatch;
import org.quern.xarray.LongXArray;
import org.quern.xarray.XArray;

/** Many random, or sorted, indices of dense entries at once: batches against single operations, a plain array - the limit - and a hash map; time an index. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx4g", "-Xms4g", "-XX:+UseSerialGC"})
@State(Scope.Thread)
public class BatchBenchmark {
    private static final int SIZE = RandomIndices.BATCH;

    /** Entries. */
    @Param({"65536", "1048576", "16777216"})
    public int entries;

    /** Whether the indices of a batch come in order and adjacent. */
    @Param({"false", "true"})
    public boolean sorted;

    private final long[] indices = new long[SIZE];
    private final long[] values = new long[SIZE];
    private final Object[] objects = new Object[SIZE];
    private RandomIndices random;
    private long[] plain;
    private LongXArray longs;
    private XArray<Object> mirrored;
    private NonBlockingHashMapLong<Long> hashMap;
    private LongBatch batch;
    private Batch<Object> objectBatch;

    @Setup
    public void fill() {
        random = new RandomIndices(entries);
        plain = new long[entries];
        longs = LongXArray.create();
        mirrored = XArray.create();
        hashMap = new NonBlockingHashMapLong<>(entries * 2);
        for (int i = 0; i < entries; i++) {
            Long boxed = (long) i;
            plain[i] = i;
            longs.store(i, i);
            mirrored.store(i, boxed);
            hashMap.put(i, boxed);
        }
        batch = longs.batch();
        objectBatch = mirrored.batch();
        Arrays.fill(values, 7);
    }

    private void next() {
        int start = random.nextBatch();
        int[] sequence = random.sequence();
        for (int i = 0; i < SIZE; i++) {
            indices[i] = sorted ? Math.min(sequence[start] & -64, entries - SIZE) + i : sequence[start + i];
        }
    }

    @Benchmark
    @OperationsPerInvocation(SIZE)
    public long[] plainArray() {
        next();
        for (int i = 0; i < SIZE; i++) {
            values[i] = plain[(int) indices[i]];
        }
        return values;
    }

    @Benchmark
    @OperationsPerInvocation(SIZE)
    public long[] singleLoads() {
        next();
        for (int i = 0; i < SIZE; i++) {
            values[i] = longs.load(indices[i]);
        }
        return values;
    }

    @Benchmark
    @OperationsPerInvocation(SIZE)
    public long[] batchLoad() {
        next();
        batch.load(indices, values);
        return values;
    }

    @Benchmark
    @OperationsPerInvocation(SIZE)
    public Object[] batchLoadObjects() {
        next();
        objectBatch.load(indices, objects, SIZE);
        return objects;
    }

    @Benchmark
    @OperationsPerInvocation(SIZE)
    public Object[] nonBlockingHashMapLong() {
        next();
        for (int i = 0; i < SIZE; i++) {
            objects[i] = hashMap.get(indices[i]);
        }
        return objects;
    }

    @Benchmark
    @OperationsPerInvocation(SIZE)
    public long[] plainArrayOverwrite() {
        next();
        for (int i = 0; i < SIZE; i++) {
            plain[(int) indices[i]] = 7;
        }
        return plain;
    }

    @Benchmark
    @OperationsPerInvocation(SIZE)
    public void singleStores() {
        next();
        for (int i = 0; i < SIZE; i++) {
            longs.store(indices[i], 7);
        }
    }

    @Benchmark
    @OperationsPerInvocation(SIZE)
    public void batchStore() {
        next();
        Arrays.fill(values, 7);
        batch.store(indices, values, SIZE);
    }

    /** A pair: erased and inserted again. */
    @Benchmark
    @OperationsPerInvocation(SIZE)
    public int batchEraseAndInsert() {
        next();
        Arrays.fill(values, 7);
        return batch.erase(indices, SIZE) + batch.insert(indices, values, SIZE);
    }
}
