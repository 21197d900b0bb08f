package org.quern.xarray.tree;

import org.quern.xarray.entry.Geometry;

/**
 * Where an index lives, in one word: the lowest node on the way to it and that node's shift. Offsets are multiples of 64, shifts are below: they share the word.
 *
 * <pre>
 *   node offset | shift    a node; at shift 0 simply the leaf's offset
 *   HEAD                   index 0, and the head is empty or a lone entry
 *   NOWHERE                the tree does not reach so far
 * </pre>
 *
 * Valid until the next change, or for a reader while the sequence does not move. Stateless; all methods are pure.
 */
public final class Place {
    /** The tree does not cover the index. */
    public static final long NOWHERE = 0;
    /** Index 0, and the head is empty or a lone entry. */
    public static final long HEAD = 1;

    private static final long SHIFT_BITS = 63;

    private Place() {}

    /**
     * A place in a node.
     *
     * @param node its offset
     * @param shift its shift
     * @return the place
     */
    public static long of(long node, int shift) {
        return node | shift;
    }

    /**
     * Whether a place is in a leaf: then it is the leaf's offset.
     *
     * @param place any place
     * @return false also for the head, and nowhere
     */
    public static boolean isLeaf(long place) {
        return (place & SHIFT_BITS) == 0 && place != NOWHERE;
    }

    /**
     * The node of a place.
     *
     * @param place any place
     * @return its offset; 0 if it is not in a node
     */
    public static long node(long place) {
        return place & ~SHIFT_BITS;
    }

    /**
     * The shift of the node of a place.
     *
     * @param place a place in a node
     * @return 0, 6, .. 60
     */
    public static int shift(long place) {
        return (int) (place & SHIFT_BITS);
    }

    /**
     * The slot of an index at its place.
     *
     * @param place a place in a node
     * @param index the index
     * @return 0..63
     */
    public static int slot(long place, long index) {
        return Geometry.slot(index, shift(place));
    }
}
