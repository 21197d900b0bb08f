package org.quern.xarray.tree;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * Filling and emptying one slot, in the order that readers rely on. Called with the lock.
 *
 * <pre>
 *   fill    present bit --> word --> mirror          a search that misses the bit misses an entry that no load has seen yet
 *   empty   mirror --> word --> present bit          and a bit without content is passed over
 * </pre>
 */
final class Slots {
    private final Tree tree;

    Slots(Tree tree) {
        this.tree = tree;
    }

    /** Fills an empty slot with a link. */
    void fill(long node, int slot, long word) {
        long address = tree.basePlain() + node;
        NodeAccess.setBitmapRelease(address, NodeLayout.PRESENT,
                NodeAccess.bitmapPlain(address, NodeLayout.PRESENT) | 1L << slot);
        NodeAccess.addCountsPlain(address, 1, Entry.isValue(word) ? 1 : 0);
        NodeAccess.setSlotRelease(address, slot, word);
    }

    /** Fills an empty slot of a leaf with an entry. */
    void fill(long leaf, int slot, long word, @Nullable Object content) {
        fill(leaf, slot, word);
        Mirror mirror = tree.mirror();
        if (mirror != null) {
            mirror.setRelease(leaf, slot, content);
        }
    }

    /** Empties a slot of a leaf. */
    void emptyLeaf(long leaf, int slot) {
        Mirror mirror = tree.mirror();
        if (mirror != null) {
            mirror.setRelease(leaf, slot, null);
        }
        empty(leaf, slot);
    }

    /** Empties a slot. */
    void empty(long node, int slot) {
        long address = tree.basePlain() + node;
        long word = NodeAccess.slotPlain(address, slot);
        NodeAccess.setSlotRelease(address, slot, Entry.ABSENT);
        NodeAccess.setBitmapRelease(address, NodeLayout.PRESENT,
                NodeAccess.bitmapPlain(address, NodeLayout.PRESENT) & ~(1L << slot));
        NodeAccess.addCountsPlain(address, -1, Entry.isValue(word) ? -1 : 0);
    }
}
