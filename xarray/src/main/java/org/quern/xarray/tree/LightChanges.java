package org.quern.xarray.tree;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * Changes of one value in a leaf that concern nothing else: no other slot, no object, no node above, nobody who keeps books. What {@link Writer} does in the same case with all questions asked; here the
 * questions about the tree ({@link Writer#isLight}) are asked once for a batch, and those about the leaf are a few loads of one line. A random pair of erasing and inserting in 64 K entries costs 17 ns this way, and 35 the other.
 *
 * <p>The order of the stores is that of {@link Slots}. Called with the whole lock. Each says false, and has changed nothing, where it is not certain that there is nothing else to do.
 */
final class LightChanges {
    private LightChanges() {}

    /** Sets a value. */
    static boolean put(long leaf, int slot, long word) {
        long old = NodeAccess.slotPlain(leaf, slot);
        if (old == Entry.ABSENT) {
            Slots.occupy(leaf, slot, word);
        } else if (!Entry.isValue(old)) {
            return false;
        }
        NodeAccess.setSlotRelease(leaf, slot, word);
        return true;
    }

    /** Removes an entry that has no marks, of a leaf that keeps two others at least: so the leaf stays, and the root. */
    static boolean remove(long leaf, int slot, long word) {
        long others = NodeAccess.bitmapPlain(leaf, NodeLayout.PRESENT) & ~(1L << slot);
        if ((others & others - 1) == 0 || (marked(leaf) >>> slot & 1) != 0) {
            return false;
        }
        Slots.vacate(leaf, slot, word);
        return true;
    }

    private static long marked(long leaf) {
        long marked = 0;
        for (int mark = 0; mark < NodeLayout.MARK_COUNT; mark++) {
            marked |= NodeAccess.bitmapPlain(leaf, NodeLayout.marks(mark));
        }
        return marked;
    }
}
