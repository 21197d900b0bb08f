package org.quern.xarray.tree;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * The leaves under one lowest interior node, for a {@link Scan}: the node's bitmap, read once, says which of them to visit. So a walk from the root is needed once
 * for 64 leaves, and a leaf costs one word of the node above.
 *
 * <p>Right for the same reasons as the scan: a link, once read, is validated with what is read behind it before anything is delivered. The node's bits may be old by the time
 * they have their turn; a leaf that has come since may be passed over, since its entries have come since, and where a leaf has gone, or an entry spans what was a leaf, there is no link, and the scan looks again.
 *
 * <p>Positions are the low twelve bits of an index.
 */
public final class Twig {
    private static final int SHIFT = Geometry.DIGIT_BITS;
    private static final long POSITIONS = 0xfff;

    private Twig() {}

    /**
     * First index of the 64 leaves around an index.
     *
     * @param index any index
     * @return the index rounded down
     */
    public static long baseOf(long index) {
        return index & ~POSITIONS;
    }

    /** Last index of the 64 leaves around an index. */
    static long lastOf(long index) {
        return index | POSITIONS;
    }

    /**
     * The position of an index in a leaf.
     *
     * @param leaf 0..63, which of the leaves
     * @param slot 0..63, which slot of it
     * @return what the scan is told where it must look again
     */
    public static long position(int leaf, long slot) {
        return Geometry.slotBase(slot, SHIFT, leaf);
    }

    /**
     * The first index of one of the leaves.
     *
     * @param base first index of all 64
     * @param leaf 0..63
     * @return the index
     */
    public static long leafBase(long base, int leaf) {
        return Geometry.slotBase(base, SHIFT, leaf);
    }

    /**
     * Visits entries from an index on, as far as the 64 leaves around it go.
     *
     * @return {@link Visit#DONE}, {@link Visit#STOPPED}, or the position from which on the scan must search: there is no such node, it has nothing, or something moved
     */
    static <S> long visit(Tree tree, Visit<S> visit, long seen, long root, long next, long last, long bitmap, S sink) {
        long place = Descent.place(tree.basePlain(), tree.linkMaskPlain(), root, next, SHIFT);
        if (Place.node(place) == 0 || Place.shift(place) != SHIFT) {
            return next & POSITIONS;
        }
        long twig = tree.basePlain() + Place.node(place);
        long siblings = NodeAccess.bitmapAcquire(twig, NodeLayout.SIBLINGS);
        long leaves = NodeAccess.bitmapAcquire(twig, bitmap) & -1L << Geometry.slot(next, SHIFT)
                & -1L >>> (Geometry.LAST_SLOT - lastLeaf(next, last));
        if (leaves == 0 || siblings != 0 || !tree.sequence().unchangedSince(seen)) {
            return next & POSITIONS;
        }
        return visit.twig(tree, seen, twig, leaves, next, last, bitmap, sink);
    }

    /** {@link Visit#twig}, for any visit. */
    static <S> long eachLeaf(Tree tree, Visit<S> visit, long seen, long twig, long leaves, long next, long last,
            long bitmap, S sink) {
        long base = baseOf(next);
        for (long bits = leaves; bits != 0; bits &= bits - 1) {
            int at = Long.numberOfTrailingZeros(bits);
            long leafBase = leafBase(base, at);
            long word = NodeAccess.slotAcquire(twig, at);
            long rest = leaf(tree, visit, seen, word, leafBase, next, last, bitmap, sink);
            if (rest != Visit.DONE) {
                return rest == Visit.STOPPED ? rest : position(at, rest);
            }
        }
        return Visit.DONE;
    }

    private static <S> long leaf(Tree tree, Visit<S> visit, long seen, long word, long base, long next, long last,
            long bitmap, S sink) {
        int from = firstSlot(base, next);
        if (!Entry.isLink(word, tree.linkMaskPlain())) {
            return from;
        }
        long leaf = Entry.toOffset(word);
        long address = tree.basePlain() + leaf;
        long siblings = NodeAccess.bitmapAcquire(address, NodeLayout.SIBLINGS);
        long slots = NodeAccess.bitmapAcquire(address, bitmap) & ~siblings & Geometry.slotsWithin(base, next, last);
        boolean inside = (siblings >>> from & 1) != 0; // an entry around the index is for the search
        return tree.sequence().unchangedSince(seen) && !inside
                ? visit.leaf(tree, seen, leaf, siblings, slots, base, bitmap, sink)
                : from;
    }

    /**
     * The leaf where a scan ends, if it ends in one of the 64 around an index.
     *
     * @param next where the scan is
     * @param last where it ends, not before
     * @return 0..63
     */
    public static int lastLeaf(long next, long last) {
        return baseOf(last) == baseOf(next) ? Geometry.slot(last, SHIFT) : Geometry.LAST_SLOT;
    }

    /**
     * The first slot of a leaf that a scan wants.
     *
     * @param leafBase the leaf's base
     * @param next where the scan is, not behind the leaf
     * @return 0..63
     */
    public static int firstSlot(long leafBase, long next) {
        return Geometry.base(next, 0) == leafBase ? Geometry.leafSlot(next) : 0;
    }
}
