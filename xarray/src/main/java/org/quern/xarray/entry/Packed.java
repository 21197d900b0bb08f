package org.quern.xarray.entry;

/**
 * The word that links to a packed node: one that holds a few entries, wherever under its slot they lie, instead of a subtree. Found only in sparse arrays, in slots of nodes above
 * the leaves. To everything that does not ask for it, it is a word that is no link: so a walk of the plain kind ends there, and costs what it cost before.
 *
 * <pre>
 *   cccc cc oooo .. oo00 1010      c = size class of the packed node      o = its byte offset in the pool of that class, a multiple of 64
 * </pre>
 *
 * Stateless; all methods are pure.
 */
public final class Packed {
    private static final long TAG = 0b1010;
    private static final long TAG_BITS = 63;
    private static final int CLASS_AT = 58;
    private static final long OFFSET_BITS = (1L << CLASS_AT) - 64;

    private Packed() {}

    /**
     * A link to a packed node.
     *
     * @param sizeClass its size class, 0..31
     * @param offset its byte offset in the pool of the class, a multiple of 64, not 0
     * @return the word
     */
    public static long of(int sizeClass, long offset) {
        return (long) sizeClass << CLASS_AT | offset | TAG;
    }

    /**
     * Whether a word links to a packed node.
     *
     * @param word any word
     * @return true if it does
     */
    public static boolean isPacked(long word) {
        return (word & TAG_BITS) == TAG;
    }

    /**
     * The size class of a packed node.
     *
     * @param packed a link to it
     * @return 0..63; a small number in every word that was made by {@link #of}
     */
    public static int sizeClass(long packed) {
        return (int) (packed >>> CLASS_AT);
    }

    /**
     * Where a packed node is in the pool of its class.
     *
     * @param packed a link to it
     * @return its byte offset
     */
    public static long offset(long packed) {
        return packed & OFFSET_BITS;
    }
}
