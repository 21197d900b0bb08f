package org.quern.jmh.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

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
import org.quern.vmap.Hold;
import org.quern.vmap.PageRange;
import org.quern.vmap.Pin;
import org.quern.vmap.PinOptions;
import org.quern.vmap.VmapArena;

/**
 * Pinning and unpinning, apart and together; threads by {@code -t}.
 *
 * <p>
 * {@code acquire} and {@code release} handle {@value #BATCH} pins of one call each; the other half is done outside the
 * measurement. {@code pinWhole} pins a range as one unit, {@code pinPart} page by page (all pages but the last of a range that
 * is one longer); {@code holdWhole}, {@code longTerm} likewise.
 *
 * <p>
 * Peers: {@code jdkScope} opens and closes a confined scope over as many bytes, the way in which the JDK says "in use" with a
 * handle; {@code counterLimit} is the physical limit: two atomic additions to a word that all threads share.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class PinBenchmark {
    private static final int BATCH = 256;
    private static final PinOptions SHORT = PinOptions.of("benchmark");
    private static final PinOptions LONG = SHORT.longTerm();

    /** What all threads share. */
    @State(Scope.Benchmark)
    public static class Shared {
        @Param({"1", "8", "64", "512"})
        private int pages;

        private VmapArena arena;
        private PageRange range;
        private PageRange longer;
        private MemorySegment memory;
        private final AtomicInteger counter = new AtomicInteger();

        @Setup
        public void open() {
            arena = VmapArena.open(ArenaOptions.reserving(1 << 26));
            range = arena.allocatePages(pages);
            longer = arena.allocatePages(pages + 1L);
            memory = arena.segment(range);
        }

        @TearDown
        public void close() {
            arena.close();
        }
    }

    /** Pins to be taken by the measurement. */
    @State(Scope.Thread)
    public static class Taken {
        private final Pin[] pins = new Pin[BATCH];

        @TearDown(Level.Invocation)
        public void drop() {
            for (Pin pin : pins) {
                pin.close();
            }
        }
    }

    /** Pins to be dropped by the measurement. */
    @State(Scope.Thread)
    public static class Ready {
        private final Pin[] pins = new Pin[BATCH];

        @Setup(Level.Invocation)
        public void take(Shared shared) {
            for (int i = 0; i < BATCH; i++) {
                pins[i] = shared.arena.pins().pin(shared.range, SHORT);
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void acquire(Shared shared, Taken taken) {
        for (int i = 0; i < BATCH; i++) {
            taken.pins[i] = shared.arena.pins().pin(shared.range, SHORT);
        }
    }

    @Benchmark
    @OperationsPerInvocation(BATCH)
    public void release(Ready ready) {
        for (Pin pin : ready.pins) {
            pin.close();
        }
    }

    @Benchmark
    public void pinWhole(Shared shared) {
        shared.arena.pins().pin(shared.range, SHORT).close();
    }

    @Benchmark
    public void pinPart(Shared shared) {
        shared.arena.pins().pin(shared.longer, 0, shared.pages, SHORT).close();
    }

    @Benchmark
    public void longTerm(Shared shared) {
        shared.arena.pins().pin(shared.range, LONG).close();
    }

    @Benchmark
    public void holdWhole(Shared shared) {
        try (Hold hold = shared.arena.pins().hold(shared.range, "benchmark")) {
            hold.pages();
        }
    }

    @Benchmark
    public boolean maybePinned(Shared shared) {
        return shared.arena.pins().maybePinned(shared.range);
    }

    @Benchmark
    public MemorySegment jdkScope(Shared shared) {
        try (Arena scope = Arena.ofConfined()) {
            return shared.memory.reinterpret(scope, null);
        }
    }

    @Benchmark
    public int counterLimit(Shared shared) {
        shared.counter.getAndAdd(1024);
        return shared.counter.getAndAdd(-1024);
    }
}
