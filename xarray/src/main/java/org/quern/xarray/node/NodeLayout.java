package org.quern.xarray.node;

import org.quern.xarray.entry.Geometry;

/**
 * Layout of a node: 576 bytes = nine cache lines, one of header and eight of slots.
 *
 * <pre>
 *     0  info          shift:6 | offset:6 | count:7 | valueCount:7 | parent:38   writer only, except shift; parent in units of 64 bytes, 0 at the root
 *     8  siblings      bit n: slot n continues the entry of slot n-1              see Run
 *    16  lock          1 while somebody fills or empties slots of this leaf beside other writers; otherwise 0
 *    24  present       bit n: slot n is not empty
 *    32  marks 0       bit n: some entry under slot n has mark 0. In an allocating array: full, bit n of an interior node: nothing free under slot n
 *    40  marks 1
 *    48  marks 2
 *    56  base          first index this node covers; constant from publication to recycling
 *    64  slot 0        a word of {@link org.quern.xarray.entry.Entry}
 *    ..
 *   568  slot 63
 *   576
 * </pre>
 *
 * Protocol. A block of the pool that is not in use reads as zeros in all 576 bytes, so a new node only needs its info, parent and base. A block, once a
 * node, is only ever a node: a slot position never held anything but a slot word. Count is the number of non-empty slots and equals the bits set in
 * present; valueCount counts the slots that hold values; both count each slot of an entry that spans several. For each mark, the bit of a slot that links
 * to a child is the OR of the child's 64 bits, and the bits of siblings are 0.
 *
 * <p>Why 64 slots: the present and mark bitmaps are then one word each, a leaf's slots are eight adjacent lines that the prefetcher takes as one stream, and
 * a dense array costs 576/64 bytes an entry and 576/63 with its interior nodes (9.14). Why the header in front: one line serves searches, and a load
 * never touches it.
 */
public final class NodeLayout {
    /** Offset of the info word. */
    public static final long INFO = 0;
    /** Offset of the bitmap of siblings. */
    public static final long SIBLINGS = 8;
    /** Offset of the leaf lock. */
    public static final long LOCK = 16;
    /** Offset of the present bitmap. */
    public static final long PRESENT = 24;
    /** Offset of the bitmap of mark 0; the others follow. */
    public static final long MARKS = 32;
    /** Offset of the bitmap of full slots in interior nodes of an allocating array, which has no mark 0. */
    public static final long FULL = MARKS;
    /** Offset of the first index. */
    public static final long BASE = 56;
    /** Offset of slot 0. */
    public static final long SLOTS = 64;
    /** Bytes of a slot, and of any other word. */
    public static final long WORD_BYTES = Long.BYTES;
    /** Bytes of a node. */
    public static final long BYTES = SLOTS + Geometry.SLOTS * WORD_BYTES;
    /** Number of marks. */
    public static final int MARK_COUNT = 3;

    private NodeLayout() {}

    /**
     * The bitmap of a mark.
     *
     * @param mark 0..2
     * @return its offset in the node
     */
    public static long marks(int mark) {
        return MARKS + mark * WORD_BYTES;
    }

    /**
     * A slot.
     *
     * @param slot 0..63
     * @return its offset in the node
     */
    public static long slot(long slot) {
        return SLOTS + slot * WORD_BYTES;
    }
}
