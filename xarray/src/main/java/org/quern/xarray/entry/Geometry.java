package org.quern.xarray.entry;

/**
 * Where an index lives: all shifting happens here. An index is an unsigned 64-bit number read as eleven digits of six bits (the highest has four);
 * a node of shift <i>s</i> is entered with the digit at bit <i>s</i> and covers 2^(s+6) indices, aligned.
 *
 * <pre>
 *   bit  63..60  59..54  53..48   ...   11..6   5..0
 *        digit   digit   digit          digit   digit
 *   node shift 60   54      48            6       0 = leaf
 * </pre>
 *
 * Java traps handled here and nowhere else: {@code 64L << 60} is 0, so the mask of the top node is empty and its base 0, as it must be;
 * {@code x >>> 66} would be {@code x >>> 2}, hence capacity is tested by the root's digit, never by a shift of 66.
 *
 * <p>Stateless; all methods are pure.
 */
public final class Geometry {
    /** Bits of a digit. */
    public static final int DIGIT_BITS = 6;
    /** Slots of a node. */
    public static final int SLOTS = 1 << DIGIT_BITS;
    /** Highest slot of a node, and the mask of a digit. */
    public static final int LAST_SLOT = SLOTS - 1;
    /** Shift of the highest possible root; its capacity is the whole index range. */
    public static final int MAX_SHIFT = 60;
    /** Levels of the highest tree. */
    public static final int MAX_HEIGHT = MAX_SHIFT / DIGIT_BITS + 1;
    /** Highest order of an entry. */
    public static final int MAX_ORDER = 63;
    /** The slots of a node of {@link #MAX_SHIFT} that indices have. */
    private static final long TOP_SLOTS = 0xffff;

    private Geometry() {}

    /**
     * The slot of an index in a node of a given shift.
     *
     * @param index an index
     * @param shift the node's shift
     * @return 0..63
     */
    public static int slot(long index, int shift) {
        return (int) (index >>> shift) & LAST_SLOT;
    }

    /**
     * As {@link #slot}, without leaving 64 bits: what the load path uses.
     *
     * @param index an index
     * @param shift the node's shift
     * @return 0..63
     */
    public static long digit(long index, int shift) {
        return index >>> shift & LAST_SLOT;
    }

    /**
     * The slot of an index in its leaf.
     *
     * @param index an index
     * @return 0..63
     */
    public static int leafSlot(long index) {
        return (int) index & LAST_SLOT;
    }

    /**
     * Whether a tree covers an index.
     *
     * @param index an index
     * @param rootShift shift of the root
     * @return true if {@code index} is below the capacity
     */
    public static boolean covers(int rootShift, long index) {
        return (index >>> rootShift & ~LAST_SLOT) == 0;
    }

    /**
     * The shift of the lowest root that covers an index.
     *
     * @param index an index
     * @return 0, 6, .. 60
     */
    public static int rootShift(long index) {
        int highestBit = Long.SIZE - 1 - Long.numberOfLeadingZeros(index | 1);
        return highestBit / DIGIT_BITS * DIGIT_BITS;
    }

    /**
     * Levels of a tree.
     *
     * @param rootShift shift of the root
     * @return 1..11
     */
    public static int height(int rootShift) {
        return rootShift / DIGIT_BITS + 1;
    }

    /**
     * First index of the node of a given shift that covers an index.
     *
     * @param index an index
     * @param shift the node's shift
     * @return the node's base
     */
    public static long base(long index, int shift) {
        return index & -((long) SLOTS << shift);
    }

    /**
     * First index under a slot.
     *
     * @param base the node's base
     * @param shift the node's shift
     * @param slot the slot
     * @return the first index the slot covers
     */
    public static long slotBase(long base, int shift, int slot) {
        return base | (long) slot << shift;
    }

    /**
     * The index after the last one of a node; 0 if there is none.
     *
     * @param base the node's base
     * @param shift the node's shift
     * @return the next index, or 0 after the very last
     */
    public static long after(long base, int shift) {
        long next = base + ((long) SLOTS << shift);
        return shift == MAX_SHIFT ? 0 : next;
    }

    /**
     * The slots of one leaf that lie in a range of indices, as a bitmap.
     *
     * @param leafBase the leaf's base, not above {@code last}
     * @param first first index of the range
     * @param last last index of the range, inclusive
     * @return bit n for slot n
     */
    public static long slotsWithin(long leafBase, long first, long last) {
        long bits = slotsUpTo(leafBase, last);
        if (Long.compareUnsigned(first, leafBase) > 0) {
            bits &= -1L << first; // a shift distance is taken modulo 64: the leaf's slot
        }
        return bits;
    }

    /**
     * The shift of the nodes that hold entries of an order.
     *
     * @param order 0..63
     * @return 0, 6, .. 60
     */
    public static int shiftOf(int order) {
        return order / DIGIT_BITS * DIGIT_BITS;
    }

    /**
     * The slots that an entry of an order takes.
     *
     * @param order 0..63
     * @return 1, 2, 4, .. 32
     */
    public static int slotsOf(int order) {
        return 1 << order % DIGIT_BITS;
    }

    /**
     * First index of the aligned block of 2^order indices around an index.
     *
     * @param index an index
     * @param order 0..63
     * @return the index rounded down
     */
    public static long blockBase(long index, int order) {
        return index & -1L << order;
    }

    /**
     * Last index of the aligned block of 2^order indices around an index.
     *
     * @param index an index
     * @param order 0..63
     * @return the last one, inclusive
     */
    public static long blockLast(long index, int order) {
        return index | ~(-1L << order);
    }

    /**
     * Last index under a slot.
     *
     * @param base the node's base
     * @param shift the node's shift
     * @param slot the slot
     * @return the last index, inclusive
     */
    public static long slotLast(long base, int shift, int slot) {
        return slotBase(base, shift, slot) | ~(-1L << shift);
    }

    /**
     * Last index of a node.
     *
     * @param base the node's base
     * @param shift the node's shift
     * @return the last index it covers
     */
    public static long nodeLast(long base, int shift) {
        return base | ~-((long) SLOTS << shift);
    }

    /**
     * The slots of one leaf up to an index, as a bitmap.
     *
     * @param leafBase the leaf's base, not above {@code last}
     * @param last last index of the range, inclusive
     * @return bit n for slot n
     */
    public static long slotsUpTo(long leafBase, long last) {
        return base(last, 0) == leafBase ? -1L >>> (LAST_SLOT - leafSlot(last)) : -1L;
    }

    /**
     * The order of the largest aligned block that begins at an index and does not go beyond another.
     *
     * @param first first index
     * @param last last index allowed, inclusive, not below {@code first}
     * @return 0..63
     */
    public static int largestBlock(long first, long last) {
        int aligned = first == 0 ? MAX_ORDER : Long.numberOfTrailingZeros(first);
        long further = last - first; // one less than the length, which may be 2^64
        int fits = further == -1L ? MAX_ORDER : MAX_ORDER - Long.numberOfLeadingZeros(further + 1);
        return Math.min(aligned, fits);
    }

    /**
     * The slots of a node that indices have.
     *
     * @param shift the node's shift
     * @return all 64, or 16 at the very top
     */
    public static long allSlots(int shift) {
        return shift == MAX_SHIFT ? TOP_SLOTS : -1L;
    }
}
