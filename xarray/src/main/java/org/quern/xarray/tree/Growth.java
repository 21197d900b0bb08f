package org.quern.xarray.tree;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * Adds an entry for which there is no leaf yet. Called with the lock.
 *
 * <pre>
 *   1 reserve all nodes      or return false: nothing has changed
 *   2 build them, private    the chain down to the new leaf with the entry in it; new roots above the old one, or above the lone entry
 *   3 publish one word       the head, or a slot of the node that is there
 * </pre>
 *
 * One published word: no reader sees a part of it, and a tree without entries is never seen. A reader that holds the old head finds nothing above the old
 * capacity, which is what the array held before.
 */
final class Growth {
    private final Tree tree;
    private final Slots slots;

    Growth(Tree tree, Slots slots) {
        this.tree = tree;
        this.slots = slots;
    }

    /** Inserts; false if there is no room for the nodes. */
    boolean insert(long index, long word, @Nullable Object content) {
        long head = tree.headPlain();
        if (Entry.isRoot(head)) {
            return Geometry.covers(Entry.rootShift(head), index)
                    ? graft(head, index, word, content)
                    : raise(head, index, word, content);
        }
        return head == Entry.ABSENT ? plant(index, word, content) : raise(head, index, word, content);
    }

    /** First entry: a chain from the root down. */
    private boolean plant(long index, long word, @Nullable Object content) {
        int top = Geometry.rootShift(index);
        if (!reserve(Geometry.height(top), 1)) {
            return false;
        }
        tree.setHeadRelease(Entry.root(chain(top, index, word, content), top));
        return true;
    }

    /** Below a node that is there. */
    private boolean graft(long head, long index, long word, @Nullable Object content) {
        int shift = Entry.rootShift(head);
        long node = Entry.rootOffset(head);
        for (;;) {
            long below = NodeAccess.slotPlain(tree.basePlain() + node, Geometry.slot(index, shift));
            if (!Entry.isLink(below, tree.linkMaskPlain())) {
                break;
            }
            node = Entry.toOffset(below);
            shift -= Geometry.DIGIT_BITS;
        }
        int chainShift = shift - Geometry.DIGIT_BITS;
        if (!reserve(Geometry.height(chainShift), 1)) {
            return false;
        }
        hang(chain(chainShift, index, word, content), node, Geometry.slot(index, shift));
        return true;
    }

    /** Above everything there is: new roots, the old root or the lone entry in slot 0 of the lowest, the new entry under the highest. */
    private boolean raise(long head, long index, long word, @Nullable Object content) {
        int top = Geometry.rootShift(index);
        boolean lone = !Entry.isRoot(head);
        int shift = lone ? -Geometry.DIGIT_BITS : Entry.rootShift(head);
        int newRoots = (top - shift) / Geometry.DIGIT_BITS;
        int chainNodes = top / Geometry.DIGIT_BITS;
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
            hang(root, higher, 0);
            inheritMarks(higher);
            root = higher;
        }
        int slot = Geometry.slot(index, top);
        if (top == 0) {
            slots.fill(root, slot, word, content);
        } else {
            hang(chain(top - Geometry.DIGIT_BITS, index, word, content), root, slot);
        }
        tree.setHeadRelease(Entry.root(root, top));
        if (lone) {
            leaveHead();
        }
        return true;
    }

    /** A leaf with the lone entry in slot 0. */
    private long leafAbove(long lone) {
        long leaf = leaf(0);
        Mirror mirror = tree.mirror();
        slots.fill(leaf, 0, lone, mirror == null ? null : mirror.headAcquire());
        inheritMarks(leaf);
        return leaf;
    }

    /** The object has moved into a leaf: who still looks for it in the head must look again before its place is emptied. */
    private void leaveHead() {
        Mirror mirror = tree.mirror();
        if (mirror != null) {
            tree.sequence().advance();
            mirror.setHeadRelease(null);
        }
    }

    private void inheritMarks(long node) {
        int marks = tree.rootMarksAcquire();
        for (int mark = 0; mark < NodeLayout.MARK_COUNT; mark++) {
            NodeAccess.setBitmapRelease(tree.basePlain() + node, NodeLayout.marks(mark), marks >>> mark & 1);
        }
    }

    /** A chain of nodes with one entry at its end; the highest node. */
    private long chain(int top, long index, long word, @Nullable Object content) {
        long node = leaf(index);
        slots.fill(node, Geometry.leafSlot(index), word, content);
        for (int shift = Geometry.DIGIT_BITS; shift <= top; shift += Geometry.DIGIT_BITS) {
            long higher = node(shift, index);
            hang(node, higher, Geometry.slot(index, shift));
            node = higher;
        }
        return node;
    }

    private void hang(long child, long parent, int slot) {
        NodeAccess.setParentPlain(tree.basePlain() + child, parent, slot);
        slots.fill(parent, slot, Entry.link(child));
    }

    private long leaf(long index) {
        long leaf = node(0, index);
        Mirror mirror = tree.mirror();
        if (mirror != null) {
            mirror.adopt(leaf);
        }
        return leaf;
    }

    private long node(int shift, long index) {
        long node = tree.nodes().take();
        NodeAccess.initPlain(tree.basePlain() + node, shift, Geometry.base(index, shift));
        return node;
    }

    private boolean reserve(int count, int leaves) {
        if (!tree.reserve(count)) {
            return false;
        }
        Mirror mirror = tree.mirror();
        if (mirror != null) {
            mirror.reserve(tree.nodes().highestSpare(), leaves);
        }
        return true;
    }
}
