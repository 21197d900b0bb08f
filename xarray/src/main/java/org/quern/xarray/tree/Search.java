package org.quern.xarray.tree;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Run;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * The search for the next entry with a bit set in one of the nodes' bitmaps: present for any entry, one of the marks for marked ones.
 *
 * <p>Descends towards the wanted index; where the bitmap has no bit for the digit, it goes to the next bit and from there on always to the lowest. On the way
 * it remembers the lowest node with a later bit (the fork): when what is below has nothing at or after the wanted index, the answer is the lowest under
 * that bit. So a search is O(height) whatever the gap, with no stack and nothing allocated; it starts at the root again, further on, only if a
 * writer emptied what a fork pointed to. It ends in a leaf, or above one at a slot that holds an entry.
 *
 * <p>Of an entry that spans several slots, only the first counts; but a search that begins inside an entry finds it.
 *
 * <p>Guarantee: an entry whose bits were set in its node and its ancestors before the search began, and stay set, is not passed over, unless the sequence moves.
 * Bits are hints: the caller looks into the slots.
 */
public final class Search {
    private Search() {}

    /**
     * The first slot that has a bit at or after an index.
     *
     * @param tree the tree
     * @param seen the reader's view of the sequence; when it moves the search may give up
     * @param root a head that is a root
     * @param from where to begin
     * @param bitmap offset of the bitmap in the node
     * @return the node's offset plus the slot, or 0 if there is none. Valid only if the sequence did not move
     */
    public static long slot(Tree tree, long seen, long root, long from, long bitmap) {
        long index = from;
        do {
            long found = descend(tree, root, index, bitmap);
            if (found >= 0) {
                return found;
            }
            index = ~found << Geometry.DIGIT_BITS; // go on behind a subtree that was emptied under the search
        } while (tree.sequence().unchangedSince(seen));
        return 0;
    }

    /** The node's offset plus the slot; or 0, none; or the complement of index/64 where to go on. */
    private static long descend(Tree tree, long root, long from, long bitmap) {
        long poolBase = tree.basePlain();
        long linkMask = tree.linkMaskPlain();
        int shift = Entry.rootShift(root);
        if (!Geometry.covers(shift, from)) {
            return 0;
        }
        long node = Entry.rootOffset(root);
        long index = from;
        long fork = 0;
        int forkShift = 0;
        long forkBits = 0;
        for (;;) { // one turn a level
            int digit = Geometry.slot(index, shift);
            long siblings = NodeAccess.bitmapAcquire(poolBase + node, NodeLayout.SIBLINGS);
            long firsts = NodeAccess.bitmapAcquire(poolBase + node, bitmap) & ~siblings;
            if ((siblings >>> digit & 1) != 0 && (firsts >>> Run.start(siblings, digit) & 1) != 0) {
                return node | digit; // inside an entry
            }
            long bits = firsts & -1L << digit;
            if (shift == 0 && bits != 0) {
                return node | Long.numberOfTrailingZeros(bits);
            }
            long word;
            do { // again only if a writer is at work on the slot
                if (bits == 0) {
                    if (forkBits == 0) {
                        return fork == 0 ? 0 : goOnAfter(index, forkShift);
                    }
                    node = fork;
                    shift = forkShift;
                    bits = forkBits;
                }
                int slot = Long.numberOfTrailingZeros(bits);
                if (slot != Geometry.slot(index, shift)) {
                    index = Geometry.slotBase(Geometry.base(index, shift), shift, slot);
                }
                bits &= bits - 1;
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

    private static long goOnAfter(long index, int shift) {
        long next = Geometry.after(Geometry.base(index, shift), shift);
        return next == 0 ? 0 : ~(next >>> Geometry.DIGIT_BITS);
    }
}
