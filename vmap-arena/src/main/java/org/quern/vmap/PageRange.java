package org.quern.vmap;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.vmap.pin.PinUnit;
import org.quern.vmap.reserve.Reservation;

/**
 * A run of pages handed out by a {@link VmapArena}: a handle, not memory. Two ranges are equal if the same arena handed
 * them out by the same act; a range that was freed is stale and every use of it is refused, even after its pages were
 * handed out again, because that was another act with another {@link #generation}.
 *
 * <p>
 * Immutable, so any number of threads may use it; keeps nothing else reachable. Asking it costs nothing, and tells nothing
 * of whether it is stale: the arena does.
 */
@Operation(threads = Operation.Threads.ANY)
public final class PageRange implements PageAllocation {
    private final long arena;
    private final long firstPage;
    private final long pages;
    private final long generation;
    private @Nullable PinUnit pins; // a hint, written racily: the lease has the truth, and a unit is immutable in what it is of

    PageRange(long arena, long firstPage, long pages, long generation) {
        this.arena = arena;
        this.firstPage = firstPage;
        this.pages = pages;
        this.generation = generation;
    }

    /** The counts of its pins if somebody found them before, perhaps of a range that was freed meanwhile. */
    @Nullable
    PinUnit pinsPlain() {
        return pins;
    }

    void pinsPlain(PinUnit counts) {
        pins = counts;
    }

    long arena() {
        return arena;
    }

    /**
     * The first page's number.
     *
     * @return 0.. pages of the arena - 1
     */
    public long firstPage() {
        return firstPage;
    }

    /**
     * How many pages.
     *
     * @return 1 or more
     */
    public long pages() {
        return pages;
    }

    /**
     * The page after the last one.
     *
     * @return a page number
     */
    public long endPage() {
        return firstPage + pages;
    }

    /**
     * Where the range begins.
     *
     * @return bytes from the arena's first page
     */
    public long offset() {
        return firstPage << Reservation.PAGE_SHIFT;
    }

    /**
     * The size.
     *
     * @return bytes, a multiple of the page size
     */
    public long bytes() {
        return pages << Reservation.PAGE_SHIFT;
    }

    /**
     * Which hand-out of its arena this was.
     *
     * @return 1, 2, ..
     */
    public long generation() {
        return generation;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PageRange that && arena == that.arena && generation == that.generation;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(arena * 31 + generation);
    }

    /**
     * Pages and generation.
     *
     * @return for instance {@code pages 16+4 (generation 7)}
     */
    @Override
    public String toString() {
        return "pages " + firstPage + "+" + pages + " (generation " + generation + ")";
    }
}
