package org.quern.jmh.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.FaultHandler;
import org.quern.vmap.LazyArea;
import org.quern.vmap.LazyAreaOptions;
import org.quern.vmap.VmapArena;

/**
 * What the check in front of each access costs: random longs of a present area, through {@link LazyArea#getLong} and
 * {@link LazyArea#access}, against the same loads without a check: through one segment that was got once, whose own checks the
 * compiler makes once for the loop (the limit), and through a segment in a volatile field, whose checks it makes each time. The
 * aim: at most 1 ns between the latter and the checked forms, in the cache.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class PresenceCheckBenchmark {
    private static final int LOADS = 1024;

    /** 16 KiB lie in the first-level cache, 128 MiB in none. */
    @Param({"16384", "134217728"})
    private long bytes;

    private final long[] offsets = new long[LOADS];
    private VmapArena arena;
    private LazyArea area;
    private MemorySegment all;
    private volatile MemorySegment replaceable;

    @Setup(Level.Trial)
    public void fill() {
        arena = VmapArena.open(ArenaOptions.reserving(256 << 20));
        area = LazyArea.open(arena, LazyAreaOptions.ofBytes(bytes), FaultHandler.zeros());
        all = area.access(0, bytes);
        replaceable = all;
        Random random = new Random(42);
        for (int i = 0; i < LOADS; i++) {
            offsets[i] = random.nextLong(bytes / 8) * 8;
        }
    }

    @TearDown(Level.Trial)
    public void close() {
        arena.close();
    }

    @Benchmark
    @OperationsPerInvocation(LOADS)
    public long unchecked() {
        long sum = 0;
        for (long offset : offsets) {
            sum += all.get(ValueLayout.JAVA_LONG_UNALIGNED, offset);
        }
        return sum;
    }

    /** As a segment is read that another thread may replace: its checks cannot be made once for the whole loop. */
    @Benchmark
    @OperationsPerInvocation(LOADS)
    public long uncheckedReplaceable() {
        long sum = 0;
        for (long offset : offsets) {
            sum += replaceable.get(ValueLayout.JAVA_LONG_UNALIGNED, offset);
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(LOADS)
    public long getLong() {
        long sum = 0;
        for (long offset : offsets) {
            sum += area.getLong(offset);
        }
        return sum;
    }

    @Benchmark
    @OperationsPerInvocation(LOADS)
    public long access() {
        long sum = 0;
        for (long offset : offsets) {
            sum += area.access(offset, 8).get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
        }
        return sum;
    }
}
