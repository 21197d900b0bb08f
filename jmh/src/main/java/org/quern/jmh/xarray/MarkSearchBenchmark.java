package org.quern.jmh.xarray;

import java.util.BitSet;
import java.util.SplittableRandom;
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
import org.quern.xarray.LongEntries;
import org.quern.xarray.LongXArray;
import org.quern.xarray.Mark;
import org.roaringbitmap.RoaringBitmap;

/**
 * Combinations of marks over a million dense entries of which one in a hundred, or half, has M0, and half of those M1 too: a whole pass, in microseconds. The peers hold the marks only, a bitmap each: a
 * BitSet, the limit, and Roaring; the array hands out index and value.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Xmx2g", "-Xms2g", "-XX:+UseSerialGC"})
@State(Scope.Thread)
public class MarkSearchBenchmark {
    private static final int ENTRIES = 1 << 20;

    /** Entries with M0 in a hundred. */
    @Param({"1", "50", "99"})
    public int percent;

    private final BitSet bits0 = new BitSet(ENTRIES);
    private final BitSet bits1 = new BitSet(ENTRIES);
    private final RoaringBitmap roaring0 = new RoaringBitmap();
    private final RoaringBitmap roaring1 = new RoaringBitmap();
    private LongXArray array;
    private LongEntries both;
    private LongEntries firstOnly;
    private LongEntries without;
    private long sum;

    @Setup
    public void fill() {
        SplittableRandom random = new SplittableRandom(1);
        array = LongXArray.create();
        for (int i = 0; i < ENTRIES; i++) {
            array.store(i, i);
            if (random.nextInt(100) < percent) {
                array.mark(i, Mark.M0);
                bits0.set(i);
                roaring0.add(i);
                if (random.nextBoolean()) {
                    array.mark(i, Mark.M1);
                    bits1.set(i);
                    roaring1.add(i);
                }
            }
        }
        both = array.entries().marked(Mark.M0).marked(Mark.M1);
        firstOnly = array.entries().marked(Mark.M0).unmarked(Mark.M1);
        without = array.entries().unmarked(Mark.M0);
    }

    private long pass(LongEntries entries) {
        sum = 0;
        entries.forEach((index, value) -> sum += index);
        return sum;
    }

    private static long pass(BitSet set) {
        long total = 0;
        for (int i = set.nextSetBit(0); i >= 0; i = set.nextSetBit(i + 1)) {
            total += i;
        }
        return total;
    }

    private long pass(RoaringBitmap set) {
        sum = 0;
        set.forEach((int i) -> sum += i);
        return sum;
    }

    @Benchmark
    public long arrayAnd() {
        return pass(both);
    }

    @Benchmark
    public long bitSetAnd() {
        BitSet set = (BitSet) bits0.clone();
        set.and(bits1);
        return pass(set);
    }

    @Benchmark
    public long roaringAnd() {
        return pass(RoaringBitmap.and(roaring0, roaring1));
    }

    @Benchmark
    public long arrayAndNot() {
        return pass(firstOnly);
    }

    @Benchmark
    public long bitSetAndNot() {
        BitSet set = (BitSet) bits0.clone();
        set.andNot(bits1);
        return pass(set);
    }

    @Benchmark
    public long roaringAndNot() {
        return pass(RoaringBitmap.andNot(roaring0, roaring1));
    }

    @Benchmark
    public long arrayUnmarked() {
        return pass(without);
    }

    @Benchmark
    public long bitSetUnmarked() {
        long total = 0;
        for (int i = bits0.nextClearBit(0); i < ENTRIES; i = bits0.nextClearBit(i + 1)) {
            total += i;
        }
        return total;
    }

    @Benchmark
    public long roaringUnmarked() {
        return pass(RoaringBitmap.flip(roaring0, 0L, ENTRIES));
    }

    @Benchmark
    public long arrayCountUnmarked() {
        return without.count();
    }

    @Benchmark
    public long bitSetCountUnmarked() {
        return ENTRIES - bits0.cardinality();
    }
}
