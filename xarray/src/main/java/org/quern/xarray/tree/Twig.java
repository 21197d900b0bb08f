package org.quern.xarray.tree;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * The leaves under one lowest interior node, for a {@link Scan} that is in one of them: its bitmap, read once, says which of the others to visit. So a search from the root is needed once
 * for 64 leaves, and a leaf costs one word of the node above.
 *
 * <p>Right for the same reasons as the scan: a link, once read, is validated with what is read behind it before anything is delivered. The node's bits may be old by the time
 * they have their turn; a leaf that has come since may be passed over, since its entries have come since, and where a leaf has gone, or an entry spans what was a leaf, there is no link, and the scan looks again.
 *
 * <p>Positions are the low twelve bits of an index.
 */
final class Twig {
    private static final int SHIFT = Geometry.DIGIT_BITS;
    private static final long POSITIONS = 0xfff;

    private Twig() {}

    /** First index of the 64 leaves around an index. */
    static long baseOf(long index) {
        return index & ~POSITIONS;
    }

    /** Last index of the 64 leaves around an index. */
    static long lastOf(long index) {
        return index | POSITIONS;
    }

    /**
     * Visits the leaves behind one, up to a last index.
     *
     * @param covered last index of the leaf that was visited before
     * @return {@link Visit#DONE}, {@link Visit#STOPPED}, or the position from which on the scan must look again
     */
    static <S> long visitAfter(Tree tree, Visit<S> visit, long seen, long root, long covered, long last, long bitmap,
            S sink) {
        if (covered == lastOf(covered)) {
            return Visit.DONE;
        }
        long next = covered + 1;
        long place = Descent.place(tree.basePlain(), tree.linkMaskPlain(), root, next, SHIFT);
        if (Place.node(place) == 0 || Place.shift(place) != SHIFT) {
            return next & POSITIONS;
        }
        long twig = tree.basePlain() + Place.node(place);
        long base = NodeAccess.basePlain(twig);
        long siblings = NodeAccess.bitmapAcquire(twig, NodeLayout.SIBLINGS);
        long leaves = NodeAccess.bitmapAcquire(twig, bitmap) & -1L << Geometry.slot(next, SHIFT);
        boolean plain = siblings == 0 && base == baseOf(next); // else it is for the search
        if (!tree.sequence().unchangedSince(seen) || !plain) {
            return next & POSITIONS;
        }
        for (long bits = leaves; bits != 0; bits &= bits - 1) {
            int at = Long.numberOfTrailingZeros(bits);
            long leafBase = Geometry.slotBase(base, SHIFT, at);
            if (Long.compareUnsigned(leafBase, last) > 0) {
                return Visit.DONE;
            }
            long rest = visit(tree, visit, seen, NodeAccess.slotAcquire(twig, at), leafBase, last, bitmap, sink);
            if (rest != Visit.DONE) {
                return rest == Visit.STOPPED ? rest : Geometry.slotBase(0, SHIFT, at) | rest;
            }
        }
        return Visit.DONE;
    }

    private static <S> long visit(Tree tree, Visit<S> visit, long seen, long word, long base, long last, long bitmap,
            S sink) {
        if (!Entry.isLink(word, tree.linkMaskPlain())) {
            return 0;
        }
        long leaf = Entry.toOffset(word);
        long address = tree.basePlain() + leaf;
        long siblings = NodeAccess.bitmapAcquire(address, NodeLayout.SIBLINGS);
        long slots = NodeAccess.bitmapAcquire(address, bitmap) & ~siblings & Geometry.slotsUpTo(base, last);
        return tree.sequence().unchangedSince(seen)
                ? visit.leaf(tree, seen, leaf, siblings, slots, base, bitmap, sink)
                : 0;
    }
}
