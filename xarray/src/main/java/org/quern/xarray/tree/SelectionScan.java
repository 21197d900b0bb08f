package org.quern.xarray.tree;

import java.lang.ref.Reference;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.entry.Run;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * {@link Scan} and {@link ReverseScan} for entries with a combination of marks: the same entries under the same indices that they would deliver, sifted by a
 * {@link Sieve}, in either direction.
 *
 * <p>Three steps a leaf: find the next one that has what is wanted ({@link SelectionSearch}), read its words once more, visit the slots. Before each visit the marks
 * of the slot are looked at again, and the sequence after it read the content: so an entry that loses a mark before its turn is not delivered, one that has what is
 * wanted all the time is delivered exactly once, and the rules of {@link Scan} hold whatever the visit or other threads do.
 *
 * <p>Cost: a look at the node above for each leaf it stops at, O(height) for each 64. Leaves are passed over where a mark that is required has no bit above them; a selection that requires
 * no mark looks at the header of each leaf, one line for 64 indices.
 */
public final class SelectionScan {
    private SelectionScan() {}

    /**
     * Visits the entries of a range that are wanted.
     *
     * @param tree the tree
     * @param visit what to do with each
     * @param first first index
     * @param last last index, inclusive
     * @param sieve which are wanted
     * @param descending whether from last to first
     * @param sink for the visit
     * @param <S> its type
     * @return whether the visit stopped the scan
     * @throws IllegalStateException if the array is closed
     */
    public static <S> boolean run(Tree tree, Visit<S> visit, long first, long last, Sieve sieve, boolean descending,
            S sink) {
        try {
            return Long.compareUnsigned(first, last) <= 0
                    && scan(tree, visit, first, last, sieve, descending, sink);
        } finally {
            Reference.reachabilityFence(tree);
        }
    }

    private static <S> boolean scan(Tree tree, Visit<S> visit, long first, long last, Sieve sieve, boolean descending,
            S sink) {
        long low = first;
        long high = last;
        long seen = 0;
        long root = Entry.ABSENT;
        long twig = 0;
        for (;;) {
            if (twig == 0) {
                seen = tree.sequence().readAcquire();
                root = tree.headAcquire();
            }
            if (!Entry.isRoot(root)) {
                int went = lone(tree, visit, seen, root, low, sieve, sink);
                if (went == Visit.MOVED) {
                    continue;
                }
                return went == Visit.STOP;
            }
            long found = SelectionSearch.slot(tree, seen, root, twig, descending ? high : low, sieve, descending);
            twig = 0;
            if (found == 0) {
                if (tree.sequence().unchangedSince(seen)) {
                    return false;
                }
                continue;
            }
            long node = Place.node(found);
            int slot = (int) found & Geometry.LAST_SLOT;
            long address = tree.basePlain() + node;
            int shift = NodeAccess.shiftOpaque(address);
            long base = NodeAccess.basePlain(address);
            long siblings = NodeAccess.bitmapAcquire(address, NodeLayout.SIBLINGS);
            long bits = NodeAccess.bitmapAcquire(address, NodeLayout.PRESENT) & ~siblings & sieve.wanted(address);
            long parent = shift == 0 ? NodeAccess.parentOpaque(address) : 0;
            if (!tree.sequence().unchangedSince(seen)) {
                continue;
            }
            int start = Run.start(siblings, slot);
            if (Long.compareUnsigned(Geometry.slotBase(base, shift, start), last) > 0
                    || Long.compareUnsigned(lastOf(base, shift, siblings, start), first) < 0) {
                return false;
            }
            long word = shift > 0 && tree.isSparse() ? NodeAccess.slotAcquire(address, slot) : Entry.ABSENT;
            if (Entry.isLink(word, tree.linkMaskPlain())) {
                continue; // what was packed there has burst
            }
            boolean packed = Packed.isPacked(word);
            bits &= shift == 0
                    ? within(base, siblings, low, high, descending || low == first)
                    : 1L << start; // above the leaves what stands beside it may be children
            int went = Visit.NEXT;
            if (packed) {
                bits = 0;
                long slotFirst = Geometry.slotBase(base, shift, slot);
                long slotLast = Geometry.slotLast(base, shift, slot);
                if (descending) {
                    high = least(high, slotLast);
                    long came = PackScan.descending(tree, visit, seen, word, shift, first, high, sieve, sink);
                    went = PackScan.went(came);
                    high = PackScan.next(came, high, shift);
                } else {
                    low = greatest(low, slotFirst);
                    long came = PackScan.ascending(tree, visit, seen, word, shift, low, last, sieve, sink);
                    went = PackScan.went(came);
                    low = PackScan.next(came, low, shift);
                }
            }
            if (shift == 0 && !descending && visit.takesWholeLeaves()) {
                long rest = visit.leaf(tree, seen, node, siblings, bits, base, NodeLayout.PRESENT, sink);
                went = rest == Visit.DONE ? Visit.NEXT : rest == Visit.STOPPED ? Visit.STOP : Visit.MOVED;
                bits = 0;
            }
            while (bits != 0 && went == Visit.NEXT) {
                int at = descending
                        ? Geometry.LAST_SLOT - Long.numberOfLeadingZeros(bits)
                        : Long.numberOfTrailingZeros(bits);
                bits ^= 1L << at;
                long entry = Geometry.slotBase(base, shift, at);
                if (descending) {
                    high = least(high, lastOf(base, shift, siblings, at));
                } else {
                    low = greatest(low, entry);
                }
                went = NodeAccess.bitmapAcquire(address, NodeLayout.SIBLINGS) != siblings
                        || !sieve.stillWants(address, at)
                                ? Scan.look(tree, seen, address, siblings)
                                : visit.slot(tree, seen, node, at, greatest(descending ? first : low, entry), sink);
            }
            if (went == Visit.MOVED) {
                continue;
            }
            if (went == Visit.STOP) {
                return true;
            }
            if (descending) {
                long covered = shift == 0 ? base : Geometry.slotBase(base, shift, start);
                if (Long.compareUnsigned(covered, first) <= 0) {
                    return false;
                }
                high = covered - 1;
                twig = twig(tree, parent, high, base);
            } else {
                long covered = shift == 0 ? Geometry.nodeLast(base, 0) : lastOf(base, shift, siblings, start);
                if (Long.compareUnsigned(covered, last) >= 0) {
                    return false;
                }
                low = covered + 1;
                twig = twig(tree, parent, low, base);
            }
        }
    }

    /**
     * Where the search for an index can begin, behind or before a leaf that was visited: the node above that leaf, if it is above the index too; 0 for the root. What it holds is believed only if the sequence has
     * not moved since the leaf was found; and if it has left the tree since, no entry under it was there all the time.
     */
    private static long twig(Tree tree, long parent, long index, long base) {
        boolean below = parent != 0 && Geometry.base(index ^ base, Geometry.DIGIT_BITS) == 0;
        return below && NodeAccess.shiftOpaque(tree.basePlain() + parent) == Geometry.DIGIT_BITS ? parent : 0;
    }

    private static <S> int lone(Tree tree, Visit<S> visit, long seen, long head, long next, Sieve sieve, S sink) {
        tree.requireOpen(head);
        boolean wanted = next == 0 && head != Entry.ABSENT && sieve.wants(tree.rootMarksAcquire());
        if (!tree.sequence().unchangedSince(seen) || tree.headAcquire() != head) {
            return Visit.MOVED; // else the marks may be those of a tree that has grown meanwhile
        }
        return wanted ? visit.lone(tree, seen, head, sink) : Visit.NEXT;
    }

    /** The slots of a leaf where entries of a range begin; perhaps with that of the one that stands across its lower end. */
    private static long within(long base, long siblings, long low, long high, boolean across) {
        long bits = Geometry.slotsUpTo(base, high);
        int slot = Geometry.leafSlot(low);
        return Geometry.base(low, 0) == base ? bits & -1L << (across ? Run.start(siblings, slot) : slot) : bits;
    }

    private static long lastOf(long base, int shift, long siblings, int slot) {
        int end = slot + Run.length(siblings, slot) - 1;
        return Geometry.slotLast(base, shift, end & Geometry.LAST_SLOT);
    }

    private static long least(long one, long other) {
        return Long.compareUnsigned(one, other) < 0 ? one : other;
    }

    private static long greatest(long one, long other) {
        return Long.compareUnsigned(one, other) > 0 ? one : other;
    }
}
