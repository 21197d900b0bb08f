package org.quern.xarray.tree;

import java.lang.ref.Reference;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Run;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * Adjacent indices that are all taken, or all free, as far as one node tells: what walks over holes and runs are made of. An entry takes all indices it spans, a reserved one
 * too, and index 0 is taken where ids begin at 1.
 *
 * <pre>
 *   leaf        present   1 1 1 0 0 0 0 1 ..         stretches 0..2 taken, 3..6 free, 7.. taken
 *   above       present   e e . . l . ..             an entry: its slots; nothing: up to the next slot with anything, whole subtrees at a time; a link: look below
 *   no node                                          from the capacity to the last index of all, free
 * </pre>
 *
 * Read without a lock. A leaf is read once and kept for the stretches that follow in it: they are of one moment, those of different nodes are not. Each read is
 * validated by the sequence. One for each search, in one thread.
 */
public final class Stretch {
    private final Tree tree;
    private boolean taken;
    private long first;
    private long last;
    private boolean leafKnown;
    private long leafBase;
    private long leafBits;

    /**
     * A stretch that is nowhere yet.
     *
     * @param tree the tree
     */
    public Stretch(Tree tree) {
        this.tree = tree;
    }

    /**
     * Whether its indices are taken.
     *
     * @return false if they are free
     */
    public boolean isTaken() {
        return taken;
    }

    /**
     * Its first index; the one before may be in the same state.
     *
     * @return the index
     */
    public long first() {
        return first;
    }

    /**
     * Its last index; the one after may be in the same state.
     *
     * @return the index, inclusive
     */
    public long last() {
        return last;
    }

    /**
     * Moves to the stretch around an index.
     *
     * @param index any index
     * @return whether it is taken
     * @throws IllegalStateException if the array is closed
     */
    public boolean moveTo(long index) {
        if (!leafKnown || Geometry.base(index, 0) != leafBase) {
            try {
                while (!read(index)) { // again only if nodes were recycled, or an entry split, meanwhile
                    leafKnown = false;
                }
            } finally {
                Reference.reachabilityFence(tree);
            }
        }
        if (leafKnown) {
            within(leafBase, 0, leafBits, Geometry.leafSlot(index));
        }
        if (tree.zeroBusy() && first == 0) {
            exceptZero(index);
        }
        return taken;
    }

    private void exceptZero(long index) {
        if (index == 0) {
            taken = true;
            last = 0;
        } else if (!taken) {
            first = 1;
        }
    }

    /** False if what was read may be anything. */
    private boolean read(long index) {
        leafKnown = false;
        long seen = tree.sequence().readAcquire();
        long root = tree.headAcquire();
        if (!Entry.isRoot(root)) {
            tree.requireOpen(root);
            lone(root != Entry.ABSENT, index);
            return true;
        }
        long leaf = Descent.leaf(tree.basePlain(), tree.linkMaskPlain(), root, index);
        boolean steady = true;
        if (leaf != 0) {
            leafBits = NodeAccess.bitmapAcquire(tree.basePlain() + leaf, NodeLayout.PRESENT);
            leafBase = Geometry.base(index, 0);
            leafKnown = true;
        } else {
            long place = Descent.place(tree.basePlain(), tree.linkMaskPlain(), root, index, 0);
            steady = place == Place.NOWHERE ? beyond(Entry.rootShift(root)) : above(place, index);
        }
        return tree.sequence().unchangedSince(seen) && steady;
    }

    private void lone(boolean entry, long index) {
        taken = entry && index == 0;
        first = entry && index != 0 ? 1 : 0;
        last = taken ? 0 : -1L;
    }

    private boolean beyond(int rootShift) {
        taken = false;
        first = Geometry.after(0, rootShift);
        last = -1L;
        return true;
    }

    /** In a node where there is no child for the index. */
    private boolean above(long place, long index) {
        long address = tree.basePlain() + Place.node(place);
        int shift = Place.shift(place);
        int slot = Place.slot(place, index);
        long siblings = NodeAccess.bitmapAcquire(address, NodeLayout.SIBLINGS);
        long word = NodeAccess.slotAcquire(address, slot);
        long base = Geometry.base(index, shift);
        if (word == Entry.ABSENT) {
            within(base, shift, NodeAccess.bitmapAcquire(address, NodeLayout.PRESENT) & ~(1L << slot), slot);
            return true;
        }
        taken = true;
        int start = Run.start(siblings, slot);
        first = Geometry.slotBase(base, shift, start);
        last = Geometry.slotLast(base, shift, (start + Run.length(siblings, start) - 1) & Geometry.LAST_SLOT);
        return !Entry.isLink(word, tree.linkMaskPlain())
                && NodeAccess.bitmapAcquire(address, NodeLayout.SIBLINGS) == siblings;
    }

    /** The slots around one that are in the same state. */
    private void within(long base, int shift, long bits, int slot) {
        taken = (bits >>> slot & 1) != 0;
        long others = taken ? ~bits : bits;
        long after = slot == Geometry.LAST_SLOT ? 0 : others & (-2L << slot);
        long before = others & ((1L << slot) - 1);
        int lastSlot = after == 0 ? Geometry.slot(-1L, shift) : Long.numberOfTrailingZeros(after) - 1;
        int firstSlot = Long.SIZE - Long.numberOfLeadingZeros(before);
        first = Geometry.slotBase(base, shift, firstSlot);
        last = Geometry.slotLast(base, shift, lastSlot);
    }
}
