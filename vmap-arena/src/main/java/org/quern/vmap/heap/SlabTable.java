package org.quern.vmap.heap;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.slab.Latch;

/**
 * The slab that a page belongs to, by chunks of 512 pages (2 MiB) behind a directory that grows.
 *
 * <p>
 * Who writes the entry of a page holds the latch of the class that the page belongs to, and so does who relies on it; the
 * directory grows under a latch of its own and is published by a volatile write. A read without the class's latch
 * may find anything that was ever there: callers check what they get.
 */
final class SlabTable {
    private static final int CHUNK_SHIFT = 9;
    private static final int CHUNK_MASK = (1 << CHUNK_SHIFT) - 1;

    private final Latch growing = new Latch();

    /** Release: {@link #ensure}; pairs with the read in {@link #get} and {@link #put}. */
    private volatile Slab[][] chunks = new Slab[8][];

    /** Makes room for the entries of a run; whatever it throws, the table is as before. */
    void ensure(long first, int pages) {
        int last = (int) ((first + pages - 1) >>> CHUNK_SHIFT);
        growing.enter();
        try {
            Slab[][] grown = chunks;
            if (last >= grown.length) {
                grown = Arrays.copyOf(grown, Math.max(last + 1, 2 * grown.length));
            }
            for (int c = (int) (first >>> CHUNK_SHIFT); c <= last; c++) {
                if (grown[c] == null) {
                    grown[c] = new Slab[CHUNK_MASK + 1];
                }
            }
            chunks = grown;
        } finally {
            growing.leave();
        }
    }

    /** Sets the entries of a run for which room was made. */
    void put(long first, int pages, @Nullable Slab slab) {
        Slab[][] now = chunks;
        for (long page = first; page < first + pages; page++) {
            now[(int) (page >>> CHUNK_SHIFT)][(int) page & CHUNK_MASK] = slab;
        }
    }

    /** The slab of a page, or null. */
    @Nullable
    Slab get(long page) {
        Slab[][] now = chunks;
        int c = (int) (page >>> CHUNK_SHIFT);
        return c < now.length && now[c] != null ? now[c][(int) page & CHUNK_MASK] : null;
    }
}
