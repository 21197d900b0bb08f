package org.quern.xarray.tree;

import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * Marks of entries and their way up. Called with the lock.
 *
 * <p>Invariant, between operations: the bit of a slot that links to a child is the OR of the child's 64 bits, and the array's bit the OR of the root's. Setting goes
 * from the leaf to the root and stops where a bit was set already; clearing goes up while a node's last bit of that mark goes. Both are O(1) as a rule
 * and O(height) at worst.
 *
 * <p>A search goes the other way. It may miss a mark that is being set, never one that was set before it began; and it may go down in vain after a bit that is
 * being cleared, which it has to bear.
 */
final class Marking {
    private final Tree tree;

    Marking(Tree tree) {
        this.tree = tree;
    }

    /** Sets a mark; false if it was set. */
    boolean set(long leaf, int slot, int mark) {
        long bitmap = NodeLayout.marks(mark);
        long node = leaf;
        int at = slot;
        for (;;) {
            long address = tree.basePlain() + node;
            long bits = NodeAccess.bitmapPlain(address, bitmap);
            if ((bits >>> at & 1) != 0) {
                return node != leaf;
            }
            NodeAccess.setBitmapRelease(address, bitmap, bits | 1L << at);
            at = NodeAccess.offsetPlain(address);
            node = NodeAccess.parentPlain(address);
            if (node == 0) {
                setRoot(mark);
                return true;
            }
        }
    }

    /** Clears a mark; false if it was clear. */
    boolean clear(long leaf, int slot, int mark) {
        long bitmap = NodeLayout.marks(mark);
        long node = leaf;
        int at = slot;
        for (;;) {
            long address = tree.basePlain() + node;
            long bits = NodeAccess.bitmapPlain(address, bitmap);
            if ((bits >>> at & 1) == 0) {
                return node != leaf;
            }
            bits &= ~(1L << at);
            NodeAccess.setBitmapRelease(address, bitmap, bits);
            if (bits != 0) {
                return true;
            }
            at = NodeAccess.offsetPlain(address);
            node = NodeAccess.parentPlain(address);
            if (node == 0) {
                clearRoot(mark);
                return true;
            }
        }
    }

    /** Clears all marks of a slot. */
    void clearAll(long leaf, int slot) {
        for (int mark = tree.firstMark(); mark < NodeLayout.MARK_COUNT; mark++) {
            clear(leaf, slot, mark);
        }
    }

    /** Whether clearing all marks of a slot changes nothing above its node. */
    boolean staysIn(long node, int slot) {
        long address = tree.basePlain() + node;
        boolean stays = true;
        for (int mark = tree.firstMark(); mark < NodeLayout.MARK_COUNT; mark++) {
            stays &= NodeAccess.bitmapPlain(address, NodeLayout.marks(mark)) != 1L << slot;
        }
        return stays;
    }

    /** Clears all marks of several slots. */
    void clearAllIn(long node, long mask) {
        for (int mark = tree.firstMark(); mark < NodeLayout.MARK_COUNT; mark++) {
            clearIn(node, mask, mark);
        }
    }

    /** Clears a mark of several slots; says of how many that had it. */
    int clearIn(long node, long mask, int mark) {
        long address = tree.basePlain() + node;
        long bits = NodeAccess.bitmapPlain(address, NodeLayout.marks(mark));
        long marked = bits & mask;
        if (marked != 0) {
            int last = Long.numberOfTrailingZeros(marked);
            NodeAccess.setBitmapRelease(address, NodeLayout.marks(mark), (bits & ~mask) | 1L << last);
            clear(node, last, mark); // one is left for the usual way up
        }
        return Long.bitCount(marked);
    }

    /** Sets a mark of several slots; says of how many that did not have it. */
    int setIn(long node, long mask, int mark) {
        long address = tree.basePlain() + node;
        long bits = NodeAccess.bitmapPlain(address, NodeLayout.marks(mark));
        long fresh = mask & ~bits;
        if (fresh != 0) {
            long last = Long.lowestOneBit(fresh);
            NodeAccess.setBitmapRelease(address, NodeLayout.marks(mark), bits | (fresh ^ last));
            set(node, Long.numberOfTrailingZeros(last), mark); // one is left for the usual way up
        }
        return Long.bitCount(fresh);
    }

    /** The slots in a mask become one entry, which has the marks of all that was there. */
    void unite(long node, int slot, long mask) {
        long address = tree.basePlain() + node;
        for (int mark = tree.firstMark(); mark < NodeLayout.MARK_COUNT; mark++) {
            long bits = NodeAccess.bitmapPlain(address, NodeLayout.marks(mark));
            if ((bits & mask) != 0) {
                NodeAccess.setBitmapRelease(address, NodeLayout.marks(mark), (bits & ~mask) | 1L << slot);
            }
        }
    }

    /** The marks of a slot; bit m for mark m. */
    int of(long node, int slot) {
        int marks = 0;
        for (int mark = tree.firstMark(); mark < NodeLayout.MARK_COUNT; mark++) {
            long bits = NodeAccess.bitmapPlain(tree.basePlain() + node, NodeLayout.marks(mark));
            marks |= (int) (bits >>> slot & 1) << mark;
        }
        return marks;
    }

    /** Gives slots of a node the same marks as another has, where the node's or its ancestors' bits are set already. */
    void spread(long node, long mask, int marks) {
        long address = tree.basePlain() + node;
        for (int mark = tree.firstMark(); mark < NodeLayout.MARK_COUNT; mark++) {
            if ((marks >>> mark & 1) != 0) {
                long bits = NodeAccess.bitmapPlain(address, NodeLayout.marks(mark));
                NodeAccess.setBitmapRelease(address, NodeLayout.marks(mark), bits | mask);
            }
        }
    }

    /** Sets a mark of the array, or of the lone entry in the head; false if it was set. */
    boolean setRoot(int mark) {
        int marks = tree.rootMarksAcquire();
        tree.setRootMarksRelease(marks | 1 << mark);
        return (marks >>> mark & 1) == 0;
    }

    /** Clears a mark of the array, or of the lone entry in the head; false if it was clear. */
    boolean clearRoot(int mark) {
        int marks = tree.rootMarksAcquire();
        tree.setRootMarksRelease(marks & ~(1 << mark));
        return (marks >>> mark & 1) != 0;
    }
}
