package org.quern.xarray.tree;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.node.NodeAccess;

/**
 * Visits that count: a leaf by the number of bits that are set, without a look at its slots. Reserved entries do not count; only where there ever was one are the
 * words of a leaf read, all that are there.
 *
 * <p>The sink is two numbers: how many were counted, or are still to be passed over; and the index that was found.
 */
public final class Tally implements Visit<long[]> {
    /** Adds the entries to the first number. */
    public static final Visit<long[]> COUNT = new Tally(false);

    /** Stops at the entry before which as many others have passed as the first number says; puts its index into the second. */
    public static final Visit<long[]> SELECT = new Tally(true);

    private final boolean selects;

    private Tally(boolean selects) {
        this.selects = selects;
    }

    @Override
    public boolean takesWholeLeaves() {
        return true;
    }

    @Override
    public long leaf(Tree tree, long seen, long node, long siblings, long slots, long base, long bitmap,
            long[] sink) {
        long bits = withContent(tree, node, slots, base);
        if (slots != 0 && !tree.sequence().unchangedSince(seen)) {
            return Long.numberOfTrailingZeros(slots);
        }
        int entries = Long.bitCount(bits);
        if (!selects) {
            sink[0] += entries;
        } else if (sink[0] < entries) {
            sink[1] = base | Long.numberOfTrailingZeros(Long.expand(1L << sink[0], bits));
            return STOPPED;
        } else {
            sink[0] -= entries;
        }
        return DONE;
    }

    /** Those slots of a leaf that hold more than a reservation. */
    static long withContent(Tree tree, long node, long slots, long base) {
        if (!tree.reservingPlain() && (base != 0 || !tree.zeroBusy())) {
            return slots;
        }
        long content = slots;
        for (long bits = slots; bits != 0; bits &= bits - 1) {
            long word = NodeAccess.slotAcquire(tree.basePlain() + node, Long.numberOfTrailingZeros(bits));
            content ^= word == Entry.RESERVED || word == Entry.ABSENT ? Long.lowestOneBit(bits) : 0;
        }
        return content;
    }

    @Override
    public int slot(Tree tree, long seen, long node, int slot, long index, long[] sink) {
        long word = NodeAccess.slotAcquire(tree.basePlain() + node, slot);
        if (!tree.sequence().unchangedSince(seen) || Entry.isLink(word, tree.linkMaskPlain())) {
            return MOVED; // a link: the entry was split meanwhile
        }
        return tally(word, index, sink);
    }

    @Override
    public int lone(Tree tree, long seen, long head, long[] sink) {
        return tally(head, 0, sink);
    }

    private int tally(long word, long index, long[] sink) {
        if (word == Entry.ABSENT || word == Entry.RESERVED) {
            return NEXT;
        }
        if (!selects) {
            sink[0]++;
        } else if (sink[0]-- == 0) {
            sink[1] = index;
            return STOP;
        }
        return NEXT;
    }
}
