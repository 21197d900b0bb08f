package org.quern.examples;

import java.io.Console;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;

import org.quern.vmap.ArenaOptions;
import org.quern.vmap.PageCategory;
import org.quern.vmap.PageRange;
import org.quern.vmap.PageRegions;
import org.quern.vmap.VmapArena;
import org.quern.vmap.WriteTracker;

/**
 * The page map of an arena while it is written: a picture after each epoch of what changed since the one before. On a terminal
 * it moves; elsewhere a few pictures are printed one below the other. Ends by itself.
 */
public final class DirtyPages {
    private static final long RANGE_BYTES = 64L << 20;
    private static final int COLUMNS = 64;
    private static final int ROWS = 16;
    private static final int FRAMES = 60;

    private static final char UNTOUCHED = '.';
    private static final char POPULATED = 'o';
    private static final char CHANGED = '#';
    private static final char ZEROED = '-';

    private final char[] cells = new char[COLUMNS * ROWS];
    private final PageRegions regions = PageRegions.ofCapacity(512);
    private final Random random = new Random(1);
    private long changedBytes;
    private long scanNanos;

    private DirtyPages() {
        Arrays.fill(cells, UNTOUCHED);
    }

    /**
     * Runs the pictures.
     *
     * @param args ignored
     * @throws InterruptedException if somebody interrupts
     */
    @SuppressWarnings("SystemConsoleNull") // it is null where the output is a file
    public static void main(String[] args) throws InterruptedException {
        Console console = System.console();
        new DirtyPages().run(console != null && console.isTerminal());
    }

    private void run(boolean terminal) throws InterruptedException {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 40).named("dirty"))) {
            PageRange range = arena.allocatePages(RANGE_BYTES / org.quern.kapi.linux.Unistd.pageSize());
            MemorySegment memory = arena.segment(range);
            try (WriteTracker tracker = arena.trackWrites(range)) {
                collect(tracker);
                for (int frame = 0; frame < FRAMES; frame++) {
                    write(arena, range, memory, tracker, frame);
                    collect(tracker);
                    if (terminal) {
                        System.out.print(frame == 0 ? "\033[2J\033[H" : "\033[H");
                        draw(tracker, frame);
                        Thread.sleep(100);
                    } else if (frame % 15 == 14) {
                        draw(tracker, frame);
                    }
                }
            }
        }
    }

    /** A sweep, a hot spot and random writes; at two thirds everything is given back. */
    private void write(VmapArena arena, PageRange range, MemorySegment memory, WriteTracker tracker, int frame) {
        if (frame == FRAMES * 2 / 3 + 4) {
            arena.decommit(range);
        }
        long sweep = RANGE_BYTES / FRAMES * frame & -8;
        for (int i = 0; i < 200; i++) {
            put(memory, tracker, sweep + (long) i * 4096);
            put(memory, tracker, RANGE_BYTES / 3 + random.nextLong(RANGE_BYTES / 40) & -8);
        }
        for (int i = 0; i < 12; i++) {
            put(memory, tracker, random.nextLong(RANGE_BYTES / 8) * 8);
        }
    }

    private static void put(MemorySegment memory, WriteTracker tracker, long offset) {
        if (offset < RANGE_BYTES) {
            memory.set(ValueLayout.JAVA_LONG, offset, offset);
            tracker.mark(offset, Long.BYTES); // does nothing where the kernel notices by itself
        }
    }

    private void collect(WriteTracker tracker) {
        for (int i = 0; i < cells.length; i++) {
            cells[i] = cells[i] == CHANGED ? POPULATED : cells[i] == ZEROED ? UNTOUCHED : cells[i];
        }
        changedBytes = 0;
        long begin = System.nanoTime();
        // snippet: track-epoch
        boolean all;
        do {
            all = tracker.collect(regions); // what changed since the last epoch, and forget that it did
            for (int i = 0; i < regions.count(); i++) {
                boolean zeros = regions.is(i, PageCategory.PFNZERO);
                paint(regions.offset(i), regions.bytes(i), zeros ? ZEROED : CHANGED);
            }
        } while (!all);
        // end: track-epoch
        scanNanos = System.nanoTime() - begin;
    }

    private void paint(long offset, long bytes, char how) {
        long cellBytes = RANGE_BYTES / cells.length;
        for (long cell = offset / cellBytes; cell * cellBytes < offset + bytes; cell++) {
            char is = cells[(int) cell];
            if (how == CHANGED || is == POPULATED) {
                cells[(int) cell] = how;
            }
        }
        changedBytes += how == CHANGED ? bytes : 0;
    }

    private void draw(WriteTracker tracker, int frame) {
        System.out.printf(Locale.ROOT, "epoch %2d by %s: %5d KiB changed, found in %4d us   %n", frame + 1,
                tracker.mode(),
                changedBytes >> 10, scanNanos / 1000);
        for (int row = 0; row < ROWS; row++) {
            System.out.println("  " + new String(cells, row * COLUMNS, COLUMNS));
        }
        System.out.println(
                "  " + CHANGED + " changed   " + POPULATED + " populated   " + ZEROED + " given back   " + UNTOUCHED
                        + " untouched; " + RANGE_BYTES / cells.length / 1024 + " KiB a letter");
    }
}
