package org.quern.xarray;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.Mirror;
import org.quern.xarray.tree.Search;
import org.quern.xarray.tree.Tree;

/**
 * Searching and iterating over objects: as {@link LongScan}, which explains it, but the content is read from the mirror, and null there means absent whatever the
 * word or the bit says.
 *
 * <p>The casts are unchecked: what is in the mirror was put there by the array's own store, with its type.
 */
final class ObjectScan {
    private ObjectScan() {}

    @SuppressWarnings("unchecked")
    static <V> boolean find(Tree tree, Mirror mirror, long from, long max, long bitmap, Probe<V> probe) {
        long next = from;
        while (Long.compareUnsigned(next, max) <= 0) {
            long seen = tree.sequence().readAcquire();
            long root = tree.headAcquire();
            if (!Entry.isRoot(root)) {
                tree.requireOpen(root);
                Object lone = next == 0 && root != Entry.ABSENT && LoneEntry.passes(tree, bitmap)
                        ? mirror.headAcquire()
                        : null;
                if (!tree.sequence().unchangedSince(seen) || tree.headAcquire() != root) {
                    continue;
                }
                if (lone == null) {
                    return false;
                }
                probe.set(0, (V) lone);
                return true;
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
            @Nullable
            Object content = null;
            while (bits != 0 && content == null) {
                next = base | Long.numberOfTrailingZeros(bits);
                content = mirror.getAcquire(leaf, Geometry.leafSlot(next));
                bits &= bits - 1;
            }
            if (!tree.sequence().unchangedSince(seen)) {
                next = from;
                continue;
            }
            if (content != null) {
                probe.set(next, (V) content);
                return true;
            }
            next = Geometry.after(base, 0);
            if (next == 0) {
                return false;
            }
        }
        return false;
    }

    @SuppressWarnings("unchecked")
    static <V> void forEach(Tree tree, Mirror mirror, long first, long last, long bitmap,
            EntryConsumer<? super V> consumer) {
        long next = first;
        scan : for (;;) {
            long seen = tree.sequence().readAcquire();
            long root = tree.headAcquire();
            if (!Entry.isRoot(root)) {
                tree.requireOpen(root);
                Object lone = next == 0 && root != Entry.ABSENT && LoneEntry.passes(tree, bitmap)
                        ? mirror.headAcquire()
                        : null;
                if (!tree.sequence().unchangedSince(seen) || tree.headAcquire() != root) {
                    continue;
                }
                if (lone != null) {
                    consumer.accept(0, (V) lone);
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
                Object content = mirror.getAcquire(leaf, slot);
                boolean still = bitmap == NodeLayout.PRESENT
                        || (NodeAccess.bitmapAcquire(node, bitmap) >>> slot & 1) != 0; // a mark may have been cleared
                if (!tree.sequence().unchangedSince(seen)) {
                    next = base | slot;
                    continue scan;
                }
                if (still && content != null) {
                    consumer.accept(base | slot, (V) content);
                }
            }
            next = Geometry.after(base, 0);
            if (next == 0 || base == Geometry.base(last, 0)) {
                return;
            }
        }
    }
}
