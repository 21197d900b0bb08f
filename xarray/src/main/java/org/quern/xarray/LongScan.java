package org.quern.xarray;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.Search;
import org.quern.xarray.tree.Tree;

/**
 * Searching and iterating over values, leaf by leaf: one search finds a leaf, its bitmap says which slots to visit, and each slot is read when its turn comes.
 *
 * <p>Each entry is delivered only after a look at the recycle sequence. If it moved, the leaf may be another node by now, and the scan goes on with a new search
 * at the first index that was not delivered: so an entry present all the time is delivered exactly once, ascending, whatever the callback or other
 * threads do meanwhile. Loops end by reaching an index, never by exceeding one, so the last index of all needs no care.
 *
 * <p>Its twin {@link ObjectScan} reads contents from the mirror; everything they share is in {@link Search} and {@link Geometry}.
 */
final class LongScan {
    private LongScan() {}

    static boolean find(Tree tree, long from, long max, long bitmap, LongProbe probe) {
        long next = from;
        while (Long.compareUnsigned(next, max) <= 0) {
            long seen = tree.sequence().readAcquire();
            long root = tree.headAcquire();
            if (!Entry.isRoot(root)) {
                tree.requireOpen(root);
                boolean hit = next == 0 && root != Entry.ABSENT && LoneEntry.passes(tree, bitmap);
                if (!tree.sequence().unchangedSince(seen) || tree.headAcquire() != root) {
                    continue;
                }
                if (hit) {
                    probe.set(0, Entry.toValue(root));
                }
                return hit;
            }
            long leaf = Search.leaf(tree, seen, root, next, bitmap);
            long node = tree.basePlain() + leaf;
            long base = leaf == 0 ? 0 : NodeAccess.basePlain(node);
            long bits = leaf == 0 ? 0 : NodeAccess.bitmapAcquire(node, bitmap);
            if (!tree.sequence().unchangedSince(seen)) {
                continue;
            }
            if (leaf == 0 || Long.compareUnsigned(base, max) > 0) {
                return false;
            }
            bits &= Geometry.slotsWithin(base, next, max);
            long word = Entry.ABSENT;
            while (bits != 0 && word == Entry.ABSENT) {
                next = base | Long.numberOfTrailingZeros(bits);
                word = NodeAccess.slotAcquire(node, Geometry.leafSlot(next));
                bits &= bits - 1;
            }
            if (!tree.sequence().unchangedSince(seen)) {
                next = from;
                continue;
            }
            if (word != Entry.ABSENT) {
                probe.set(next, Entry.toValue(word));
                return true;
            }
            next = Geometry.after(base, 0);
            if (next == 0) {
                return false;
            }
        }
        return false;
    }

    static void forEach(Tree tree, long first, long last, long bitmap, LongEntryConsumer consumer) {
        long next = first;
        scan : for (;;) {
            long seen = tree.sequence().readAcquire();
            long root = tree.headAcquire();
            if (!Entry.isRoot(root)) {
                tree.requireOpen(root);
                boolean hit = next == 0 && root != Entry.ABSENT && LoneEntry.passes(tree, bitmap);
                if (!tree.sequence().unchangedSince(seen) || tree.headAcquire() != root) {
                    continue;
                }
                if (hit) {
                    consumer.accept(0, Entry.toValue(root));
                }
                return;
            }
            long leaf = Search.leaf(tree, seen, root, next, bitmap);
            long node = tree.basePlain() + leaf;
            long base = leaf == 0 ? 0 : NodeAccess.basePlain(node);
            long bits = leaf == 0 ? 0 : NodeAccess.bitmapAcquire(node, bitmap);
            if (!tree.sequence().unchangedSince(seen)) {
                continue;
            }
            if (leaf == 0 || Long.compareUnsigned(base, last) > 0) {
                return;
            }
            for (bits &= Geometry.slotsWithin(base, next, last); bits != 0; bits &= bits - 1) {
                int slot = Long.numberOfTrailingZeros(bits);
                long word = NodeAccess.slotAcquire(node, slot);
                boolean still = bitmap == NodeLayout.PRESENT
                        || (NodeAccess.bitmapAcquire(node, bitmap) >>> slot & 1) != 0; // a mark may have been cleared
                if (!tree.sequence().unchangedSince(seen)) {
                    next = base | slot;
                    continue scan;
                }
                if (still && word != Entry.ABSENT) {
                    consumer.accept(base | slot, Entry.toValue(word));
                }
            }
            next = Geometry.after(base, 0);
            if (next == 0 || base == Geometry.base(last, 0)) {
                return;
            }
        }
    }
}
