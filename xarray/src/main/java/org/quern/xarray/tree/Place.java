package org.quern.xarray.tree;

import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;

/**
 * Where an index lives, in one word: the lowest node on the way to it and that node's shift. Offsets are multiples of 64, shifts are below: they share the word.
 *
 * <pre>
 *   node offset | shift    a node; at shift 0 simply the leaf's offset
 *   PACKED .. | position   an entry of a packed node: see below
 *   HEAD                   index 0, and the head is empty or a lone entry
 *   NOWHERE                the tree does not reach so far
 * </pre>
 *
 * In a sparse array the entry may be in a packed node. Its place has the shift 0 of a single index, a flag that no offset reaches, the position of the entry in bits
 * 56..61, and below them the distance from the pool's base, modulo 2^56, to the packed node: so base + {@link #node} is an address for {@link NodeAccess} here, too.
 *
 * <p>Valid until the next change, or for a reader while the sequence does not move. Stateless; all methods are pure.
 */
public final class Place {
    /** The tree does not cover the index. */
    public static final long NOWHERE = 0;
    /** Index 0, and the head is empty or a lone entry. */
    public static final long HEAD = 1;

    private static final long SHIFT_BITS = 63;
    private static final long PACKED = 1L << 62;
    private static final int POSITION_AT = 56;
    private static final long POSITION_BITS = 63;
    private static final long DISTANCE_BITS = (1L << POSITION_AT) - 1;

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
        return (place & (SHIFT_BITS | PACKED)) == 0 && place != NOWHERE;
    }

    /**
     * An entry of a packed node.
     *
     * @param base address of the pool of nodes
     * @param pack address of the packed node
     * @param position 0..63
     * @return the place
     */
    public static long packed(long base, long pack, int position) {
        return PACKED | (long) position << POSITION_AT | ((pack - base) & DISTANCE_BITS);
    }

    /**
     * Whether a place, or the node of one, is in a packed node.
     *
     * @param place any place
     * @return false also for the head, and nowhere
     */
    public static boolean isPacked(long place) {
        return (place & PACKED) != 0;
    }

    /**
     * The packed node of a place.
     *
     * @param base address of the pool of nodes
     * @param place a place in a packed node
     * @return its address
     */
    public static long pack(long base, long place) {
        return (base + place) & DISTANCE_BITS & ~SHIFT_BITS;
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
        return isPacked(place) ? (int) (place >>> POSITION_AT & POSITION_BITS) : Geometry.slot(index, shift(place));
    }
}
