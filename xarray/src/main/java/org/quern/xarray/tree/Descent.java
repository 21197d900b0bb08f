package org.quern.xarray.tree;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;

/**
 * The walk from the root to a leaf, unrolled by height: one entry point for each height, each level falling through to the next.
 *
 * <p>Why not a loop. In a loop the shift is a variable, the trip count is unknown and each iteration's branch shares one predictor entry with the other
 * levels; unrolled, every level has constant shifts and a branch of its own, and the processor runs the next load's walk before this one is done. Measured
 * on the prototype, random dense loads at 1 K / 64 K / 1 M: 1.8 / 2.4 / 5.1 ns against 2.8 / 4-5 / 13-47.
 *
 * <p>One test a level: a word that is no link ends the walk. So an absent subtree needs no test of its own, and an entry that stands above the leaves is found
 * the same way as one in a leaf.
 *
 * <p>Two halves. Trees up to shift 24 (2^30 indices) are walked by code small enough to be inlined into every caller: HotSpot refuses hot methods above 325
 * bytecodes, and a call costs as much as the walk. The levels above are a method of their own ({@link #upper}).
 *
 * <p>Safe against anything a racing reader may find in a recycled node: see {@link NodeAccess}. What the walk returns then is garbage, and the caller's
 * look at the sequence says so.
 */
public final class Descent {
    private Descent() {}

    /**
     * The word for an index.
     *
     * @param base address of the pool
     * @param linkMask for {@link Entry#isLink}
     * @param root a head that is a root
     * @param index any index
     * @return the first word on the way that is no link; {@link Entry#ABSENT} beyond the capacity
     */
    @SuppressWarnings("fallthrough") // one level falls into the next: that is the walk
    public static long word(long base, long linkMask, long root, long index) {
        int shift = Entry.rootShift(root);
        if (!Geometry.covers(shift, index)) {
            return Entry.ABSENT;
        }
        long word = below(base, root, index, shift);
        switch (shift) {
            default :
                word = upper(base, linkMask, word, shift, index);
                // fall through
            case 24 :
                if (!Entry.isLink(word, linkMask)) {
                    return word;
                }
                word = below(base, word, index, 18);
                // fall through
            case 18 :
                if (!Entry.isLink(word, linkMask)) {
                    return word;
                }
                word = below(base, word, index, 12);
                // fall through
            case 12 :
                if (!Entry.isLink(word, linkMask)) {
                    return word;
                }
                word = below(base, word, index, 6);
                // fall through
            case 6 :
                if (!Entry.isLink(word, linkMask)) {
                    return word;
                }
                word = below(base, word, index, 0);
                // fall through
            case 0 :
                return word;
        }
    }

    /**
     * The leaf for an index.
     *
     * @param base address of the pool
     * @param linkMask for {@link Entry#isLink}
     * @param root a head that is a root
     * @param index any index
     * @return the leaf's offset, or 0 if the walk ended above the leaves
     */
    @SuppressWarnings("fallthrough") // one level falls into the next: that is the walk
    public static long leaf(long base, long linkMask, long root, long index) {
        int shift = Entry.rootShift(root);
        if (!Geometry.covers(shift, index)) {
            return 0;
        }
        long word = below(base, root, index, shift);
        switch (shift) {
            default :
                word = upper(base, linkMask, word, shift, index);
                // fall through
            case 24 :
                if (!Entry.isLink(word, linkMask)) {
                    return 0;
                }
                word = below(base, word, index, 18);
                // fall through
            case 18 :
                if (!Entry.isLink(word, linkMask)) {
                    return 0;
                }
                word = below(base, word, index, 12);
                // fall through
            case 12 :
                if (!Entry.isLink(word, linkMask)) {
                    return 0;
                }
                word = below(base, word, index, 6);
                // fall through
            case 6 :
                return Entry.isLink(word, linkMask) ? Entry.toOffset(word) : 0;
            case 0 :
                return Entry.rootOffset(root);
        }
    }

    /** From the slot of a root of shift 30 and above down to the slot in a node of shift 24; or the first word on the way that is no link. */
    @SuppressWarnings("fallthrough") // one level falls into the next: that is the walk
    private static long upper(long base, long linkMask, long top, int shift, long index) {
        long word = top;
        switch (shift) {
            case 60 :
                if (!Entry.isLink(word, linkMask)) {
                    return word;
                }
                word = below(base, word, index, 54);
                // fall through
            case 54 :
                if (!Entry.isLink(word, linkMask)) {
                    return word;
                }
                word = below(base, word, index, 48);
                // fall through
            case 48 :
                if (!Entry.isLink(word, linkMask)) {
                    return word;
                }
                word = below(base, word, index, 42);
                // fall through
            case 42 :
                if (!Entry.isLink(word, linkMask)) {
                    return word;
                }
                word = below(base, word, index, 36);
                // fall through
            case 36 :
                if (!Entry.isLink(word, linkMask)) {
                    return word;
                }
                word = below(base, word, index, 30);
                // fall through
            default :
                return Entry.isLink(word, linkMask) ? below(base, word, index, 24) : word;
        }
    }

    /** The word one level down. Safe because {@code link} is a root or has passed isLink; {@link NodeAccess} drops what it has beside the offset. */
    private static long below(long base, long link, long index, int shift) {
        return NodeAccess.slotAcquire(base + link, Geometry.digit(index, shift));
    }

    /**
     * The lowest node on the way to an index, for who missed the leaf: a loop, since it runs when there is no leaf.
     *
     * @param base address of the pool
     * @param linkMask for {@link Entry#isLink}
     * @param root a head that is a root
     * @param index any index
     * @param lowest shift of the nodes not to go below
     * @return a {@link Place}; {@link Place#NOWHERE} beyond the capacity or if the root is below {@code lowest}
     */
    public static long place(long base, long linkMask, long root, long index, int lowest) {
        int shift = Entry.rootShift(root);
        if (shift < lowest || !Geometry.covers(shift, index)) {
            return Place.NOWHERE;
        }
        long node = Entry.rootOffset(root);
        while (shift > lowest) {
            long word = below(base, node, index, shift);
            if (!Entry.isLink(word, linkMask)) {
                break;
            }
            node = Entry.toOffset(word);
            shift -= Geometry.DIGIT_BITS;
        }
        return Place.of(node, shift);
    }
}
