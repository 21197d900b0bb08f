package org.quern.vmap.heap;

import java.util.HashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.slab.Latch;

/**
 * Blocks of more than the largest class, in the region that begins at offset 0: each has pages of its own, as many as it needs, and a record here. Giving one back
 * twice, also at the same instant, succeeds once: the record decides.
 *
 * <p>
 * Thread-safe by a latch. Cost: below a microsecond, and what the page heap does. Lock order: this latch alone.
 */
final class LargeBlocks {
    private final PageHeap pages;
    private final BlockMap map;
    private final Latch latch = new Latch();
    private final Map<Long, PageRun> blocks = new HashMap<>(); // by offset; guarded by latch
    private long pagesOut; // guarded by latch

    LargeBlocks(PageHeap pages, BlockMap map) {
        this.pages = pages;
        this.map = map;
    }

    /** Takes a block at a multiple of {@code alignment} pages: an entry as of {@link Magazines#take}; 0 if there is none. */
    long take(long bytes, long alignment) {
        long count = Reservation.roundUpToPages(bytes) >>> Reservation.PAGE_SHIFT;
        if (count > Integer.MAX_VALUE) {
            return 0;
        }
        PageRun run = pages.take((int) count, alignment);
        if (run == null) {
            return 0;
        }
        long offset = run.first() << Reservation.PAGE_SHIFT;
        boolean recorded = false;
        latch.enter();
        try {
            blocks.put(offset, run);
            pagesOut += run.pages();
            recorded = true;
        } finally {
            latch.leave();
            if (!recorded) {
                pages.give(run); // no memory on the heap: nothing has changed
            }
        }
        map.setPlain(offset, BlockMap.LARGE);
        return offset | (run.zero() ? Magazines.ZERO : 0);
    }

    /** Gives a block back; false if none begins there. */
    boolean giveBack(long offset) {
        PageRun run;
        latch.enter();
        try {
            run = blocks.remove(offset);
            if (run == null) {
                return false;
            }
            pagesOut -= run.pages();
            map.setPlain(offset, 0); // before the pages are to be had: their next owner sets it
        } finally {
            latch.leave();
        }
        pages.give(run);
        return true;
    }

    /** How long the block is that begins there; 0 if none does. */
    long bytes(long offset) {
        latch.enter();
        try {
            @Nullable
            PageRun run = blocks.get(offset);
            return run == null ? 0 : (long) run.pages() << Reservation.PAGE_SHIFT;
        } finally {
            latch.leave();
        }
    }

    /** How many there are, and how many pages they have. */
    record Counts(int blocks, long pages) {}

    Counts counts() {
        latch.enter();
        try {
            return new Counts(blocks.size(), pagesOut);
        } finally {
            latch.leave();
        }
    }
}
