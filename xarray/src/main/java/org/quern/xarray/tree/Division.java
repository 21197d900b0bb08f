package org.quern.xarray.tree;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Run;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * Splits one entry into smaller ones with the same content and marks. Called with the lock.
 *
 * <pre>
 *   order 7 = two slots of shift 6        [A  A']
 *   uniform, order 5                      [* *]            each slot becomes a leaf with two runs of 32
 *   around index 3, order 0               [* A]            A* = a leaf: [0 1][2][3][4 .. 7][8 .. 15][16 .. 31][32 .. 63], the other slot stays
 * </pre>
 *
 * Order of stores: the new nodes, private; marks of the pieces; siblings, in one store; then the links, from the highest slot down. An object's place in
 * the mirror is emptied only after the sequence was advanced: who read the old word may still look for it there.
 */
final class Division {
    /** More levels than this would need more nodes than there can be. */
    private static final int MOST_LEVELS = 6;

    private final Tree tree;
    private final Slots slots;
    private final Marking marking;

    Division(Tree tree, Slots slots, Marking marking) {
        this.tree = tree;
        this.slots = slots;
        this.marking = marking;
    }

    /** What is split: the run around an index. */
    private final class Whole {
        private final long node;
        private final int shift;
        private final int slot;
        private final int first;
        private final int length;
        private final long word;
        private final @Nullable Object content;
        private final int marks;

        Whole(long place, long index) {
            node = Place.node(place);
            shift = Place.shift(place);
            slot = Place.slot(place, index);
            long siblings = NodeAccess.bitmapPlain(tree.basePlain() + node, NodeLayout.SIBLINGS);
            first = Run.start(siblings, slot);
            length = Run.length(siblings, first);
            word = NodeAccess.slotPlain(tree.basePlain() + node, slot);
            Mirror mirror = tree.mirror();
            content = mirror == null ? null : mirror.getAcquire(node, slot);
            marks = marking.of(node, first);
        }

        /** Makes runs of the node begin where they shall. */
        void cut(long starts) {
            long address = tree.basePlain() + node;
            marking.spread(node, starts, marks);
            NodeAccess.setBitmapRelease(address, NodeLayout.SIBLINGS,
                    NodeAccess.bitmapPlain(address, NodeLayout.SIBLINGS) & ~starts);
        }

        /** Puts a child that says the same into a slot that is a run of its own. */
        void link(int at, long child) {
            NodeAccess.setParentPlain(tree.basePlain() + child, node, at);
            NodeAccess.setSlotRelease(tree.basePlain() + node, at, Entry.link(child));
        }

        /** Counts, and lets go of objects that are in children now. */
        void linked(long mask) {
            if (Entry.isValue(word)) {
                NodeAccess.addCountsPlain(tree.basePlain() + node, 0, -Long.bitCount(mask));
            }
            Mirror mirror = tree.mirror();
            if (mirror != null && mirror.covers(node)) {
                tree.sequence().advance();
                for (long bits = mask; bits != 0; bits &= bits - 1) {
                    mirror.setRelease(node, Long.numberOfTrailingZeros(bits), null);
                }
            }
            slots.changed(node, mask);
        }

        /** A node of this content in all its slots. */
        long copy(int childShift, long index, long starts) {
            long child = tree.nodes().take();
            long address = tree.basePlain() + child;
            NodeAccess.initPlain(address, childShift, Geometry.base(index, childShift));
            Mirror mirror = tree.mirror();
            if (mirror != null && (word == Entry.OBJECT || childShift == 0)) {
                mirror.adopt(child);
            }
            slots.replace(child, 0, Geometry.SLOTS, word, content);
            NodeAccess.setBitmapRelease(address, NodeLayout.SIBLINGS, ~starts);
            marking.spread(child, starts, marks);
            return child;
        }
    }

    /** Cuts the entry in halves, and the half around an index again, until that is of the wanted order; false if there is no room for nodes. */
    boolean isolate(long place, long index, int order) {
        tree.nodes().makeRoomToRetire();
        Whole whole = new Whole(place, index);
        int lowest = Geometry.shiftOf(order);
        int levels = (whole.shift - lowest) / Geometry.DIGIT_BITS;
        if (levels > 0 && !tree.reserve(levels, levels)) {
            return false;
        }
        long below = 0;
        for (int shift = lowest; shift < whole.shift; shift += Geometry.DIGIT_BITS) {
            int digit = Geometry.slot(index, shift);
            int wanted = below == 0 ? Geometry.slotsOf(order) : 1;
            long node = whole.copy(shift, index, 1 | Run.cuts(0, Geometry.SLOTS, digit, wanted));
            if (below != 0) {
                attach(below, node, digit, whole.word);
            }
            below = node;
        }
        whole.cut(Run.cuts(whole.first, whole.length, whole.slot, below == 0 ? Geometry.slotsOf(order) : 1));
        if (below != 0) {
            whole.link(whole.slot, below);
            whole.linked(1L << whole.slot);
        }
        return true;
    }

    /** Puts a child in the place of an entry of a private node. */
    private void attach(long child, long node, int slot, long word) {
        long address = tree.basePlain() + node;
        NodeAccess.setParentPlain(tree.basePlain() + child, node, slot);
        NodeAccess.setSlotRelease(address, slot, Entry.link(child));
        NodeAccess.addCountsPlain(address, 0, Entry.isValue(word) ? -1 : 0);
        Mirror mirror = tree.mirror();
        if (mirror != null && mirror.covers(node)) {
            mirror.setRelease(node, slot, null);
        }
    }

    /** Splits into equal pieces; false if there is no room for nodes. */
    boolean divide(long place, long index, int order) {
        tree.nodes().makeRoomToRetire();
        Whole whole = new Whole(place, index);
        int lowest = Geometry.shiftOf(order);
        int levels = (whole.shift - lowest) / Geometry.DIGIT_BITS;
        if (levels == 0) {
            whole.cut(Run.pieces(whole.first, whole.length, Geometry.slotsOf(order)));
            return true;
        }
        if (levels > MOST_LEVELS || !reserve(levels, whole.length)) {
            return false;
        }
        long[] children = new long[whole.length];
        long mask = Run.mask(whole.first, whole.length);
        for (int i = 0; i < whole.length; i++) {
            children[i] = tree(whole, whole.shift - Geometry.DIGIT_BITS,
                    Geometry.slotBase(Geometry.base(index, whole.shift), whole.shift, whole.first + i), order);
        }
        whole.cut(mask);
        for (int i = whole.length - 1; i >= 0; i--) {
            whole.link(whole.first + i, children[i]);
        }
        whole.linked(mask);
        return true;
    }

    private boolean reserve(int levels, int count) {
        long lowest = (long) count << (Geometry.DIGIT_BITS * (levels - 1));
        long all = 0;
        for (int level = 0; level < levels; level++) {
            all += lowest >>> (Geometry.DIGIT_BITS * level);
        }
        return all <= Integer.MAX_VALUE && tree.reserve(all, (int) lowest);
    }

    private long tree(Whole whole, int shift, long base, int order) {
        if (shift == Geometry.shiftOf(order)) {
            return whole.copy(shift, base, Run.pieces(0, Geometry.SLOTS, Geometry.slotsOf(order)));
        }
        long node = tree.nodes().take();
        NodeAccess.initPlain(tree.basePlain() + node, shift, base);
        for (int slot = 0; slot < Geometry.SLOTS; slot++) {
            slots.hang(tree(whole, shift - Geometry.DIGIT_BITS, Geometry.slotBase(base, shift, slot), order), node,
                    slot);
        }
        marking.spread(node, -1L, whole.marks);
        return node;
    }
}
