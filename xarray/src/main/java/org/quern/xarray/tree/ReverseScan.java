package org.quern.xarray.tree;

import java.lang.ref.Reference;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.entry.Run;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * {@link Scan} in the mirror: the same entries of a range under the same indices, descending. So an entry that stands across the lower end is reported at {@code first}
 * also here, and each other at its own first index.
 *
 * <p>Each entry is delivered only after a look at the recycle sequence. If it moved, the scan goes on with a new search at the <em>last</em> index that was not delivered:
 * of an entry that spans indices and was split meanwhile, no piece is passed over.
 */
public final class ReverseScan {
    private ReverseScan() {}

    /**
     * Visits the entries of a range, descending.
     *
     * @param tree the tree
     * @param visit what to do with each
     * @param first first index
     * @param last last index, inclusive: where the scan begins
     * @param bitmap {@link NodeLayout#PRESENT} or {@link NodeLayout#marks}
     * @param sink for the visit
     * @param <S> its type
     * @return whether the visit stopped the scan
     * @throws IllegalStateException if the array is closed
     */
    public static <S> boolean run(Tree tree, Visit<S> visit, long first, long last, long bitmap, S sink) {
        try {
            return Long.compareUnsigned(first, last) <= 0 && scan(tree, visit, first, last, bitmap, sink);
        } finally {
            Reference.reachabilityFence(tree);
        }
    }

    private static <S> boolean scan(Tree tree, Visit<S> visit, long first, long last, long bitmap, S sink) {
        long next = last;
        for (;;) {
            long seen = tree.sequence().readAcquire();
            long root = tree.headAcquire();
            if (!Entry.isRoot(root)) {
                int went = Scan.lone(tree, visit, seen, root, first, bitmap, sink);
                if (went == Visit.MOVED) {
                    continue;
                }
                return went == Visit.STOP;
            }
            long found = ReverseSearch.slot(tree, seen, root, next, bitmap);
            if (found == 0) {
                if (tree.sequence().unchangedSince(seen)) {
                    return false;
                }
                continue;
            }
            long node = Place.node(found);
            long address = tree.basePlain() + node;
            int shift = NodeAccess.shiftOpaque(address);
            long base = NodeAccess.basePlain(address);
            long siblings = NodeAccess.bitmapAcquire(address, NodeLayout.SIBLINGS);
            long bits = NodeAccess.bitmapAcquire(address, bitmap) & ~siblings;
            if (!tree.sequence().unchangedSince(seen)) {
                continue;
            }
            int slot = (int) found & Geometry.LAST_SLOT;
            if (Long.compareUnsigned(last(base, shift, siblings, slot), first) < 0) {
                return false;
            }
            long covered = shift == 0 ? base : Geometry.slotBase(base, shift, slot);
            bits &= shift == 0 ? inLeaf(base, siblings, first, next) : 1L << slot; // above the leaves: what precedes it may be children
            int went = Visit.NEXT;
            while (bits != 0 && went == Visit.NEXT) {
                int at = Geometry.LAST_SLOT - Long.numberOfLeadingZeros(bits);
                bits ^= 1L << at;
                next = least(next, last(base, shift, siblings, at));
                long word = shift > 0 && tree.isSparse() ? NodeAccess.slotAcquire(address, at) : Entry.ABSENT;
                if (Entry.isLink(word, tree.linkMaskPlain())) {
                    went = Visit.MOVED; // what was packed there has burst
                    continue;
                }
                if (Packed.isPacked(word)) {
                    long came = PackScan.descending(tree, visit, seen, word, shift, first, next, bitmap, sink);
                    went = PackScan.went(came);
                    next = PackScan.next(came, next, shift);
                    continue;
                }
                went = NodeAccess.bitmapAcquire(address, NodeLayout.SIBLINGS) != siblings
                        || Scan.gone(tree, node, siblings, at, bitmap)
                                ? Scan.look(tree, seen, address, siblings)
                                : visit.slot(tree, seen, node, at, greatest(first, Geometry.slotBase(base, shift, at)),
                                        sink);
            }
            if (went == Visit.MOVED) {
                continue;
            }
            if (went == Visit.STOP || Long.compareUnsigned(covered, first) <= 0) {
                return went == Visit.STOP;
            }
            next = covered - 1;
        }
    }

    /** The slots of a leaf where entries of a range begin, or the one that stands across its lower end. */
    private static long inLeaf(long base, long siblings, long first, long last) {
        long bits = Geometry.slotsUpTo(base, last);
        return Geometry.base(first, 0) == base ? bits & -1L << Run.start(siblings, Geometry.leafSlot(first)) : bits;
    }

    private static long last(long base, int shift, long siblings, int slot) {
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
