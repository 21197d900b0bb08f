package org.quern.xarray.tree;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.entry.Run;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.node.PackAccess;

/**
 * Filling and emptying slots, in the order that readers rely on. Called with the lock.
 *
 * <pre>
 *   fill    present bits --> siblings --> mirror --> word     a search that misses the bit misses an entry that no load has seen yet
 *   empty   mirror --> word --> siblings, present bits        and a bit without content is passed over
 * </pre>
 *
 * Of an entry that spans several slots, the first changes first, then the others, ascending; each slot goes straight from the old word to the new. Children that
 * an entry replaces are unlinked, then the sequence is advanced - whoever is inside one starts again -, then they are reused.
 */
final class Slots {
    private static final long[] NO_CHILDREN = {};

    private final Tree tree;
    private final Occupancy occupancy;
    private final @Nullable NodeObserver observer;
    /** Whether anybody wants to know what changes in nodes: false in most arrays, and then asking is all it costs. */
    private final boolean attended;

    Slots(Tree tree, Occupancy occupancy) {
        this.tree = tree;
        this.occupancy = occupancy;
        this.observer = tree.observer();
        this.attended = tree.allocating() || observer != null;
    }

    /** Hangs a child under an empty slot. */
    void hang(long child, long parent, int slot) {
        long address = tree.basePlain() + parent;
        NodeAccess.setParentPlain(tree.basePlain() + child, parent, slot);
        occupy(address, slot, Entry.ABSENT);
        NodeAccess.setSlotRelease(address, slot, Entry.link(child));
        if (attended) {
            if (tree.allocating() && occupancy.isFull(tree.basePlain() + child)) {
                occupancy.taken(parent, 1L << slot);
            }
            observe(parent);
        }
    }

    /** Hangs a packed node under an empty slot. */
    void hangPack(long packed, long pack, long parent, int slot) {
        long address = tree.basePlain() + parent;
        NodeAccess.setParentPlain(pack, parent, slot);
        occupy(address, slot, Entry.ABSENT);
        NodeAccess.setSlotRelease(address, slot, packed);
        observe(parent);
    }

    /** Fills an empty slot of a leaf. */
    void fill(long leaf, int slot, long word, @Nullable Object content) {
        long address = tree.basePlain() + leaf;
        occupy(address, slot, word);
        set(leaf, slot, word, content);
        if (attended) {
            changed(leaf, 1L << slot);
        }
    }

    /** Fills or overwrites slots of a leaf that are empty or have values; their words, ascending, begin somewhere in an array. */
    void putValues(long leaf, long mask, long[] words, int first, int count) {
        long address = tree.basePlain() + leaf;
        long present = NodeAccess.bitmapPlain(address, NodeLayout.PRESENT);
        int fresh = Long.bitCount(mask & ~present);
        if (fresh > 0) {
            NodeAccess.setBitmapRelease(address, NodeLayout.PRESENT, present | mask);
            NodeAccess.addCountsPlain(address, fresh, fresh);
        }
        int lowest = Long.numberOfTrailingZeros(mask);
        if (mask >>> lowest == -1L >>> -count) { // adjacent: a loop that needs no mask
            for (int i = 0; i < count; i++) {
                NodeAccess.setSlotRelease(address, lowest + i, words[first + i]);
            }
        } else {
            int at = first;
            for (long bits = mask; bits != 0; bits &= bits - 1) {
                NodeAccess.setSlotRelease(address, Long.numberOfTrailingZeros(bits), words[at++]);
            }
        }
        if (fresh > 0 && attended) {
            changed(leaf, mask & ~present);
        }
    }

    private static void occupy(long address, int slot, long word) {
        NodeAccess.setBitmapRelease(address, NodeLayout.PRESENT,
                NodeAccess.bitmapPlain(address, NodeLayout.PRESENT) | 1L << slot);
        NodeAccess.addCountsPlain(address, 1, Entry.isValue(word) ? 1 : 0);
    }

    /** Gives an entry another content. */
    void overwrite(long node, int slot, int slots, long word, @Nullable Object content) {
        long address = tree.basePlain() + node;
        boolean wasValue = Entry.isValue(NodeAccess.slotPlain(address, slot));
        for (int at = slot; at < slot + slots; at++) {
            set(node, at, word, content);
        }
        if (wasValue != Entry.isValue(word)) {
            NodeAccess.addCountsPlain(address, 0, wasValue ? -slots : slots);
            if (attended) {
                observe(node);
            }
        }
    }

    private void set(long node, int slot, long word, @Nullable Object content) {
        Mirror mirror = tree.mirror();
        if (mirror != null && mirror.covers(node)) {
            mirror.setRelease(node, slot, content);
        }
        NodeAccess.setSlotRelease(tree.basePlain() + node, slot, word);
    }

    /** Makes slots one entry, whatever they hold: entries, or children with all that is below them. */
    void replace(long node, int slot, int slots, long word, @Nullable Object content) {
        long address = tree.basePlain() + node;
        long mask = Run.mask(slot, slots);
        long before = NodeAccess.bitmapPlain(address, NodeLayout.PRESENT);
        int values = values(address, before & mask);
        long[] children = children(address, before & mask);
        leavesGo(address, mask, children);
        NodeAccess.setBitmapRelease(address, NodeLayout.PRESENT, before | mask);
        NodeAccess.setBitmapRelease(address, NodeLayout.SIBLINGS,
                (NodeAccess.bitmapPlain(address, NodeLayout.SIBLINGS) & ~mask) | (mask & ~(1L << slot)));
        for (int at = slot; at < slot + slots; at++) {
            set(node, at, word, content);
        }
        NodeAccess.addCountsPlain(address, slots - Long.bitCount(before & mask),
                (Entry.isValue(word) ? slots : 0) - values);
        discard(children);
        if (attended) {
            changed(node, mask);
        }
    }

    /** Empties slots of a node, with all that is below them. */
    void empty(long node, long mask) {
        long address = tree.basePlain() + node;
        long present = NodeAccess.bitmapPlain(address, NodeLayout.PRESENT);
        int values = values(address, present & mask);
        long[] children = children(address, present & mask);
        leavesGo(address, mask, children);
        Mirror mirror = tree.mirror();
        Mirror mirrored = mirror != null && mirror.covers(node) ? mirror : null;
        for (long bits = present & mask; bits != 0; bits &= bits - 1) {
            int slot = Long.numberOfTrailingZeros(bits);
            if (mirrored != null) {
                mirrored.setRelease(node, slot, null);
            }
            NodeAccess.setSlotRelease(address, slot, Entry.ABSENT);
        }
        long siblings = NodeAccess.bitmapPlain(address, NodeLayout.SIBLINGS);
        if ((siblings & mask) != 0) {
            NodeAccess.setBitmapRelease(address, NodeLayout.SIBLINGS, siblings & ~mask);
        }
        NodeAccess.setBitmapRelease(address, NodeLayout.PRESENT, present & ~mask);
        NodeAccess.addCountsPlain(address, -Long.bitCount(present & mask), -values);
        discard(children);
        if (attended) {
            vacated(node, mask);
        }
    }

    /** Takes a link, or a single entry, out of a slot. */
    void emptyOne(long node, int slot) {
        long address = tree.basePlain() + node;
        long word = NodeAccess.slotPlain(address, slot);
        Mirror mirror = tree.mirror();
        if (mirror != null && !tree.leadsOn(word)) {
            mirror.setRelease(node, slot, null);
        }
        NodeAccess.setSlotRelease(address, slot, Entry.ABSENT);
        NodeAccess.setBitmapRelease(address, NodeLayout.PRESENT,
                NodeAccess.bitmapPlain(address, NodeLayout.PRESENT) & ~(1L << slot));
        NodeAccess.addCountsPlain(address, -1, Entry.isValue(word) ? -1 : 0);
        if (attended) {
            vacated(node, 1L << slot);
        }
    }

    /** Tells what a node holds now; slots in the mask have been taken. */
    void changed(long node, long mask) {
        if (tree.allocating()) {
            occupancy.taken(node, mask);
        }
        observe(node);
    }

    private void vacated(long node, long mask) {
        if (tree.allocating()) {
            occupancy.freed(node, mask);
        }
        observe(node);
    }

    private void observe(long node) {
        if (observer != null && !Place.isPacked(node)) {
            long address = tree.basePlain() + node;
            observer.tell(NodeAccess.basePlain(address), NodeAccess.shiftPlain(address),
                    NodeAccess.countPlain(address),
                    NodeAccess.valueCountPlain(address));
        }
    }

    private static int values(long address, long present) {
        int values = 0;
        for (long bits = present; bits != 0; bits &= bits - 1) {
            values += Entry.isValue(NodeAccess.slotPlain(address, Long.numberOfTrailingZeros(bits))) ? 1 : 0;
        }
        return values;
    }

    /** The children in some slots. An operation that replaces whole subtrees is rare and long: it may allocate. */
    private long[] children(long address, long present) {
        if (NodeAccess.shiftPlain(address) == 0) {
            return NO_CHILDREN;
        }
        long[] children = new long[Long.bitCount(present)];
        int count = 0;
        for (long bits = present; bits != 0; bits &= bits - 1) {
            long word = NodeAccess.slotPlain(address, Long.numberOfTrailingZeros(bits));
            if (tree.leadsOn(word)) {
                children[count++] = word;
            }
        }
        return count == children.length ? children : Arrays.copyOf(children, count);
    }

    /** What is below some slots is about to be unlinked, if there is anything. */
    private void leavesGo(long address, long mask, long... children) {
        if (children.length > 0) {
            long base = NodeAccess.basePlain(address);
            int shift = NodeAccess.shiftPlain(address);
            tree.leavesGo(Geometry.slotBase(base, shift, Long.numberOfTrailingZeros(mask)),
                    Geometry.slotLast(base, shift, Geometry.LAST_SLOT - Long.numberOfLeadingZeros(mask)));
        }
    }

    private void discard(long... children) {
        if (children.length > 0) {
            tree.sequence().advance();
            for (long child : children) {
                discardBelow(child);
            }
        }
    }

    /** Reuses a subtree that was unlinked before the sequence was advanced. */
    void discardAll(long node) {
        long address = tree.basePlain() + node;
        if (NodeAccess.shiftPlain(address) > 0) {
            for (long bits = NodeAccess.bitmapPlain(address, NodeLayout.PRESENT); bits != 0; bits &= bits - 1) {
                long word = NodeAccess.slotPlain(address, Long.numberOfTrailingZeros(bits));
                if (tree.leadsOn(word)) {
                    discardBelow(word);
                }
            }
        }
        dropped(node);
        tree.nodes().discard(node);
    }

    private void discardBelow(long word) {
        if (Packed.isPacked(word)) {
            Packs packs = tree.requirePacks();
            PackAccess.setMovedRelease(packs.pool().addressOf(word));
            packs.pool().discard(word);
        } else {
            discardAll(Entry.toOffset(word));
        }
    }

    /** Tells that a node is about to go, whatever it holds. */
    void dropped(long node) {
        if (observer != null) {
            long address = tree.basePlain() + node;
            observer.tell(NodeAccess.basePlain(address), NodeAccess.shiftPlain(address), 0, 0);
        }
    }
}
