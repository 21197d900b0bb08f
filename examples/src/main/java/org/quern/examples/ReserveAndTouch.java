package org.quern.examples;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

import org.quern.vmap.ArenaOptions;
import org.quern.vmap.ArenaStats;
import org.quern.vmap.BlockPool;
import org.quern.vmap.PageRange;
import org.quern.vmap.Shortage;
import org.quern.vmap.VmapArena;

/** A tebibyte of address space, and what it really costs: a bar of resident memory after each step. */
public final class ReserveAndTouch {
    private static final int BAR_WIDTH = 50;
    private static final long FULL_BAR_BYTES = 8L << 20;

    private ReserveAndTouch() {}

    /**
     * Runs the steps one after the other.
     *
     * @param args ignored
     */
    public static void main(String[] args) {
        tenLines();
        steps();
        pool();
        shortage();
    }

    private static void tenLines() {
        // snippet: readme-vmap
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 40).named("sessions"))) {
            PageRange range = arena.allocatePages(1L << 20); // 4 GiB of address space, no memory yet
            MemorySegment table = arena.segment(range);
            table.set(ValueLayout.JAVA_LONG, 3L << 30, 42); // the system populates this one page, with zeros
            System.out.println("resident: " + arena.measureResidentBytes() + " bytes");
            arena.decommit(range); // memory back to the system; the range reads as zeros
            System.out.println("after decommit: " + table.get(ValueLayout.JAVA_LONG, 3L << 30));
            arena.free(range); // from now on `table` throws
        }
        // end: readme-vmap
        System.out.println();
    }

    private static void steps() {
        Random random = new Random(1);
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 40).named("steps"))) {
            bar("1 TiB reserved", arena.measureResidentBytes());
            PageRange range = arena.allocatePages(1L << 24);
            MemorySegment memory = arena.segment(range);
            bar("64 GiB handed out", arena.measureResidentBytes());
            for (int i = 0; i < 1000; i++) {
                memory.set(ValueLayout.JAVA_BYTE, random.nextLong(memory.byteSize()), (byte) 1);
            }
            bar("1,000 pages touched", arena.measureResidentBytes());
            arena.decommit(range);
            bar("decommitted", arena.measureResidentBytes());
            memory.asSlice(1L << 35, 4 << 20).fill((byte) 1);
            bar("4 MiB filled", arena.measureResidentBytes());
            arena.free(range);
            bar("freed", arena.measureResidentBytes());
            try {
                memory.get(ValueLayout.JAVA_BYTE, 0);
            } catch (IllegalStateException e) {
                System.out.println("  use after free: " + e.getClass().getSimpleName() + ": " + e.getMessage());
            }
            // snippet: vmap-stats
            ArenaStats stats = arena.stats();
            System.out.println("  reserved " + stats.reservedBytes() + ", peak " + stats.peakAllocatedBytes() + ", "
                    + stats.freeRuns() + " free run");
            // end: vmap-stats
        }
        System.out.println();
    }

    private static void pool() {
        // snippet: vmap-pool
        try (BlockPool pool = BlockPool.open("nodes", 576, 1L << 32)) {
            long[] nodes = new long[10_000];
            for (int i = 0; i < nodes.length; i++) {
                nodes[i] = pool.take(); // an offset; 0 would mean exhausted
                pool.segment(nodes[i]).set(ValueLayout.JAVA_LONG, 0, i);
            }
            bar("10,000 blocks taken", pool.measureResidentBytes());
            for (int i = 100; i < nodes.length; i++) {
                pool.giveBack(nodes[i]);
            }
            bar("9,900 given back", pool.measureResidentBytes());
            pool.trim();
            bar("trimmed", pool.measureResidentBytes());
        }
        // end: vmap-pool
        System.out.println();
    }

    private static void shortage() {
        // snippet: vmap-budget
        try (VmapArena small = VmapArena.open(ArenaOptions.reserving(1L << 30).named("small").budget(1 << 20))) {
            switch (small.tryAllocatePages(1000)) {
                case PageRange range -> System.out.println("  got " + range);
                case Shortage shortage -> System.out.println("  " + shortage);
            }
        }
        // end: vmap-budget
    }

    private static void bar(String step, long residentBytes) {
        int filled = (int) Math.min(BAR_WIDTH, (residentBytes * BAR_WIDTH + FULL_BAR_BYTES - 1) / FULL_BAR_BYTES);
        System.out.printf("  %-20s |%s%s| %,12d bytes resident%n", step, "#".repeat(filled),
                " ".repeat(BAR_WIDTH - filled), residentBytes);
    }
}
