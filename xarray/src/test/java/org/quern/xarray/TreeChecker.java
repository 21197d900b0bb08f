package org.quern.xarray;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.Mirror;
import org.quern.xarray.tree.Tree;

/**
 * Checks every structural invariant of a quiescent tree: heights, counts, parents, offsets, bases, present bitmaps, mark propagation, mirrors, reachability, and
 * that no node is lost: nodes in the tree + in quarantine = blocks taken from the pool. Returns what is wrong instead of throwing, so that its own test can
 * show that it finds each defect.
 */
final class TreeChecker {
    private final Tree tree;
    private final List<String> defects = new ArrayList<>();
    private final Set<Long> reached = new HashSet<>();
    private int rootMarks;

    private TreeChecker(Tree tree) {
        this.tree = tree;
    }

    static void check(Tree tree) {
        List<String> defects = defects(tree);
        if (!defects.isEmpty()) {
            throw new AssertionError(String.join("\n", defects));
        }
    }

    static List<String> defects(Tree tree) {
        TreeChecker checker = new TreeChecker(tree);
        tree.lock().lock();
        try {
            checker.run();
        } finally {
            tree.lock().unlock();
        }
        return checker.defects;
    }

    private void run() {
        long head = tree.headPlain();
        if (Entry.isRoot(head)) {
            root(Entry.rootOffset(head), Entry.rootShift(head));
            require(tree.rootMarksAcquire() == rootMarks, "array marks %x, root says %x", tree.rootMarksAcquire(),
                    rootMarks);
        } else if (head == Entry.ABSENT || head == Entry.CLOSED) {
            require(tree.rootMarksAcquire() == 0, "empty array has marks %x", tree.rootMarksAcquire());
        } else {
            require(tree.mirror() == null ? Entry.isValue(head) : head == Entry.OBJECT, "head %x is no entry", head);
        }
        Mirror mirror = tree.mirror();
        if (mirror != null) {
            require((mirror.headAcquire() != null) == (head == Entry.OBJECT), "head %x, its object %s", head,
                    mirror.headAcquire());
        }
        require(tree.nodes().inUse() == reached.size(), "in use %d, reached %d", tree.nodes().inUse(), reached.size());
        if (tree.nodes().isOpen()) {
            long taken = tree.nodes().blocks().blocksInUse();
            require(taken == reached.size() + tree.nodes().quarantined() + tree.nodes().reserved(),
                    "taken %d, reached %d, quarantined %d, reserved %d",
                    taken, reached.size(), tree.nodes().quarantined(), tree.nodes().reserved());
        }
    }

    private void root(long node, int shift) {
        long address = tree.basePlain() + node;
        require(NodeAccess.parentPlain(address) == 0 && NodeAccess.offsetPlain(address) == 0, "root has a parent");
        require(NodeAccess.bitmapPlain(address, NodeLayout.PRESENT) != 1, "root of shift %d holds slot 0 only", shift);
        rootMarks = node(node, shift, 0);
    }

    /** Returns the marks under the node. */
    private int node(long node, int shift, long base) {
        if (!reached.add(node)) {
            defects.add("node " + node + " reached twice");
            return 0;
        }
        long address = tree.basePlain() + node;
        require(NodeAccess.shiftPlain(address) == shift, "node %d: shift %d, should be %d", node,
                NodeAccess.shiftPlain(address), shift);
        require(NodeAccess.basePlain(address) == base, "node %d: base %x, should be %x", node,
                NodeAccess.basePlain(address), base);
        long present = NodeAccess.bitmapPlain(address, NodeLayout.PRESENT);
        int values = 0;
        int any = 0;
        for (int slot = 0; slot < Geometry.SLOTS; slot++) {
            long word = NodeAccess.slotPlain(address, slot);
            require((present >>> slot & 1) != 0 == (word != Entry.ABSENT), "node %d slot %d: word %x, present %x", node,
                    slot, word, present);
            values += Entry.isValue(word) ? 1 : 0;
            int below = slot(node, slot, shift, base, word);
            any |= below;
        }
        require(present != 0, "node %d is empty", node);
        require(NodeAccess.countPlain(address) == Long.bitCount(present), "node %d: count %d, present %x", node,
                NodeAccess.countPlain(address), present);
        require(NodeAccess.valueCountPlain(address) == values, "node %d: valueCount %d, values %d", node,
                NodeAccess.valueCountPlain(address), values);
        return any;
    }

    private int slot(long node, int slot, int shift, long base, long word) {
        long address = tree.basePlain() + node;
        int marks = 0;
        for (int mark = 0; mark < NodeLayout.MARK_COUNT; mark++) {
            marks |= (int) (NodeAccess.bitmapPlain(address, NodeLayout.marks(mark)) >>> slot & 1) << mark;
        }
        if (shift > 0 && Entry.isLink(word, tree.linkMaskPlain())) {
            long child = Entry.toOffset(word);
            require(child % NodeLayout.BYTES == 0 && child > 0, "node %d slot %d: link to %d", node, slot, child);
            require(NodeAccess.parentPlain(tree.basePlain() + child) == node, "node %d: parent %d, should be %d", child,
                    NodeAccess.parentPlain(tree.basePlain() + child), node);
            require(NodeAccess.offsetPlain(tree.basePlain() + child) == slot, "node %d: offset %d, should be %d", child,
                    NodeAccess.offsetPlain(tree.basePlain() + child), slot);
            int below = node(child, shift - Geometry.DIGIT_BITS, Geometry.slotBase(base, shift, slot));
            require(below == marks, "node %d slot %d: marks %x, child has %x", node, slot, marks, below);
            return marks;
        }
        require(word != Entry.ABSENT || marks == 0, "node %d slot %d: marks %x on an empty slot", node, slot, marks);
        require(word == Entry.ABSENT
                || (shift == 0 && (tree.mirror() == null ? Entry.isValue(word) : word == Entry.OBJECT)),
                "node %d slot %d: word %x", node, slot, word);
        Mirror mirror = tree.mirror();
        if (mirror != null && shift == 0) {
            require((mirror.getAcquire(node, slot) != null) == (word != Entry.ABSENT),
                    "node %d slot %d: word %x, object %s", node, slot, word,
                    mirror.getAcquire(node, slot));
        }
        return marks;
    }

    private void require(boolean holds, String format, Object... arguments) {
        if (!holds) {
            defects.add(String.format(format, arguments));
        }
    }
}
