package org.quern.xarray.entry;

/**
 * What an entry spans, in one word that fits beside any index in it.
 *
 * <pre>
 *   slots:7 | first slot:6 | shift:6
 * </pre>
 *
 * Stateless; all methods are pure.
 */
public final class Extent {
    /** No entry. */
    public static final long NONE = -1;
    /** A single index at slot 0 of a leaf, as a lone entry in the head is. */
    public static final long LONE = of(0, 0, 1);

    private static final int FIRST_AT = 6;
    private static final int SLOTS_AT = 12;
    private static final long SIX = 0x3f;

    private Extent() {}

    /**
     * An extent.
     *
     * @param shift of the node
     * @param first first slot, 0..63
     * @param slots how many, 1..64
     * @return the word
     */
    public static long of(int shift, int first, int slots) {
        return (long) slots << SLOTS_AT | (long) first << FIRST_AT | shift;
    }

    /**
     * First index of an entry.
     *
     * @param extent not {@link #NONE}
     * @param index an index of the entry
     * @return its first
     */
    public static long base(long extent, long index) {
        int shift = (int) (extent & SIX);
        return Geometry.slotBase(Geometry.base(index, shift), shift, (int) (extent >>> FIRST_AT & SIX));
    }

    /**
     * Last index of an entry.
     *
     * @param extent not {@link #NONE}
     * @param index an index of the entry
     * @return its last, inclusive
     */
    public static long last(long extent, long index) {
        int shift = (int) (extent & SIX);
        int slot = (int) (extent >>> FIRST_AT & SIX) + (int) (extent >>> SLOTS_AT) - 1;
        return Geometry.slotLast(Geometry.base(index, shift), shift, slot & Geometry.LAST_SLOT);
    }

    /**
     * Order of an entry.
     *
     * @param extent or {@link #NONE}
     * @return 0..63, or -1
     */
    public static int order(long extent) {
        return extent == NONE ? -1 : Run.order((int) (extent & SIX), (int) (extent >>> SLOTS_AT));
    }
}
