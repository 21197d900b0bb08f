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
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.quern.xarray.LongXArray;

/**
 * A million uniform keys in 2^40: a load, and an erase with an insertion of another key, in a sparse array, a plain one, and what Java offers, ordered and not. The limit is a look into a
 * hash table of two arrays, which has neither order nor other threads. Memory: {@link SparseComparison}.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx3g", "-Xms3g", "-XX:+UseSerialGC"})
@State(Scope.Thread)
public class SparseBenchmark {
    private static final int TABLE = 1 << 21;
    private static final long STEP = 7919; // a prime: all keys in turn, in no order

    private long[] keys;
    private LongXArray packed;
    private LongXArray plain;
    private ConcurrentHashMap<Long, Long> hashMap;
    private ConcurrentSkipListMap<Long, Long> skipList;
    private NonBlockingHashMapLong<Long> nonBlocking;
    private long[] table;
    private long[] values;
    private int at;
    private int gone;

    @Setup
    public void create() {
        keys = SparseKeys.keys();
        packed = SparseKeys.packed();
        plain = SparseKeys.plain();
        hashMap = new ConcurrentHashMap<>();
        skipList = new ConcurrentSkipListMap<>(Long::compareUnsigned);
        nonBlocking = new NonBlockingHashMapLong<>();
        table = new long[TABLE];
        values = new long[TABLE];
        for (int i = 0; i < SparseKeys.KEYS; i++) {
            Long key = keys[i];
            packed.store(key, i);
            plain.store(key, i);
            hashMap.put(key, key);
            skipList.put(key, key);
            nonBlocking.put(keys[i], key);
            int slot = slot(keys[i]);
            while (table[slot] != 0) {
                slot = (slot + 1) & (TABLE - 1);
            }
            table[slot] = keys[i];
            values[slot] = i;
        }
    }

    @TearDown
    public void close() {
        packed.close();
        plain.close();
    }

    private static int slot(long key) {
        return (int) (key * 0x9E3779B97F4A7C15L >>> 43);
    }

    private long next() {
        at = (int) ((at + STEP) % SparseKeys.KEYS);
        return keys[at];
    }

    @Benchmark
    public long loadHashTable() {
        long key = next();
        int slot = slot(key);
        while (table[slot] != key) {
            slot = (slot + 1) & (TABLE - 1);
        }
        return values[slot];
    }

    @Benchmark
    public long loadSparse() {
        return packed.load(next());
    }

    @Benchmark
    public long loadPlain() {
        return plain.load(next());
    }

    @Benchmark
    public Long loadConcurrentHashMap() {
        return hashMap.get(next());
    }

    @Benchmark
    public Long loadNonBlockingHashMapLong() {
        return nonBlocking.get(next());
    }

    @Benchmark
    public Long loadConcurrentSkipListMap() {
        return skipList.get(next());
    }

    /** Moves on to the next key to erase; the one to insert in its place is as far ahead as there are keys. */
    private long erased() {
        gone = (gone + 1) % keys.length;
        return keys[gone];
    }

    private long inserted() {
        return keys[(gone + SparseKeys.KEYS) % keys.length];
    }

    @Benchmark
    public long churnSparse() {
        packed.erase(erased());
        return packed.store(inserted(), gone);
    }

    @Benchmark
    public long churnPlain() {
        plain.erase(erased());
        return plain.store(inserted(), gone);
    }

    @Benchmark
    public Long churnConcurrentHashMap() {
        hashMap.remove(erased());
        return hashMap.put(inserted(), 1L);
    }

    @Benchmark
    public Long churnNonBlockingHashMapLong() {
        nonBlocking.remove(erased());
        return nonBlocking.put(inserted(), Long.valueOf(1));
    }

    @Benchmark
    public Long churnConcurrentSkipListMap() {
        skipList.remove(erased());
        return skipList.put(inserted(), 1L);
    }
}
