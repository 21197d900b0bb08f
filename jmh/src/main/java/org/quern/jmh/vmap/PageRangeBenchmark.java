package org.quern.jmh.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.PageRange;
import org.quern.vmap.VmapArena;

/**
 * What the scope of its own costs a range: hand out and free 4 pages never shown; shown but not touched; shown and
 * touched; against a shared arena of the JDK of that size, and against a bare shared scope opened and closed, which is the
 * handshake alone.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class PageRangeBenchmark {
    private final VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 36));
    private VmapArena scratch = VmapArena.open(ArenaOptions.reserving(1L << 36));
    private int turn;

    @Benchmark
    public PageRange notShown() {
        PageRange range = arena.allocatePages(4);
        arena.free(range);
        return range;
    }

    @Benchmark
    public MemorySegment shown() {
        PageRange range = arena.allocatePages(4);
        MemorySegment segment = arena.segment(range);
        arena.free(range);
        return segment;
    }

    @Benchmark
    public MemorySegment shownAndTouched() {
        PageRange range = arena.allocatePages(4);
        MemorySegment segment = arena.segment(range);
        segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
        arena.free(range);
        return segment;
    }

    @Benchmark
    public MemorySegment arenaOfShared() {
        try (Arena shared = Arena.ofShared()) {
            MemorySegment segment = shared.allocate(16384, 8);
            segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
            return segment;
        }
    }

    @Benchmark
    public Arena handshakeAlone() {
        Arena shared = Arena.ofShared();
        shared.close();
        return shared;
    }

    @Benchmark
    public MemorySegment piece() {
        if (turn++ > 1_000_000) { // pieces live until close: begin anew before the address space ends
            turn = 0;
            scratch.close();
            scratch = VmapArena.open(ArenaOptions.reserving(1L << 36));
        }
        return scratch.allocate(64, 8);
    }
}
