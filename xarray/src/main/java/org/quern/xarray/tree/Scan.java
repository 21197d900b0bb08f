package org.quern.xarray.tree;

import java.lang.ref.Reference;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.entry.Run;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * Searching and iterating, 64 leaves at a time ({@link Twig}). Where there is nothing at hand, or something that spans indices, one search finds the next node, whose bitmap says which
 * slots to visit. A search for one entry is a scan whose visit stops at the first.
 *
 * <p>Each entry is delivered only after a look at the recycle sequence. If it moved, the node may be another by now, and the scan goes on with a new search
 * at the first index that was not delivered: so an entry present all the time is delivered exactly once, ascending, whatever the visit or other
 * threads do meanwhile. Loops end by reaching an index, never by exceeding one, so the last index of all needs no care.
 *
 * <p>An entry that spans indices is reported once, at its first; only where the scan begins inside one, at the index where it begins.
 */
public final class Scan {
    private Scan() {}

    /**
     * Visits the entries of a range.
     *
     * @param tree the tree
     * @param visit what to do with each
     * @param first first index
     * @param last last index, inclusive
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
        long next = first;
        for (;;) {
            long seen = tree.sequence().readAcquire();
            long root = tree.headAcquire();
            if (!Entry.isRoot(root)) {
                int went = lone(tree, visit, seen, root, next, bitmap, sink);
                if (went == Visit.MOVED) {
                    continue;
                }
                return went == Visit.STOP;
            }
            long near = Twig.visit(tree, visit, seen, root, next, last, bitmap, sink);
            if (near == Visit.STOPPED) {
                return true;
            }
            if (near == Visit.DONE) {
                long covered = Twig.lastOf(next);
                if (Long.compareUnsigned(covered, last) >= 0
                        || !Geometry.covers(Entry.rootShift(root), covered + 1)) { // then there was nothing when the root was read
                    return false;
                }
                next = covered + 1;
                continue;
            }
            next = Twig.baseOf(next) | near; // a position: from here on it needs a search
            seen = tree.sequence().readAcquire();
            root = tree.headAcquire();
            if (!Entry.isRoot(root)) {
                continue;
            }
            long found = Search.slot(tree, seen, root, next, bitmap);
            long node = Place.node(found);
            long address = tree.basePlain() + node;
            int shift = found == 0 ? 0 : NodeAccess.shiftOpaque(address);
            long base = found == 0 ? 0 : NodeAccess.basePlain(address);
            long siblings = found == 0 ? 0 : NodeAccess.bitmapAcquire(address, NodeLayout.SIBLINGS);
            long bits = found == 0 ? 0 : NodeAccess.bitmapAcquire(address, bitmap) & ~siblings;
            if (!tree.sequence().unchangedSince(seen)) {
                continue;
            }
            int slot = (int) found & Geometry.LAST_SLOT;
            if (found == 0 || Long.compareUnsigned(Geometry.slotBase(base, shift, slot), last) > 0) {
                return false;
            }
            boolean inside = next == first && (siblings >>> slot & 1) != 0;
            int end = Geometry.LAST_SLOT;
            if (shift == 0) {
                bits &= Geometry.slotsWithin(base, next, last);
            } else { // one entry: what follows it may be children
                bits &= 1L << slot;
                end = slot + Run.length(siblings, slot) - 1;
            }
            bits |= inside ? 1L << slot : 0;
            int went;
            long covered = Geometry.slotLast(base, shift, end);
            if (shift == 0 && !inside) {
                long rest = visit.leaf(tree, seen, node, siblings, bits, base, bitmap, sink);
                went = rest == Visit.DONE ? Visit.NEXT : rest == Visit.STOPPED ? Visit.STOP : Visit.MOVED;
                next = went == Visit.MOVED ? base | rest : next;
            } else {
                went = Visit.NEXT;
                for (; bits != 0 && went == Visit.NEXT; bits &= bits - 1) {
                    int at = Long.numberOfTrailingZeros(bits);
                    long index = Geometry.slotBase(base, shift, at);
                    if (shift > 0 && Long.compareUnsigned(index, next) < 0) {
                        index = next; // the scan began inside
                    }
                    next = index;
                    long word = shift > 0 && tree.isSparse() ? NodeAccess.slotAcquire(address, at) : Entry.ABSENT;
                    if (Entry.isLink(word, tree.linkMaskPlain())) {
                        went = Visit.MOVED; // what was packed there has burst
                        continue;
                    }
                    if (Packed.isPacked(word)) {
                        long came = PackScan.ascending(tree, visit, seen, word, shift, next, last, bitmap, sink);
                        went = PackScan.went(came);
                        next = PackScan.next(came, next, shift);
                        continue;
                    }
                    went = NodeAccess.bitmapAcquire(address, NodeLayout.SIBLINGS) != siblings
                            || gone(tree, node, siblings, at, bitmap)
                                    ? look(tree, seen, address, siblings)
                                    : visit.slot(tree, seen, node, at, index, sink);
                }
            }
            if (went == Visit.MOVED) {
                continue;
            }
            if (went == Visit.STOP || Long.compareUnsigned(covered, last) >= 0) {
                return went == Visit.STOP;
            }
            next = covered + 1;
        }
    }

    /**
     * The object at an index, if it is in a leaf: for a search that begins there.
     *
     * @param tree the tree
     * @param contents its mirror
     * @param index any index
     * @return null if it is not known without a search
     */
    public static @Nullable Object contentAtHand(Tree tree, Mirror contents, long index) {
        try {
            long seen = tree.sequence().readAcquire();
            long root = tree.headAcquire();
            long leaf = Entry.isRoot(root)
                    ? Descent.leaf(tree.basePlain(), tree.linkMaskPlain(), root, index)
                    : 0;
            Object content = leaf == 0 ? null : contents.getAcquire(leaf, Geometry.leafSlot(index));
            return tree.sequence().unchangedSince(seen) ? content : null;
        } finally {
            Reference.reachabilityFence(tree);
        }
    }

    /**
     * Whether the entry at a slot has lost the mark since the bitmap was read.
     *
     * @param tree the tree
     * @param node offset of the node
     * @param siblings the node's siblings
     * @param slot a slot of the entry
     * @param bitmap where the mark's bits are; of {@link NodeLayout#PRESENT} nothing is said
     * @return true if its bit is 0
     */
    public static boolean gone(Tree tree, long node, long siblings, int slot, long bitmap) {
        return bitmap != NodeLayout.PRESENT
                && (NodeAccess.bitmapAcquire(tree.basePlain() + node, bitmap) >>> Run.start(siblings, slot) & 1) == 0;
    }

    /** An entry is passed over only if it is certain that the node is still this one, with the same entries. */
    static int look(Tree tree, long seen, long address, long siblings) {
        boolean same = NodeAccess.bitmapAcquire(address, NodeLayout.SIBLINGS) == siblings;
        return tree.sequence().unchangedSince(seen) && same ? Visit.NEXT : Visit.MOVED;
    }

    /** Visits what a head that is no root holds, if the range begins with index 0 and it is wanted. */
    static <S> int lone(Tree tree, Visit<S> visit, long seen, long head, long next, long bitmap, S sink) {
        tree.requireOpen(head);
        boolean wanted = next == 0 && head != Entry.ABSENT && (bitmap == NodeLayout.PRESENT
                || tree.anyMarked((int) ((bitmap - NodeLayout.MARKS) / NodeLayout.WORD_BYTES)));
        if (!tree.sequence().unchangedSince(seen) || tree.headAcquire() != head) {
            return Visit.MOVED; // else the marks may be those of a tree that has grown meanwhile
        }
        return wanted ? visit.lone(tree, seen, head, sink) : Visit.NEXT;
    }
}
