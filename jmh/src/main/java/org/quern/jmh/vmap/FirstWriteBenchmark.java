package org.quern.jmh.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
import org.quern.vmap.PageRange;
import org.quern.vmap.PageRegions;
import org.quern.vmap.TrackingMode;
import org.quern.vmap.VmapArena;
import org.quern.vmap.WriteTracker;

/**
 * What tracking costs the writers, ns a write: the first write to each page after an epoch, by each mode and untracked
 * (the limit); and later writes. Each operation writes one long to each of 16,384 pages.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class FirstWriteBenchmark {
    private static final int PAGES = 1 << 14;
    private static final long PAGE = org.quern.kapi.linux.Unistd.pageSize();

    /** How the pages are tracked. */
    @Param({"UNTRACKED", "KERNEL", "SOFTWARE"})
    public String tracking;

    /** The first write to each page in an epoch, or later ones. */
    @Param({"FIRST", "LATER"})
    public String which;

    private final VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 30));
    private final PageRange range = arena.allocatePages(PAGES);
    private final MemorySegment memory = arena.segment(range);
    private final PageRegions regions = PageRegions.ofCapacity(512);
    private WriteTracker tracker;

    @Setup
    public void open() {
        memory.fill((byte) 1);
        if (!tracking.equals("UNTRACKED")) {
            tracker = arena.trackWrites(range, TrackingMode.valueOf(tracking));
        }
    }

    @TearDown
    public void close() {
        if (tracker != null) {
            tracker.close();
        }
        arena.close();
    }

    @Setup(Level.Invocation)
    public void epoch() {
        if (tracker != null && which.equals("FIRST")) {
            while (!tracker.collect(regions)) {
                Thread.onSpinWait();
            }
        }
    }

    @Benchmark
    @OperationsPerInvocation(PAGES)
    public long write() {
        WriteTracker marked = tracker;
        for (long offset = 0; offset < PAGES * PAGE; offset += PAGE) {
            memory.set(ValueLayout.JAVA_LONG, offset, offset);
            if (marked != null) {
                marked.mark(offset, Long.BYTES);
            }
        }
        return PAGES;
    }
}
