package org.quern.jmh.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.PageCategory;
import org.quern.vmap.PageRange;
import org.quern.vmap.PageRegions;
import org.quern.vmap.PageScan;
import org.quern.vmap.PageScanner;
import org.quern.vmap.Selection;
import org.quern.vmap.TrackingMode;
import org.quern.vmap.VmapArena;
import org.quern.vmap.WriteTracker;

/**
 * Finding the pages of a GiB that were written: an epoch of a tracker in both modes, and a scan that only looks; against
 * the ways without tracking, a checksum of all of it and a copy of all of it, which is also the physical limit of the latter.
 * Between two operations the given share of the pages is written, at random places; that is not measured.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class WriteScanBenchmark {
    private static final long GIB = 1L << 30;
    private static final long PAGE = org.quern.kapi.linux.Unistd.pageSize();
    private static final PageScan WRITTEN = PageScan
            .of(Selection.ALL.requiring(PageCategory.mask(PageCategory.WRITTEN, PageCategory.PRESENT)));

    /** Per cent of the pages written between two operations. */
    @Param({"0", "1", "10", "100"})
    public int dirty;

    private final VmapArena arena = VmapArena.open(ArenaOptions.reserving(2 * GIB));
    private final PageRange range = arena.allocatePages(GIB / PAGE);
    private final MemorySegment memory = arena.segment(range);
    private final PageRegions regions = PageRegions.ofCapacity(512);
    private final SplittableRandom random = new SplittableRandom(1);
    private Arena copyScope;
    private MemorySegment copy;
    private WriteTracker kernel;
    private WriteTracker marks;
    private PageScanner scanner;

    @Setup
    public void open() {
        memory.fill((byte) 1);
        copyScope = Arena.ofShared();
        copy = copyScope.allocate(GIB, PAGE).fill((byte) 2);
        kernel = arena.trackWrites(range, TrackingMode.KERNEL);
        marks = arena.trackWrites(range, TrackingMode.SOFTWARE);
        scanner = PageScanner.of(memory);
        epoch(kernel);
        epoch(marks);
    }

    @Setup(Level.Invocation)
    public void write() {
        long pages = GIB / PAGE;
        for (long i = pages * dirty / 100; i > 0; i--) {
            long offset = (dirty == 100 ? i - 1 : random.nextLong(pages)) * PAGE;
            memory.set(ValueLayout.JAVA_LONG, offset, i);
            marks.mark(offset, Long.BYTES);
        }
    }

    @TearDown
    public void close() {
        kernel.close();
        marks.close();
        arena.close();
        copyScope.close();
    }

    private long epoch(WriteTracker tracker) {
        long bytes = 0;
        boolean all;
        do {
            all = tracker.collect(regions);
            bytes += regions.totalBytes();
        } while (!all);
        return bytes;
    }

    @Benchmark
    public long epochByKernel() {
        return epoch(kernel);
    }

    @Benchmark
    public long epochByMarks() {
        return epoch(marks);
    }

    @Benchmark
    public long lookOnly() {
        long bytes = 0;
        for (long at = 0; at < GIB; at = regions.resumeAt()) {
            scanner.scan(WRITTEN, at, GIB, regions);
            bytes += regions.totalBytes();
        }
        return bytes;
    }

    @Benchmark
    public long checksumOfAll() {
        CRC32C crc = new CRC32C();
        crc.update(memory.asByteBuffer());
        return crc.getValue();
    }

    @Benchmark
    public MemorySegment copyOfAll() {
        return copy.copyFrom(memory);
    }
}
