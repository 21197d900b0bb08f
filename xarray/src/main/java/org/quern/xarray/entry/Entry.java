package org.quern.xarray.entry;

/**
 * The words of the tree: what a slot, and the head, can hold. Make, test and take functions for each kind; no other file knows a tag bit.
 *
 * <pre>
 *   word                                   kind                 where              made by
 *   -------------------------------------  -------------------  -----------------  ------------
 *   0                                      absent               slot, head         -
 *   vvvv vvvv .. vvvv vvv1                 value 0..2^63-1      slot, head         value(v)
 *   0000 oooo .. oo00 0010                 link to a node       slot               link(offset)
 *   ssss ss00 oooo .. oo00 0010            root                 head               root(offset, shift)
 *   0 .. 0100                              object (see Mirror)  slot, head         OBJECT
 *   n .. n110                              internal number n    slot, head         internal(n)
 *
 *   o = byte offset of the node from the pool's base: a multiple of 64, never 0       s = shift of the root node: 0, 6, .. 60
 *   n = 64      RESERVED: the index is taken and has no content yet
 *       65      CLOSED, in the head only
 * </pre>
 *
 * Every slot of an entry that spans several holds the same word; {@link Run} says which slots belong together. So a walk needs no word that
 * points to another slot, and cannot be led astray by one.
 *
 * A link is position independent: it says where a node is in its pool, not in memory. One test, {@link #isLink}, decides both that a word
 * <em>is</em> a link and that what it points to <em>lies in the pool</em>: every bit outside the pool's offset bits is compared at once. The
 * internal words set bit 2, which no link has, so they can never be followed.
 *
 * <p>Stateless; all methods are pure.
 */
public final class Entry {
    /** No entry. */
    public static final long ABSENT = 0;
    /** An entry whose content is an object in the mirror table. */
    public static final long OBJECT = 0b100;
    /** What a link adds to the offset of its node; subtract it from an address instead of masking it away. */
    public static final long LINK_TAG = 0b10;
    /** An index that is taken and has no content. */
    public static final long RESERVED = internal(64);
    /** The head of a closed array. */
    public static final long CLOSED = internal(65);

    private static final long INTERNAL_TAG = 0b110;
    private static final int ROOT_SHIFT_AT = 58;
    private static final long ROOT_TAG_BITS = 63;
    private static final long ROOT_OFFSET_BITS = (1L << ROOT_SHIFT_AT) - 64;

    private Entry() {}

    /**
     * A value entry.
     *
     * @param value 0..2^63-1
     * @return the word
     */
    public static long value(long value) {
        return value << 1 | 1;
    }

    /**
     * Whether a word is a value entry.
     *
     * @param word any word
     * @return true if it is
     */
    public static boolean isValue(long word) {
        return (word & 1) != 0;
    }

    /**
     * The value of a value entry.
     *
     * @param word a value entry
     * @return 0..2^63-1
     */
    public static long toValue(long word) {
        return word >>> 1;
    }

    /**
     * A link to a node.
     *
     * @param offset byte offset of the node in the pool, a multiple of 64, not 0
     * @return the word
     */
    public static long link(long offset) {
        return offset | LINK_TAG;
    }

    /**
     * The bits that must equal {@link #LINK_TAG} in a link of a pool.
     *
     * @param limitBytes size of the pool, a power of two
     * @return all bits but those of an offset below the limit
     */
    public static long linkMask(long limitBytes) {
        return ~(limitBytes - 1) | 63;
    }

    /**
     * Whether a word is a link that stays inside the pool. This one test makes any word safe to follow, whatever it is.
     *
     * @param word any word
     * @param linkMask from {@link #linkMask}
     * @return true if it is
     */
    public static boolean isLink(long word, long linkMask) {
        return (word & linkMask) == LINK_TAG;
    }

    /**
     * The node a link points to.
     *
     * @param link a link
     * @return its byte offset in the pool
     */
    public static long toOffset(long link) {
        return link - LINK_TAG;
    }

    /**
     * A head that is a tree.
     *
     * @param offset byte offset of the root node
     * @param shift shift of the root node
     * @return the word
     */
    public static long root(long offset, int shift) {
        return (long) shift << ROOT_SHIFT_AT | offset | LINK_TAG;
    }

    /**
     * Whether a head is a tree; otherwise it is absent, a lone entry at index 0, or closed.
     *
     * @param head a head
     * @return true if it is
     */
    public static boolean isRoot(long head) {
        return (head & ROOT_TAG_BITS) == LINK_TAG;
    }

    /**
     * The shift of the root node.
     *
     * @param root a head that is a tree
     * @return 0, 6, .. 60
     */
    public static int rootShift(long root) {
        return (int) (root >>> ROOT_SHIFT_AT);
    }

    /**
     * The root node.
     *
     * @param root a head that is a tree
     * @return its byte offset in the pool
     */
    public static long rootOffset(long root) {
        return root & ROOT_OFFSET_BITS;
    }

    private static long internal(long number) {
        return number << 3 | INTERNAL_TAG;
    }
}
