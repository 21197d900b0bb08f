package org.quern.xarray.tree;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.entry.Run;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * The search for the next slot, in either direction, that a {@link Sieve} lets through. As {@link Search} it remembers the lowest node with bits left, the fork; but
 * what stands above the leaves only says that something <em>may</em> be below, so a fork whose children all turn out empty-handed is left behind, and the search
 * goes on from the root, after it.
 *
 * <pre>
 *   selection "M0 and not M1"     root   M0 under slots 2, 7
 *   slot 2: child                        M0 at 5, M1 at 5     nothing: back to the fork, slot 7
 *   slot 7: child                        M0 at 9, M1 at 5     9
 * </pre>
 *
 * Guarantee and validation are those of {@link Search}: an entry that is wanted all the time is not passed over unless the sequence moves, and what is found is
 * only valid if it did not.
 */
final class SelectionSearch {
    private SelectionSearch() {}

    /** The first slot, in a direction, from an index on, as the node's offset plus the slot, or 0 if there is none; valid only if the sequence did not move. It begins at a node of the second level above that index, if one is given. It may lie inside the entry around the index. */
    static long slot(Tree tree, long seen, long root, long twig, long from, Sieve sieve, boolean descending) {
        int shift = Entry.rootShift(root);
        long index = from;
        if (!Geometry.covers(shift, from)) {
            if (!descending) {
                return 0;
            }
            index = Geometry.nodeLast(0, shift);
        }
        long node = twig != 0 ? twig : Entry.rootOffset(root);
        int top = twig != 0 ? Geometry.DIGIT_BITS : shift;
        do {
            long found = descend(tree, node, top, index, sieve, descending);
            if (found >= 0) {
                return found;
            }
            long leaf = ~found << Geometry.DIGIT_BITS;
            index = descending ? leaf | Geometry.LAST_SLOT : leaf;
            node = Entry.rootOffset(root);
            top = shift;
        } while (tree.sequence().unchangedSince(seen) && Geometry.covers(shift, index));
        return 0;
    }

    /** The node's offset plus the slot; or 0, none; or the complement of index/64 where to go on. */
    private static long descend(Tree tree, long top, int topShift, long from, Sieve sieve, boolean descending) {
        long poolBase = tree.basePlain();
        long linkMask = tree.linkMaskPlain();
        int shift = topShift;
        long node = top;
        long index = from;
        long fork = node;
        int forkShift = shift;
        long forkBits = 0;
        for (;;) { // one turn a level
            int digit = Geometry.slot(index, shift);
            long siblings = NodeAccess.bitmapAcquire(poolBase + node, NodeLayout.SIBLINGS);
            long bits = sieve.candidates(poolBase + node, shift, siblings)
                    & (descending ? -1L >>> (Geometry.LAST_SLOT - digit) : -1L << Run.start(siblings, digit));
            if (shift == 0 && bits != 0) {
                return node | (descending ? highest(bits) : Math.max(digit, Long.numberOfTrailingZeros(bits)));
            }
            int slot;
            long word;
            do {
                if (bits == 0) {
                    if (forkBits == 0) {
                        return goOn(index, forkShift, descending);
                    }
                    node = fork;
                    shift = forkShift;
                    bits = forkBits;
                    digit = -1;
                }
                slot = descending ? highest(bits) : Long.numberOfTrailingZeros(bits);
                bits ^= 1L << slot;
                if (bits != 0 || node == fork) {
                    fork = node;
                    forkShift = shift;
                    forkBits = bits;
                }
                word = NodeAccess.slotAcquire(poolBase + node, slot);
                if (Packed.isPacked(word)) {
                    return node | slot; // what is in it has its turn in the scan
                }
                if (Sieve.isEntry(word, linkMask) && (sieve.wanted(poolBase + node) >>> slot & 1) != 0) {
                    return node | slot; // an entry above the leaves
                }
            } while (!Entry.isLink(word, linkMask)); // a writer is at work on the slot, or the entry is not wanted
            if (slot != digit) {
                long base = Geometry.base(index, shift);
                index = descending ? Geometry.slotLast(base, shift, slot) : Geometry.slotBase(base, shift, slot);
            }
            node = Entry.toOffset(word);
            shift -= Geometry.DIGIT_BITS;
        }
    }

    private static int highest(long bits) {
        return Geometry.LAST_SLOT - Long.numberOfLeadingZeros(bits);
    }

    private static long goOn(long index, int shift, boolean descending) {
        long base = Geometry.base(index, shift);
        if (descending) {
            return base == 0 ? 0 : ~((base - 1) >>> Geometry.DIGIT_BITS);
        }
        long next = Geometry.after(base, shift);
        return next == 0 ? 0 : ~(next >>> Geometry.DIGIT_BITS);
    }
}
