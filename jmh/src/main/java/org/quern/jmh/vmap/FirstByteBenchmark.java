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
 * The first byte of a gibibyte: open, get 1 GiB, write one byte. {@code wholeLife} opens and closes an arena each time;
 * {@code range} hands out, shows, touches and frees a range of an open arena; the peer populates and zeroes all of it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class FirstByteBenchmark {
    private static final long GIB = 1L << 30;

    private final VmapArena open = VmapArena.open(ArenaOptions.reserving(64 * GIB));
    private final long pages = GIB / org.quern.kapi.linux.Unistd.pageSize();

    @Benchmark
    public MemorySegment wholeLife() {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(GIB))) {
            MemorySegment segment = arena.allocate(GIB, 1);
            segment.set(ValueLayout.JAVA_BYTE, GIB / 2, (byte) 1);
            return segment;
        }
    }

    @Benchmark
    public MemorySegment range() {
        PageRange range = open.allocatePages(pages);
        MemorySegment segment = open.segment(range);
        segment.set(ValueLayout.JAVA_BYTE, GIB / 2, (byte) 1);
        open.free(range);
        return segment;
    }

    @Benchmark
    public MemorySegment arenaAllocate() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment segment = arena.allocate(GIB, 1);
            segment.set(ValueLayout.JAVA_BYTE, GIB / 2, (byte) 1);
            return segment;
        }
    }
}
