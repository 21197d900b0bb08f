package org.quern.xarray.tree;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * Which indices are free, in an allocating array. Called with the lock.
 *
 * <pre>
 *   leaf            a slot is taken if its present bit is set
 *   interior node   the bit of a slot in <i>full</i> is set if nothing under it is free: an entry that spans the slot, or a child all of whose slots are taken
 *   beyond the root everything is free
 * </pre>
 *
 * Full bits are the opposite of free ones, so that zeroed nodes are right as they are. They lie where other arrays have the bits of mark 0. Readers never look
 * at them. Going up stops where nothing changes: O(1) as a rule, O(height) at worst.
 */
final class Occupancy {
    /** No free index. */
    static final long NONE = -1;

    private final Tree tree;

    Occupancy(Tree tree) {
        this.tree = tree;
    }

    /** Slots of a node were taken, or children in them filled up. */
    void taken(long first, long mask) {
        long node = first;
        long address = tree.basePlain() + node;
        if (NodeAccess.shiftPlain(address) > 0) {
            setFull(address, NodeAccess.bitmapPlain(address, NodeLayout.FULL) | mask);
        }
        while (isFull(address)) {
            long parent = NodeAccess.parentPlain(address);
            if (parent == 0) {
                return;
            }
            long bit = 1L << NodeAccess.offsetPlain(address);
            address = tree.basePlain() + parent;
            setFull(address, NodeAccess.bitmapPlain(address, NodeLayout.FULL) | bit);
        }
    }

    /** Slots of a node were given up, or children in them are no longer full. */
    void freed(long node, long mask) {
        long address = tree.basePlain() + node;
        if (NodeAccess.shiftPlain(address) > 0) {
            setFull(address, NodeAccess.bitmapPlain(address, NodeLayout.FULL) & ~mask);
        }
        for (;;) {
            long parent = NodeAccess.parentPlain(address);
            long bit = 1L << NodeAccess.offsetPlain(address);
            address = tree.basePlain() + parent;
            if (parent == 0 || (NodeAccess.bitmapPlain(address, NodeLayout.FULL) & bit) == 0) {
                return;
            }
            setFull(address, NodeAccess.bitmapPlain(address, NodeLayout.FULL) & ~bit);
        }
    }

    /** Whether nothing under a node is free. */
    boolean isFull(long address) {
        return taken(address) == Geometry.allSlots(NodeAccess.shiftPlain(address));
    }

    private static long taken(long address) {
        return NodeAccess.bitmapPlain(address,
                NodeAccess.shiftPlain(address) == 0 ? NodeLayout.PRESENT : NodeLayout.FULL);
    }

    private static void setFull(long address, long bits) {
        NodeAccess.setBitmapRelease(address, NodeLayout.FULL, bits);
    }

    /** The lowest free index from min to max, both 0..2^63-1; or {@link #NONE}. */
    long lowestFree(long min, long max) {
        long head = tree.headPlain();
        long free;
        if (Entry.isRoot(head)) {
            free = Geometry.covers(Entry.rootShift(head), min) ? search(Entry.rootOffset(head), min) : min;
        } else {
            free = min == 0 && head != Entry.ABSENT ? 1 : min;
        }
        return free >= min && free <= max ? free : NONE;
    }

    private long search(long root, long min) {
        long address = tree.basePlain() + root;
        int shift = NodeAccess.shiftPlain(address);
        long index = min;
        for (;;) { // down where something is free, up where nothing is
            long base = NodeAccess.basePlain(address);
            int digit = Geometry.slot(index, shift);
            long free = ~taken(address) & Geometry.allSlots(shift) & -1L << digit;
            while (free == 0) {
                long parent = NodeAccess.parentPlain(address);
                if (parent == 0) {
                    long after = Geometry.after(base, shift);
                    return after == 0 ? NONE : after;
                }
                digit = NodeAccess.offsetPlain(address);
                address = tree.basePlain() + parent;
                shift += Geometry.DIGIT_BITS;
                base = NodeAccess.basePlain(address);
                free = digit == Geometry.LAST_SLOT
                        ? 0
                        : ~taken(address) & Geometry.allSlots(shift) & -1L << (digit + 1);
                digit = -1;
            }
            int slot = Long.numberOfTrailingZeros(free);
            if (slot != digit) {
                index = Geometry.slotBase(base, shift, slot);
            }
            long word = NodeAccess.slotPlain(address, slot);
            if (word == Entry.ABSENT) {
                return index;
            }
            address = tree.basePlain() + Entry.toOffset(word);
            shift -= Geometry.DIGIT_BITS;
        }
    }
}
