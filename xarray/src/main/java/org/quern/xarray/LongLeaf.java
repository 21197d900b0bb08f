package org.quern.xarray;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.Scan;
import org.quern.xarray.tree.Tree;
import org.quern.xarray.tree.Visit;

/**
 * Delivers the values of a leaf to a consumer, each read when its turn comes, and validated before it is delivered.
 *
 * <p>A leaf whose wanted slots are adjacent, as all of a full one, in an array without entries that span indices, costs two loads an entry: the slot and the sequence. That no entry there continues another need
 * not be asked: the first one that spans indices is published after the sequence was advanced ({@code Tree.setSpanning}).
 *
 * <p>Rejected: reading eight words at once and validating them as one. What the consumer does to entries ahead must show, so each word would have to be compared with its
 * slot again, and that load costs what the look at the sequence does.
 */
final class LongLeaf {
    private LongLeaf() {}

    /** As {@link Visit#leaf}, for entries of any mark or none. */
    static long deliver(Tree tree, long seen, long node, long siblings, long slots, long base, long bitmap,
            LongEntryConsumer consumer) {
        if (bitmap == NodeLayout.PRESENT && !tree.spanningPlain()) {
            if (slots == -1L) { // with ends that the compiler knows it takes three quarters of the time
                return dense(tree, seen, node, 0, Long.SIZE, base, consumer);
            }
            int first = Long.numberOfTrailingZeros(slots);
            long run = slots >>> first;
            if ((run & run + 1) == 0) { // one run of slots, as a rule all
                return dense(tree, seen, node, first, first + Long.bitCount(run), base, consumer);
            }
        }
        return each(tree, seen, node, siblings, slots, base, bitmap, consumer);
    }

    private static long each(Tree tree, long seen, long node, long siblings, long slots, long base, long bitmap,
            LongEntryConsumer consumer) {
        long address = tree.basePlain() + node;
        for (long bits = slots; bits != 0; bits &= bits - 1) {
            int slot = Long.numberOfTrailingZeros(bits);
            long word = NodeAccess.slotAcquire(address, slot);
            boolean gone = Scan.gone(tree, node, siblings, slot, bitmap);
            boolean same = NodeAccess.bitmapAcquire(address, NodeLayout.SIBLINGS) == siblings;
            if (!same || !tree.sequence().unchangedSince(seen)) {
                return slot;
            }
            if (Entry.isValue(word) && !gone) {
                consumer.accept(base | slot, Entry.toValue(word));
            }
        }
        return Visit.DONE;
    }

    private static long dense(Tree tree, long seen, long node, int first, int end, long base,
            LongEntryConsumer consumer) {
        long leaf = tree.basePlain() + node;
        for (int slot = first; slot < end; slot++) {
            long word = NodeAccess.slotAcquire(leaf, slot);
            if (!tree.sequence().unchangedSince(seen)) {
                return slot;
            }
            if (Entry.isValue(word)) {
                consumer.accept(base | slot, Entry.toValue(word));
            }
        }
        return Visit.DONE;
    }
}
