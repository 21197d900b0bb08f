package org.quern.vmap.track;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

import org.quern.kapi.linux.Mman;
import org.quern.vmap.reserve.Reservation;

/**
 * Which pages of a mapped memory file have content, by mincore(2): it knows the file, of which the page table may show only a
 * part. Pages that the system swapped out it does not know; lock memory files that are tracked, or have no swap.
 */
public final class FileResidency implements Residency {
    private static final long PAGES_AT_ONCE = 1 << 16;

    private final long base;
    private final Object keepAlive;
    private final MemorySegment vector = Arena.ofAuto().allocate(PAGES_AT_ONCE);

    /**
     * Of a mapping.
     *
     * @param base address of the first page
     * @param keepAlive what keeps it mapped
     */
    public FileResidency(long base, Object keepAlive) {
        this.base = base;
        this.keepAlive = keepAlive;
    }

    @Override
    public void list(long from, long to, Regions into) {
        for (long at = from; at < to;) {
            long bytes = Math.min(to - at, PAGES_AT_ONCE << Reservation.PAGE_SHIFT);
            try {
                // Safe because the span is mapped while keepAlive is reachable, and the vector has a byte for each page.
                Mman.mincore(base + at, bytes, vector);
            } finally {
                Reference.reachabilityFence(keepAlive);
            }
            long stopped = take(at, bytes, into);
            if (stopped < at + bytes) {
                into.stop(stopped, false);
                return;
            }
            at = stopped;
        }
        into.stop(to, true);
    }

    private long take(long at, long bytes, Regions into) {
        for (long page = 0; page < bytes >>> Reservation.PAGE_SHIFT; page++) {
            long start = at + (page << Reservation.PAGE_SHIFT);
            if ((vector.get(ValueLayout.JAVA_BYTE, page) & 1) != 0
                    && !into.add(start, start + Reservation.PAGE_BYTES, 0)) {
                return start;
            }
        }
        return at + bytes;
    }
}
