package org.quern.xarray;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.Tree;
import org.quern.xarray.tree.Twig;
import org.quern.xarray.tree.Visit;

/**
 * Delivers the values of leaves to a consumer, in an array without entries that span indices: each read when its turn comes, and validated before it is delivered.
 *
 * <p>Costs two loads an entry, the slot and the sequence; one more where a mark is asked for, since the consumer may have cleared it. That no entry there continues another need
 * not be asked: the first one that spans indices is published after the sequence was advanced ({@code Tree.setSpanning}).
 *
 * <p>Rejected: reading eight words at once and validating them as one. What the consumer does to entries ahead must show, so each word would have to be compared with its
 * slot again, and that load costs what the look at the sequence does.
 */
final class LongLeaf {
    /** All slots of a leaf were visited. */
    private static final int ALL = Geometry.SLOTS;

    private LongLeaf() {}

    /** As {@link Visit#twig}. */
    static long deliver(Tree tree, long seen, long twig, long leaves, long next, long last, long bitmap,
            LongEntryConsumer consumer) {
        long pool = tree.basePlain();
        long linkMask = tree.linkMaskPlain();
        long base = Twig.baseOf(next);
        int firstLeaf = Geometry.slot(next, Geometry.DIGIT_BITS);
        int lastLeaf = Twig.lastLeaf(next, last);
        for (long bits = leaves; bits != 0; bits &= bits - 1) {
            int at = Long.numberOfTrailingZeros(bits);
            long leafBase = Twig.leafBase(base, at);
            long word = NodeAccess.slotAcquire(twig, at);
            if (!Entry.isLink(word, linkMask)) {
                return Twig.position(at, Twig.firstSlot(leafBase, next));
            }
            long leaf = pool + Entry.toOffset(word);
            long slots = NodeAccess.bitmapAcquire(leaf, bitmap);
            if (at == firstLeaf || at == lastLeaf) {
                slots &= Geometry.slotsWithin(leafBase, next, last);
            }
            if (!tree.sequence().unchangedSince(seen)) {
                return Twig.position(at, Twig.firstSlot(leafBase, next));
            }
            int rest = bitmap == NodeLayout.PRESENT
                    ? all(tree, seen, leaf, slots, leafBase, consumer)
                    : marked(tree, seen, leaf, slots, leafBase, bitmap, consumer);
            if (rest != ALL) {
                return Twig.position(at, rest);
            }
        }
        return Visit.DONE;
    }

    private static int marked(Tree tree, long seen, long leaf, long slots, long base, long bitmap,
            LongEntryConsumer consumer) {
        for (long bits = slots; bits != 0; bits &= bits - 1) {
            int slot = Long.numberOfTrailingZeros(bits);
            long word = NodeAccess.slotAcquire(leaf, slot);
            boolean still = (NodeAccess.bitmapAcquire(leaf, bitmap) >>> slot & 1) != 0;
            if (!tree.sequence().unchangedSince(seen)) {
                return slot;
            }
            if (Entry.isValue(word) && still) {
                consumer.accept(base + slot, Entry.toValue(word));
            }
        }
        return ALL;
    }

    /** A leaf whose slots are adjacent, as all of a full one, needs no search for the next. */
    private static int all(Tree tree, long seen, long leaf, long slots, long base, LongEntryConsumer consumer) {
        int first = Long.numberOfTrailingZeros(slots) & Geometry.LAST_SLOT;
        long run = slots >>> first;
        if ((run & run + 1) == 0 && slots != 0) {
            int last = Geometry.LAST_SLOT - Long.numberOfLeadingZeros(slots) & Geometry.LAST_SLOT;
            return run(tree, seen, leaf, first, last, base, consumer);
        }
        for (long bits = slots; bits != 0; bits &= bits - 1) {
            int slot = Long.numberOfTrailingZeros(bits);
            if (!one(tree, seen, leaf, slot, base, consumer)) {
                return slot;
            }
        }
        return ALL;
    }

    /** The ends are masked although they are slots: only so the compiler knows it, and leaves out the checks of the memory segment. */
    private static int run(Tree tree, long seen, long leaf, int from, int to, long base, LongEntryConsumer consumer) {
        int last = to & Geometry.LAST_SLOT;
        for (int slot = from & Geometry.LAST_SLOT; slot <= last; slot++) {
            if (!one(tree, seen, leaf, slot, base, consumer)) {
                return slot;
            }
        }
        return ALL;
    }

    /** False if the sequence moved. */
    private static boolean one(Tree tree, long seen, long leaf, int slot, long base, LongEntryConsumer consumer) {
        long word = NodeAccess.slotAcquire(leaf, slot);
        if (!tree.sequence().unchangedSince(seen)) {
            return false;
        }
        if (Entry.isValue(word)) {
            consumer.accept(base + slot, Entry.toValue(word));
        }
        return true;
    }
}
