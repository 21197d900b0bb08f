package org.quern.vmap.heap;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;

import org.quern.kapi.raw.RawMemory;
import org.quern.vmap.reserve.Reservation;

/**
 * Which blocks are in use, and of which class: one byte at the start of each, 0 elsewhere. So giving back needs no size, and a
 * second giving back, an offset in the middle of a block and an offset never handed out are all found by the load that
 * is needed anyway.
 *
 * <pre>
 *   offset      0                      R                      2R         R = 2^regionShift
 *   blocks      | coarse: 1 KiB and up |   fine: below 1 KiB  |
 *   granule           256 bytes                16 bytes                  a byte at offset / granule:
 *   map         | R/256 |              | R/16 bytes           |          0 to R/256, and R/16 to R/8
 *                 .. 0 4 0 0 0 4 0 0 ..                                  two blocks of class 3, in use
 * </pre>
 *
 * Two regions, because a map of 16-byte granules alone would cost a sixteenth of the memory in use whatever the sizes; so
 * it costs that for small blocks and 0.4 % for the rest. Address space is free, hence each region is as large as the whole.
 *
 * <p>
 * The bytes are plain. Only the owner of a block may change its byte: the thread that takes it, and the one that gives it
 * back. Who hands a block to another thread orders these by the same act. Two threads that give one block back within the same few
 * ns may both succeed; the block is then in two stacks, and the check in {@link Magazines#take} drops the second. The
 * checked mode excludes it by a latch. Rejected: a compare-and-set (6 ns, as much as all the rest of a pair); one bit a block
 * (two threads would need the same word); a class byte for each page (no check at all; with this map beside it, dearer); a byte array for each slab (three
 * dependent loads).
 */
public final class BlockMap {
    /** What the map says of a block of its own pages. */
    static final int LARGE = 127;

    static final int FINE_SHIFT = 4;
    static final int COARSE_SHIFT = 8;

    private static final VarHandle BYTE = ValueLayout.JAVA_BYTE.varHandle();

    private final Reservation books;
    private final long base;
    private final int regionShift;

    /**
     * A map over zeroed memory.
     *
     * @param books {@link #bytesFor} bytes or more
     * @param regionShift log2 of the size of a region, 16..45
     */
    public BlockMap(Reservation books, int regionShift) {
        this.books = books;
        this.base = books.base();
        this.regionShift = regionShift;
    }

    /**
     * How much memory a map may need.
     *
     * @param regionShift log2 of the size of a region
     * @return bytes, a multiple of the page size
     */
    public static long bytesFor(int regionShift) {
        return Reservation.roundUpToPages(2L << regionShift >>> FINE_SHIFT);
    }

    /** Where the bytes begin: for {@link Magazines}, which keeps a copy and so saves two dependent loads. */
    long base() {
        return base;
    }

    /** Log2 of the size of a region; as {@link #base}. */
    int regionShift() {
        return regionShift;
    }

    /** How many bits of an offset in region 0 or 1 its granule leaves out. */
    static int shiftOf(long region) {
        return COARSE_SHIFT - ((int) region << 2);
    }

    /** Whether an offset is in one of the two regions and at a multiple of its granule. */
    boolean isPlausible(long offset) {
        long region = offset >>> regionShift;
        int shift = shiftOf(region);
        return region <= 1 && offset >>> shift << shift == offset;
    }

    /** Where the byte of a plausible offset lies. */
    private long at(long offset) {
        return base + (offset >>> shiftOf(offset >>> regionShift));
    }

    /** 0, or the class plus 1 of the block in use that begins at a plausible offset, or {@link #LARGE}. */
    int getPlain(long offset) {
        try {
            return getAtPlain(at(offset));
        } finally {
            Reference.reachabilityFence(books);
        }
    }

    void setPlain(long offset, int value) {
        try {
            setAtPlain(at(offset), value);
        } finally {
            Reference.reachabilityFence(books);
        }
    }

    /** As {@link #getPlain}, by {@link #base} + plausible offset / granule; the caller keeps this map reachable. */
    static int getAtPlain(long place) {
        // Safe because a plausible offset's byte lies in the books, which stay mapped while they are reachable.
        return (byte) BYTE.get(RawMemory.EVERYTHING, place);
    }

    /** As {@link #setPlain}, by {@link #base} + plausible offset / granule; the caller keeps this map reachable. */
    static void setAtPlain(long place, int value) {
        // Safe because a plausible offset's byte lies in the books, which stay mapped while they are reachable.
        BYTE.set(RawMemory.EVERYTHING, place, (byte) value);
    }
}
