package org.quern.xarray.tree;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * Takes away nodes that a removal left empty and lowers the root. Called with the lock; allocates nothing, cannot fail.
 *
 * <pre>
 *   empty node            its slot in the parent is emptied, it is retired, and so on upwards; the last one gone leaves the head 0
 *   root with slot 0 only the child becomes the root. The old root keeps its link: readers inside it pass through
 *   leaf as root, slot 0  the entry moves into the head: publish the head, advance the sequence, then empty the slot
 * </pre>
 *
 * The last case is the one that moves a live entry. A reader in the old leaf that finds its slot empty has missed the move, and the sequence tells it so; without
 * the advance it would report an entry as absent that was there all the time.
 */
final class Shrinkage {
    private final Tree tree;
    private final Slots slots;
    private final @Nullable PackWriter packs;

    Shrinkage(Tree tree, Slots slots, @Nullable PackWriter packs) {
        this.tree = tree;
        this.slots = slots;
        this.packs = packs;
    }

    /** Called when slots of a node were emptied. */
    void afterRemoval(long emptied) {
        long node = emptied;
        long address = tree.basePlain() + node;
        while (NodeAccess.countPlain(address) == 0) {
            leafGoes(address);
            long parent = NodeAccess.parentPlain(address);
            if (parent == 0) {
                tree.setHeadRelease(Entry.ABSENT);
                tree.nodes().retire(node);
                return;
            }
            slots.emptyOne(parent, NodeAccess.offsetPlain(address));
            tree.nodes().retire(node);
            node = parent;
            address = tree.basePlain() + node;
        }
        if (packs != null) {
            node = packs.compress(node);
        }
        if (NodeAccess.parentPlain(tree.basePlain() + node) == 0) {
            lower(node);
        }
    }

    /** Lowers the root while it holds nothing but slot 0. */
    void lower(long root) {
        long node = root;
        while (NodeAccess.bitmapPlain(tree.basePlain() + node, NodeLayout.PRESENT) == 1) {
            long word = NodeAccess.slotPlain(tree.basePlain() + node, 0);
            int shift = NodeAccess.shiftPlain(tree.basePlain() + node);
            if (shift == 0) {
                moveToHead(node, word);
                return;
            }
            if (packs != null && Packed.isPacked(word)) {
                packs.lower(node, word);
                return;
            }
            if (!Entry.isLink(word, tree.linkMaskPlain())) {
                return; // an entry that spans the slot stays where it is
            }
            long child = Entry.toOffset(word);
            NodeAccess.setParentPlain(tree.basePlain() + child, 0, 0);
            tree.setHeadRelease(Entry.root(child, shift - Geometry.DIGIT_BITS));
            slots.dropped(node);
            tree.nodes().retire(node);
            node = child;
        }
    }

    private void leafGoes(long address) {
        if (NodeAccess.shiftPlain(address) == 0) {
            tree.leavesGo(NodeAccess.basePlain(address), NodeAccess.basePlain(address));
        }
    }

    private void moveToHead(long leaf, long word) {
        tree.leavesGo(0, 0);
        if (word == Entry.RESERVED && tree.zeroBusy()) { // it was there for the others
            tree.setRootMarksRelease(0);
            tree.setHeadRelease(Entry.ABSENT);
            slots.emptyOne(leaf, 0);
            tree.nodes().retire(leaf);
            return;
        }
        Mirror mirror = tree.mirror();
        if (mirror != null) {
            mirror.setHeadRelease(mirror.getAcquire(leaf, 0));
        }
        tree.setHeadRelease(word);
        tree.sequence().advance(); // before the slot is emptied: see above
        slots.emptyOne(leaf, 0);
        tree.nodes().retire(leaf);
    }
}
