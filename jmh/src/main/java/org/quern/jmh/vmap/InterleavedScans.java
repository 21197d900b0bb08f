package org.quern.jmh.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

import org.quern.kapi.linux.Unistd;
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
 * {@link WriteScanBenchmark} by turns and CPU time, for machines that are not quiet: an epoch over a GiB, a scan that only looks,
 * a CRC and a copy of all of it; with the written pages scattered and in runs of 16 and 256. With argument {@code huge} the
 * memory begins in huge pages, which the first write to each splits. Two minutes.
 */
public final class InterleavedScans {
    private static final long GIB = 1L << 30;
    private static final long PAGE = Unistd.pageSize();
    private static final long PAGES = GIB / PAGE;
    private static final PageScan WRITTEN = PageScan
            .of(Selection.ALL.requiring(PageCategory.mask(PageCategory.WRITTEN, PageCategory.PRESENT)));
    private static final PageRegions REGIONS = PageRegions.ofCapacity(512);
    private static final SplittableRandom RANDOM = new SplittableRandom(1);

    private InterleavedScans() {}

    /**
     * Runs.
     *
     * @param args {@code huge} for huge pages
     * @throws Exception if a turn fails
     */
    public static void main(String[] args) throws Exception {
        boolean huge = args.length > 0 && args[0].equals("huge");
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(2 * GIB).hugePages(huge));
                Arena scope = Arena.ofShared()) {
            PageRange range = arena.allocatePages(PAGES);
            MemorySegment memory = arena.segment(range).fill((byte) 1);
            MemorySegment copy = scope.allocate(GIB, PAGE).fill((byte) 2);
            try (WriteTracker tracker = arena.trackWrites(range, TrackingMode.KERNEL)) {
                PageScanner scanner = PageScanner.of(memory);
                epoch(tracker);
                for (int perMille : new int[]{0, 1, 10, 100, 1000}) {
                    for (int run : perMille % 1000 == 0 ? new int[]{1} : new int[]{1, 16, 256}) {
                        measure(memory, copy, tracker, scanner, perMille, run);
                    }
                }
            }
        }
    }

    private static void measure(MemorySegment memory, MemorySegment copy, WriteTracker tracker, PageScanner scanner,
            int perMille, int run) throws Exception {
        new Turns(11, 3, 1, 1e6, "ms")
                .add("epoch: find and protect", () -> write(memory, perMille, run), () -> epoch(tracker))
                .add("look only", () -> write(memory, perMille, run), () -> look(scanner))
                .add("CRC32C of all", () -> checksum(memory))
                .add("copy of all", () -> copy.copyFrom(memory).byteSize())
                .run(perMille / 10.0 + " % written, in runs of " + run);
    }

    /** Runs of pages at random places; all pages in order for 1000 per mille. */
    private static long write(MemorySegment memory, int perMille, int run) {
        long pages = PAGES * perMille / 1000;
        for (long done = 0; done < pages;) {
            long length = Math.min(perMille == 1000 ? pages : run, pages - done);
            long at = RANDOM.nextLong(PAGES - length + 1);
            for (long page = at; page < at + length; page++, done++) {
                memory.set(ValueLayout.JAVA_LONG, page * PAGE, done);
            }
        }
        return pages;
    }

    private static long epoch(WriteTracker tracker) {
        long bytes = 0;
        boolean all;
        do {
            all = tracker.collect(REGIONS);
            bytes += REGIONS.totalBytes();
        } while (!all);
        return bytes;
    }

    private static long look(PageScanner scanner) {
        long bytes = 0;
        for (long at = 0; at < GIB; at = REGIONS.resumeAt()) {
            scanner.scan(WRITTEN, at, GIB, REGIONS);
            bytes += REGIONS.totalBytes();
        }
        return bytes;
    }

    private static long checksum(MemorySegment memory) {
        CRC32C crc = new CRC32C();
        crc.update(memory.asByteBuffer());
        return crc.getValue();
    }
}
