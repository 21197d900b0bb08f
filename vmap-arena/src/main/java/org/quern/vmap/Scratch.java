package org.quern.vmap;

import java.util.concurrent.locks.ReentrantLock;

import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.slab.ScratchChunk;

/**
 * Memory that lives as long as its arena: small pieces are cut from a chunk, larger ones get pages of their own. Nothing
 * is given back before the arena closes, so nothing needs a scope or books of its own.
 *
 * <p>
 * Thread-safe. A piece costs one compare-and-set; every 64 KiB a lock is taken to get the next chunk, and what is left of
 * the old one, less than a quarter, is given up.
 */
final class Scratch {
    private static final long CHUNK_BYTES = Math.max(64 << 10, Reservation.PAGE_BYTES);
    private static final long LARGEST_PIECE = CHUNK_BYTES / 4;

    private final PageSpace pages;
    private final ReentrantLock replacing = new ReentrantLock();

    /** Release-published by the volatile write in {@link #nextChunk}; pairs with the read in {@link #piece}. */
    private volatile ScratchChunk chunk = new ScratchChunk(0, 0);

    Scratch(PageSpace pages) {
        this.pages = pages;
    }

    /** The address of zeroed memory of that size and alignment (both checked by the caller). */
    long take(long bytes, long alignment) {
        if (bytes <= LARGEST_PIECE && alignment <= LARGEST_PIECE) {
            return piece(bytes, alignment);
        }
        long count = Math.max(1, Reservation.roundUpToPages(bytes) >>> Reservation.PAGE_SHIFT);
        return pages.takePermanent(count, Math.max(1, alignment >>> Reservation.PAGE_SHIFT));
    }

    private long piece(long bytes, long alignment) {
        ScratchChunk current = chunk;
        for (;;) {
            long address = current.take(bytes, alignment);
            if (address != ScratchChunk.NONE) {
                return address;
            }
            current = nextChunk(current);
        }
    }

    /** Replaces a chunk that has no room, unless another thread has done so meanwhile. */
    private ScratchChunk nextChunk(ScratchChunk full) {
        replacing.lock();
        try {
            if (chunk == full) {
                long address = pages.takePermanent(CHUNK_BYTES >>> Reservation.PAGE_SHIFT, 1);
                chunk = new ScratchChunk(address, CHUNK_BYTES);
            }
            return chunk;
        } finally {
            replacing.unlock();
        }
    }
}
