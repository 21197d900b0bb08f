package org.quern.xarray.tree;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;

/**
 * Adds an entry for which there is no node yet. Called with the lock.
 *
 * <pre>
 *   1 reserve all nodes      or return false: nothing has changed
 *   2 build them, private    the chain down to the new node with the entry in it; new roots above the old one, or above the lone entry
 *   3 publish one word       the head, or a slot of the node that is there
 * </pre>
 *
 * One published word: no reader sees a part of it, and a tree without entries is never seen. A reader that holds the old head finds nothing above the old
 * capacity, which is what the array held before. Where ids begin at 1, the first other entry brings a reserved one at 0 with it. An entry at base 0 that needs a higher root covers everything there was: the old tree is not raised but replaced.
 */
final class Growth {
    private final Tree tree;
    private final Slots slots;
    private final Marking marking;
    private final @Nullable PackWriter packs;

    Growth(Tree tree, Slots slots, Marking marking, @Nullable PackWriter packs) {
        this.packs = packs;
        this.tree = tree;
        this.slots = slots;
        this.marking = marking;
    }

    /** An entry to be: its first index, the shift of its node, its slots there, its word and its content. */
    record Addition(long base, int shift, int slots, long word, @Nullable Object content) {
        static Addition single(long index, long word, @Nullable Object content) {
            return new Addition(index, 0, 1, word, content);
        }

        boolean isSingle() {
            return shift == 0 && slots == 1;
        }

        long last() {
            int slot = Geometry.slot(base, shift);
            return Geometry.slotLast(Geometry.base(base, shift), shift, slot + slots - 1);
        }

        /** Shift of the lowest root that can hold it. */
        int top() {
            return Math.max(Geometry.rootShift(last()), shift);
        }
    }

    /** Inserts where the tree does not reach; false if there is no room for the nodes. */
    boolean insert(Addition entry) {
        long head = tree.headPlain();
        if (entry.base == 0) {
            return plant(head, entry);
        }
        if (head == Entry.ABSENT) {
            return tree.zeroBusy() ? raise(Entry.RESERVED, entry) : plant(head, entry);
        }
        return raise(head, entry);
    }

    /** First entry, or one in place of all others: a chain from the root down. */
    private boolean plant(long old, Addition entry) {
        int top = entry.top();
        if (packs != null && top > 0 && old == Entry.ABSENT && packs.packs(entry)) {
            return packs.plant(entry, top);
        }
        if (!reserve((top - entry.shift) / Geometry.DIGIT_BITS + 1, 1)) {
            return false;
        }
        if (Entry.isRoot(old)) {
            tree.allLeavesGo();
        }
        tree.setHeadRelease(Entry.root(chain(top, entry, tree.rootMarksAcquire()), top));
        leafAdded(entry);
        if (Entry.isRoot(old)) {
            tree.sequence().advance();
            slots.discardAll(Entry.rootOffset(old));
        } else if (old != Entry.ABSENT) {
            leaveHead();
        }
        return true;
    }

    /** Below a node that is there, whose slot is empty. */
    boolean graft(long place, Addition entry) {
        if (packs != null && packs.packs(entry)) {
            return packs.graft(place, entry);
        }
        int top = Place.shift(place) - Geometry.DIGIT_BITS;
        if (!reserve((top - entry.shift) / Geometry.DIGIT_BITS + 1, 1)) {
            return false;
        }
        slots.hang(chain(top, entry, 0), Place.node(place), Place.slot(place, entry.base));
        leafAdded(entry);
        return true;
    }

    /** Above everything there is: new roots, the old root or the lone entry in slot 0 of the lowest, the new entry under the highest. */
    private boolean raise(long head, Addition entry) {
        int top = entry.top();
        boolean lone = !Entry.isRoot(head);
        if (packs != null && lone && top > 0 && packs.packs(entry)) {
            boolean raised = packs.raiseLone(head, entry, top);
            if (raised) {
                leaveHead();
            }
            return raised;
        }
        if (packs != null && !lone && packs.packs(entry)) {
            return raisePacked(packs, Entry.rootOffset(head), Entry.rootShift(head), entry, top);
        }
        int shift = lone ? -Geometry.DIGIT_BITS : Entry.rootShift(head);
        int newRoots = (top - shift) / Geometry.DIGIT_BITS;
        int chainNodes = (top - entry.shift) / Geometry.DIGIT_BITS;
        if (!reserve(newRoots + chainNodes, lone && top > 0 ? 2 : 1)) {
            return false;
        }
        long root;
        if (lone) {
            shift = 0;
            root = leafAbove(head);
        } else {
            root = Entry.rootOffset(head);
        }
        while (shift < top) {
            shift += Geometry.DIGIT_BITS;
            long higher = node(shift, 0);
            slots.hang(root, higher, 0);
            marking.spread(higher, 1, tree.rootMarksAcquire());
            root = higher;
        }
        if (top == entry.shift) {
            enter(root, entry);
        } else {
            slots.hang(chain(top - Geometry.DIGIT_BITS, entry, 0), root, Geometry.slot(entry.base, top));
        }
        tree.setHeadRelease(Entry.root(root, top));
        leafAdded(entry);
        if (lone) {
            tree.leafAdded(0);
            leaveHead();
        }
        return true;
    }

    private void leafAdded(Addition entry) {
        if (entry.shift == 0) {
            tree.leafAdded(entry.base);
        }
    }

    /** As {@link #raise}, with the new entry in a packed node under the new root. */
    private boolean raisePacked(PackWriter writer, long oldRoot, int oldShift, Addition entry, int top) {
        long packed = writer.takeSingle();
        if (packed == 0) {
            return false;
        }
        boolean reserved = false;
        try {
            reserved = tree.reserve((top - oldShift) / Geometry.DIGIT_BITS, 0);
        } finally {
            if (!reserved) {
                tree.requirePacks().pool().discard(packed);
            }
        }
        if (!reserved) {
            return false;
        }
        long root = oldRoot;
        for (int shift = oldShift + Geometry.DIGIT_BITS; shift <= top; shift += Geometry.DIGIT_BITS) {
            long higher = node(shift, 0);
            slots.hang(root, higher, 0);
            marking.spread(higher, 1, tree.rootMarksAcquire());
            root = higher;
        }
        writer.hangSingle(packed, root, entry);
        tree.setHeadRelease(Entry.root(root, top));
        return true;
    }

    /** A leaf with the lone entry in slot 0. */
    private long leafAbove(long lone) {
        long leaf = node(0, 0);
        Mirror mirror = tree.mirror();
        if (mirror != null) {
            mirror.adopt(leaf);
        }
        slots.fill(leaf, 0, lone, mirror == null ? null : mirror.headAcquire());
        marking.spread(leaf, 1, tree.rootMarksAcquire());
        return leaf;
    }

    /** The object has moved into a leaf, or has gone: who still looks for it in the head must look again before its place is emptied. */
    private void leaveHead() {
        Mirror mirror = tree.mirror();
        if (mirror != null) {
            tree.sequence().advance();
            mirror.setHeadRelease(null);
        }
    }

    /** A chain of nodes with one entry at its end; the highest node. */
    private long chain(int top, Addition entry, int marks) {
        long node = node(entry.shift, entry.base);
        enter(node, entry);
        marking.spread(node, 1L << Geometry.slot(entry.base, entry.shift), marks);
        for (int shift = entry.shift + Geometry.DIGIT_BITS; shift <= top; shift += Geometry.DIGIT_BITS) {
            long higher = node(shift, entry.base);
            int slot = Geometry.slot(entry.base, shift);
            slots.hang(node, higher, slot);
            marking.spread(higher, 1L << slot, marks);
            node = higher;
        }
        return node;
    }

    private void enter(long node, Addition entry) {
        Mirror mirror = tree.mirror();
        if (mirror != null && !mirror.covers(node)) {
            mirror.adopt(node);
        }
        int slot = Geometry.slot(entry.base, entry.shift);
        if (entry.slots == 1 && entry.shift == 0) {
            slots.fill(node, slot, entry.word, entry.content);
        } else {
            slots.replace(node, slot, entry.slots, entry.word, entry.content);
        }
    }

    private long node(int shift, long index) {
        long node = tree.nodes().take();
        NodeAccess.initPlain(tree.basePlain() + node, shift, Geometry.base(index, shift));
        return node;
    }

    private boolean reserve(int count, int mirrors) {
        return tree.reserve(count, mirrors);
    }
}
