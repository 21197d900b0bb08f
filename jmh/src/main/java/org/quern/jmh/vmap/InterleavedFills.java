package org.quern.jmh.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.quern.kapi.linux.Unistd;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.FaultHandler;
import org.quern.vmap.LazyArea;
import org.quern.vmap.LazyAreaOptions;
import org.quern.vmap.PageRange;
import org.quern.vmap.VmapArena;

/**
 * {@link FaultBenchmark} by turns and CPU time, for machines that are not quiet, and population: 64 MiB of first touches, a byte
 * a page, of plain memory (the limit) and of lazy areas; and the same memory populated beforehand, in small and in huge pages.
 * A minute.
 */
public final class InterleavedFills {
    private static final long PAGE = Unistd.pageSize();
    private static final long BYTES = 64 << 20;
    private static final long PAGES = BYTES / PAGE;

    private InterleavedFills() {}

    /**
     * Runs.
     *
     * @param args none
     * @throws Exception if a turn fails
     */
    public static void main(String[] args) throws Exception {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 30));
                VmapArena huge = VmapArena.open(ArenaOptions.reserving(1L << 30).hugePages(true))) {
            new Turns(9, 2, PAGES, 1, "ns a page").add("touch", () -> touch(arena))
                    .add("touch, huge pages", () -> touch(huge)).add("populate", () -> populate(arena))
                    .add("populate, huge pages", () -> populate(huge))
                    .add("lazy, published, runs of 4 KiB", () -> lazy(arena, 4096, false))
                    .add("lazy, published, runs of 64 KiB", () -> lazy(arena, 65536, false))
                    .add("lazy, copied, runs of 4 KiB", () -> lazy(arena, 4096, true))
                    .add("lazy, copied, runs of 64 KiB", () -> lazy(arena, 65536, true))
                    .run("first touch of 64 MiB, and its end");
        }
    }

    private static long touch(VmapArena arena) {
        PageRange range = arena.allocatePages(PAGES);
        MemorySegment memory = arena.segment(range);
        for (long at = 0; at < BYTES; at += PAGE) {
            memory.set(ValueLayout.JAVA_BYTE, at, (byte) 1);
        }
        arena.free(range);
        return PAGES;
    }

    private static long populate(VmapArena arena) {
        PageRange range = arena.allocatePages(PAGES);
        arena.populate(range);
        arena.free(range);
        return PAGES;
    }

    private static long lazy(VmapArena arena, int runBytes, boolean software) {
        LazyAreaOptions options = LazyAreaOptions.ofBytes(BYTES).runBytes(runBytes).software(software);
        try (LazyArea area = LazyArea.open(arena, options, FaultHandler.zeros())) {
            long sum = 0;
            for (long at = 0; at < BYTES; at += PAGE) {
                sum += area.getLong(at);
            }
            return sum;
        }
    }
}
