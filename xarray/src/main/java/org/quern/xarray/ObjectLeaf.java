package org.quern.xarray;

import java.util.Objects;

import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.Mirror;
import org.quern.xarray.tree.Scan;
import org.quern.xarray.tree.Tree;
import org.quern.xarray.tree.Visit;

/**
 * Delivers the objects of a leaf to a consumer, each read when its turn comes, and validated before it is delivered.
 *
 * <p>The leaf's mirror is looked up once: a node keeps the same one until it is recycled, and then the sequence has moved. As in {@link LongLeaf}, in an array without entries that span
 * indices nobody asks whether an entry continues another.
 */
final class ObjectLeaf {
    private ObjectLeaf() {}

    /** As {@link Visit#leaf}. */
    static long deliver(Tree tree, long seen, long node, long siblings, long slots, long base, long bitmap,
            EntryConsumer<Object> consumer) {
        long address = tree.basePlain() + node;
        Mirror mirror = Objects.requireNonNull(tree.mirror());
        Object[] contents = mirror.contents(node);
        boolean spanning = tree.spanningPlain();
        boolean marked = bitmap != NodeLayout.PRESENT;
        for (long bits = slots; bits != 0; bits &= bits - 1) {
            int slot = Long.numberOfTrailingZeros(bits) & Geometry.LAST_SLOT;
            Object content = Mirror.elementAcquire(contents, slot);
            boolean gone = marked && Scan.gone(tree, node, siblings, slot, bitmap);
            boolean same = !spanning || NodeAccess.bitmapAcquire(address, NodeLayout.SIBLINGS) == siblings;
            if (!same || !tree.sequence().unchangedSince(seen)) {
                return slot;
            }
            Object value = gone ? null : mirror.objectOf(content);
            if (value != null) {
                consumer.accept(base | slot, value);
            }
        }
        return Visit.DONE;
    }
}
