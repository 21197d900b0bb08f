package org.quern.jmh.xarray;

import java.util.BitSet;
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
import org.quern.xarray.Allocation;
import org.quern.xarray.IdAllocator;
import org.quern.xarray.Limit;
import org.quern.xarray.LongXArray;
import org.quern.xarray.XArrayConfig;

/**
 * Giving an identifier back at random and taking the lowest free one, with so many taken that a search from the beginning has to pass over all of them: the place freed is
 * the only one below the highest. {@code BitSet} is what Java offers, and has no lock; its time grows with what is taken. The limit is a bit cleared and set where it is
 * known: no search at all. C takes 43 ns an identifier in ascending order, which is another machine's figure and stands in no ratio here.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx2g", "-Xms2g", "-XX:+UseSerialGC"})
@State(Scope.Thread)
public class IdBenchmark {
    @Param({"1000", "10000", "100000", "1000000", "10000000"})
    public int live;

    private RandomIndices indices;
    private int position;
    private IdAllocator ids;
    private BitSet bits;
    private LongXArray sessions;

    @Setup
    public void fill() {
        indices = new RandomIndices(live);
        ids = new IdAllocator();
        ids.allocateBlock(live, 0, Long.MAX_VALUE);
        sessions = LongXArray.create(XArrayConfig.defaults().allocating(Allocation.FROM_ZERO));
        for (int i = 0; i < live; i++) {
            sessions.allocate(i, Limit.U63);
        }
        bits = new BitSet(live);
        bits.set(0, live);
    }

    private int next() {
        position = position + 1 & indices.sequence().length - 1;
        return indices.sequence()[position];
    }

    @Benchmark
    public boolean limitKnownBit() {
        int id = next();
        bits.clear(id);
        bits.set(id);
        return bits.get(id);
    }

    @Benchmark
    public long freeAllocateIdAllocator() {
        ids.free(next());
        return ids.allocate();
    }

    @Benchmark
    public long eraseAllocateLongXArray() {
        sessions.erase(next());
        return sessions.allocate(7, Limit.U63);
    }

    @Benchmark
    public int freeAllocateBitSet() {
        bits.clear(next());
        int id = bits.nextClearBit(0);
        bits.set(id);
        return id;
    }
}
