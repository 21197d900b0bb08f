package org.quern.xarray.node;

/**
 * Layout of a packed node: a header like a node's, then words, then the indices they belong to, ascending.
 *
 * <pre>
 *     0  info         shift:6 (0) | offset:6 | count:7 | valueCount:7 | parent:38    as in a node; count = entries
 *     8  moved        0, or all ones once another node has taken this one's place: see below
 *    24  present      bit n: word n is an entry
 *    32  marks 0..2   bit n: entry n has the mark
 *    56  keys         number of keys:8 | size class:8; constant from publication to recycling
 *    64  word 0       a value, object or reserved word of {@link org.quern.xarray.entry.Entry}, or absent
 *        ..           as many words as the size class has room for
 *        key 0        the index of word 0; constant from publication to recycling
 *        ..
 * </pre>
 *
 * Protocol. The keys never change while the node can be reached: a new one is put into a copy. So a reader searches them without looking twice. An entry that goes leaves its key
 * behind, and may come back to it; what is overwritten, erased, marked changes in place. When a copy, or a subtree, has been published in its stead, moved is set, once and for all:
 * what is read here before moved was seen unset was true then. It lies where nodes have their siblings, which a scan looks at before each entry anyway.
 *
 * <p>Why these sizes: 64 entries are what bitmaps of one word can describe. The steps between waste a fifth on average.
 */
public final class PackLayout {
    /** Offset of the moved word. */
    public static final long MOVED = NodeLayout.SIBLINGS;
    /** Offset of the word that says how many keys there are. */
    public static final long KEYS = NodeLayout.BASE;
    /** Most entries of a packed node. */
    public static final int MOST = 64;

    private static final int[] CAPACITIES = {4, 8, 16, 24, 40, MOST};

    private PackLayout() {}

    /**
     * Number of size classes.
     *
     * @return a small number
     */
    public static int classes() {
        return CAPACITIES.length;
    }

    /**
     * Entries that a packed node has room for.
     *
     * @param sizeClass its class
     * @return 4..64
     */
    public static int capacity(int sizeClass) {
        return CAPACITIES[sizeClass];
    }

    /**
     * Bytes of a packed node.
     *
     * @param sizeClass its class
     * @return a multiple of 64
     */
    public static long bytes(int sizeClass) {
        return NodeLayout.SLOTS + 2L * NodeLayout.WORD_BYTES * CAPACITIES[sizeClass];
    }

    /**
     * The smallest class with room for some entries.
     *
     * @param entries 1..64
     * @return the class
     */
    public static int classFor(int entries) {
        int sizeClass = 0;
        while (CAPACITIES[sizeClass] < entries) {
            sizeClass++;
        }
        return sizeClass;
    }
}
