package org.quern.vmap.heap;

import org.quern.vmap.reserve.Reservation;

/**
 * The sizes in which blocks come: steps of 16 bytes to 128, then four for each doubling to 64 KiB.
 *
 * <pre>
 *   class   0   1   2   3   4   5   6    7    8    9   10   11   12   13   14   15  ..   43
 *   bytes  16  32  48  64  80  96 112  128  160  192  224  256  320  384  448  512  .. 65536
 * </pre>
 *
 * A block is at most 15 bytes or a quarter larger than what was asked for, whichever is more. Every size of at least
 * 1 KiB is a multiple of 256, which {@link BlockMap} relies on.
 *
 * <p>
 * A slab, the run of pages from which blocks of one class are cut, is the shortest one from 8 KiB (for blocks of a page or
 * more: from one block) to 32 KiB that leaves at most a sixteenth over; where none does, the one that leaves the smallest
 * share. Short slabs become empty sooner, and only an empty slab returns its pages.
 */
public final class SizeClasses {
    /** How many classes there are. */
    public static final int COUNT = 44;

    /** The largest size of a class; more than that takes pages of its own. */
    public static final int LARGEST_BYTES = 64 << 10;

    /** The first class of at least 1 KiB. */
    static final int FIRST_COARSE = 19;

    private static final int SMALLEST_SLAB_BYTES = 8 << 10;
    private static final int LARGEST_SLAB_BYTES = 32 << 10;
    private static final int[] BYTES = new int[COUNT];
    private static final int[] PAGES = new int[COUNT];

    static {
        for (int c = 0; c < COUNT; c++) {
            int doubling = Math.max(0, (c - 4) >>> 2);
            BYTES[c] = c < 4 ? 16 * (c + 1) : (4 + ((c - 4) & 3) + 1) << (doubling + 4);
            PAGES[c] = slabPages(BYTES[c], Reservation.PAGE_BYTES);
        }
    }

    private SizeClasses() {}

    /**
     * The class of a size.
     *
     * @param bytes 1..{@link #LARGEST_BYTES}
     * @return the smallest class whose blocks are large enough
     */
    public static int of(long bytes) {
        long x = bytes - 1;
        int doubling = 63 - Long.numberOfLeadingZeros(x | 64); // 6 for everything up to 128
        return ((doubling - 6) << 2) + (int) (x >>> (doubling - 2));
    }

    /**
     * Whether blocks of that size come from classes.
     *
     * @param bytes any number
     * @return true for 1..{@link #LARGEST_BYTES}
     */
    public static boolean covers(long bytes) {
        return (bytes - 1) >>> 16 == 0;
    }

    /**
     * The class whose blocks are large enough and lie at multiples of an alignment.
     *
     * @param bytes 1 or more
     * @param alignment a power of two, at most a page
     * @return the class, or {@link #COUNT} if there is none
     */
    public static int of(long bytes, long alignment) {
        long rounded = (bytes + alignment - 1) & -alignment;
        if (!covers(rounded)) {
            return COUNT;
        }
        int c = of(rounded);
        while (c < COUNT && (BYTES[c] & (alignment - 1)) != 0) {
            c++;
        }
        return c;
    }

    /**
     * The size of a class's blocks.
     *
     * @param sizeClass 0..{@link #COUNT} - 1
     * @return bytes, a multiple of 16
     */
    public static int bytes(int sizeClass) {
        return BYTES[sizeClass];
    }

    /**
     * The length of a class's slabs.
     *
     * @param sizeClass 0..{@link #COUNT} - 1
     * @return pages
     */
    public static int slabPages(int sizeClass) {
        return PAGES[sizeClass];
    }

    /** The shortest slab with little left over, for blocks and pages of that size. */
    static int slabPages(int bytes, long pageBytes) {
        int first = (int) Math.ceilDiv(bytes < 4096 ? SMALLEST_SLAB_BYTES : bytes, pageBytes);
        int last = (int) Math.ceilDiv(Math.max(LARGEST_SLAB_BYTES, bytes), pageBytes);
        int best = 0;
        double bestShare = 2;
        for (int n = first; n <= last; n++) {
            long slab = n * pageBytes;
            double share = (slab % bytes) / (double) slab;
            if (share <= 1.0 / 16) {
                return n;
            }
            if (share < bestShare) {
                best = n;
                bestShare = share;
            }
        }
        return best;
    }
}
