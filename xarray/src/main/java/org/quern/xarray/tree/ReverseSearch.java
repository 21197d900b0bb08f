package org.quern.xarray.tree;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * The search for the last entry at or before an index with a bit set in one of the nodes' bitmaps: {@link Search} in the mirror. Where the bitmap has no bit for
 * the digit it goes to the bit before, found by counting leading zeros, and from there on always to the highest; the fork is the lowest node with an earlier bit.
 *
 * <pre>
 *   wanted: the last at or before 0x1 05         fork: root, bits 0 and ...
 *   root   bits  ...0 11   digit 1 --> child     child has only slot 9: nothing at or before 5
 *          bit 0 left      --------> its highest slot
 * </pre>
 *
 * It needs no case for an index inside an entry: an entry counts by its first slot, which lies at or before all indices in it.
 *
 * <p>Guarantee and validation are those of {@link Search}: an entry whose bits stay set is not passed over unless the sequence moves, and what is found is
 * only valid if it did not.
 *
 * <p>Rejected: one class for both directions. The direction would be a branch, or a load, at each level of the forward search, which is the hot one.
 */
public final class ReverseSearch {
    private ReverseSearch() {}

    /**
     * The last slot that has a bit at or before an index.
     *
     * @param tree the tree
     * @param seen the reader's view of the sequence; when it moves the search may give up
     * @param root a head that is a root
     * @param from where to begin
     * @param bitmap offset of the bitmap in the node
     * @return the node's offset plus the slot, or 0 if there is none. Valid only if the sequence did not move
     */
    public static long slot(Tree tree, long seen, long root, long from, long bitmap) {
        int shift = Entry.rootShift(root);
        long index = Geometry.covers(shift, from) ? from : Geometry.nodeLast(0, shift);
        do {
            long found = descend(tree, root, index, bitmap);
            if (found >= 0) {
                return found;
            }
            index = (~found << Geometry.DIGIT_BITS) | Geometry.LAST_SLOT; // go on before a subtree that was emptied under the search
        } while (tree.sequence().unchangedSince(seen));
        return 0;
    }

    /** The node's offset plus the slot; or 0, none; or the complement of index/64 where to go on, at the end of that leaf. */
    private static long descend(Tree tree, long root, long from, long bitmap) {
        long poolBase = tree.basePlain();
        long linkMask = tree.linkMaskPlain();
        int shift = Entry.rootShift(root);
        long node = Entry.rootOffset(root);
        long index = from;
        long fork = 0;
        int forkShift = 0;
        long forkBits = 0;
        for (;;) { // one turn a level
            long siblings = NodeAccess.bitmapAcquire(poolBase + node, NodeLayout.SIBLINGS);
            long bits = NodeAccess.bitmapAcquire(poolBase + node, bitmap) & ~siblings
                    & -1L >>> (Geometry.LAST_SLOT - Geometry.slot(index, shift));
            if (shift == 0 && bits != 0) {
                return node | (Geometry.LAST_SLOT - Long.numberOfLeadingZeros(bits));
            }
            long word;
            do { // again only if a writer is at work on the slot
                if (bits == 0) {
                    if (forkBits == 0) {
                        return fork == 0 ? 0 : goOnBefore(index, forkShift);
                    }
                    node = fork;
                    shift = forkShift;
                    bits = forkBits;
                }
                int slot = Geometry.LAST_SLOT - Long.numberOfLeadingZeros(bits);
                if (slot != Geometry.slot(index, shift)) {
                    index = Geometry.slotLast(Geometry.base(index, shift), shift, slot);
                }
                bits ^= 1L << slot;
                if (bits != 0 || node == fork) {
                    fork = node;
                    forkShift = shift;
                    forkBits = bits;
                }
                word = NodeAccess.slotAcquire(poolBase + node, slot);
                if (word != Entry.ABSENT && !Entry.isLink(word, linkMask)) {
                    return node | slot; // an entry above the leaves
                }
            } while (word == Entry.ABSENT);
            node = Entry.toOffset(word);
            shift -= Geometry.DIGIT_BITS;
        }
    }

    private static long goOnBefore(long index, int shift) {
        long base = Geometry.base(index, shift);
        return base == 0 ? 0 : ~((base - 1) >>> Geometry.DIGIT_BITS);
    }
}
