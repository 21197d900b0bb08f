package org.quern.xarray;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.entry.Run;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.node.PackAccess;
import org.quern.xarray.recycle.PackPool;
import org.quern.xarray.tree.Descent;
import org.quern.xarray.tree.Mirror;
import org.quern.xarray.tree.Packs;
import org.quern.xarray.tree.Place;
import org.quern.xarray.tree.Tree;

/**
 * Checks every structural invariant of a quiescent tree: heights, counts, parents, offsets, bases, present bitmaps, siblings, full bits, leaf locks, known leaves, mark propagation, mirrors, reachability, and
 * that no node is lost: nodes in the tree + in quarantine = blocks taken from the pool. Returns what is wrong instead of throwing, so that its own test can
 * show that it finds each defect.
 */
public final class TreeChecker {
    private final Tree tree;
    private final List<String> defects = new ArrayList<>();
    private final Set<Long> reached = new HashSet<>();
    private int rootMarks;
    private final Set<Long> reachedPacks = new HashSet<>();
    /** Kernel-like range stores make runs that are no powers of two. */
    private boolean runsOfAnyLength;

    private TreeChecker(Tree tree) {
        this.tree = tree;
    }

    public static void check(Tree tree) {
        List<String> defects = defects(tree);
        if (!defects.isEmpty()) {
            throw new AssertionError(String.join("\n", defects));
        }
    }

    static List<String> defects(Tree tree) {
        return defects(tree, false);
    }

    static List<String> defects(Tree tree, boolean runsOfAnyLength) {
        TreeChecker checker = new TreeChecker(tree);
        checker.runsOfAnyLength = runsOfAnyLength;
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
            require(isEntry(head), "head %x is no entry", head);
        }
        Mirror mirror = tree.mirror();
        if (mirror != null) {
            require((mirror.headAcquire() != null) == (head == Entry.OBJECT), "head %x, its object %s", head,
                    mirror.headAcquire());
        }
        map(head);
        require(tree.nodes().inUse() == reached.size(), "in use %d, reached %d", tree.nodes().inUse(), reached.size());
        Packs packs = tree.packs();
        if (packs != null) {
            PackPool pool = packs.pool();
            require(pool.inUse() == reachedPacks.size(), "packed in use %d, reached %d", pool.inUse(),
                    reachedPacks.size());
            require(pool.taken() == reachedPacks.size() + pool.quarantined(),
                    "packed taken %d, reached %d, quarantined %d",
                    pool.taken(), reachedPacks.size(), pool.quarantined());
        }
        if (tree.nodes().isOpen()) {
            long taken = tree.nodes().blocks().blocksInUse();
            require(taken == reached.size() + tree.nodes().quarantined() + tree.nodes().reserved(),
                    "taken %d, reached %d, quarantined %d, reserved %d",
                    taken, reached.size(), tree.nodes().quarantined(), tree.nodes().reserved());
        }
    }

    /** What batches take for the leaf of an index is the leaf of that index. */
    private void map(long head) {
        for (long index = 0; index < tree.mappedIndices(); index += Geometry.SLOTS) {
            long mapped = tree.mappedLeaf(index);
            long leaf = Entry.isRoot(head)
                    ? Descent.leaf(tree.basePlain(), tree.linkMaskPlain(), head, index)
                    : 0;
            require(mapped == 0 || mapped == leaf, "leaf of %x is %d, mapped %d", index, leaf, mapped);
        }
    }

    private void root(long node, int shift) {
        long address = tree.basePlain() + node;
        require(NodeAccess.parentPlain(address) == 0 && NodeAccess.offsetPlain(address) == 0, "root has a parent");
        require(NodeAccess.bitmapPlain(address, NodeLayout.PRESENT) != 1
                || isEntry(NodeAccess.slotPlain(address, 0)), "root of shift %d holds slot 0 only",
                shift);
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
        require(NodeAccess.isUnlockedOpaque(address), "node %d is locked", node);
        long present = NodeAccess.bitmapPlain(address, NodeLayout.PRESENT);
        siblings(node, present, shift);
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
        require((present & ~Geometry.allSlots(shift)) == 0, "node %d has slots beyond the last index", node);
        if (tree.allocating() && shift > 0) {
            full(node, shift);
        }
        require(NodeAccess.countPlain(address) == Long.bitCount(present), "node %d: count %d, present %x", node,
                NodeAccess.countPlain(address), present);
        require(NodeAccess.valueCountPlain(address) == values, "node %d: valueCount %d, values %d", node,
                NodeAccess.valueCountPlain(address), values);
        return any;
    }

    /** Runs are aligned powers of two of slots that hold the same. */
    private void siblings(long node, long present, int shift) {
        long address = tree.basePlain() + node;
        long siblings = NodeAccess.bitmapPlain(address, NodeLayout.SIBLINGS);
        require((siblings & ~present) == 0, "node %d: siblings %x, present %x", node, siblings, present);
        require((siblings & 1) == 0, "node %d: slot 0 continues nothing", node);
        for (int slot = 0; slot < Geometry.SLOTS; slot += Run.length(siblings, slot)) {
            int length = Run.length(siblings, slot);
            require(runsOfAnyLength || (Integer.bitCount(length) == 1 && slot % length == 0 && length < Geometry.SLOTS),
                    "node %d slot %d: run of %d slots",
                    node, slot, length);
            for (int next = slot + 1; next < slot + length; next++) {
                long word = NodeAccess.slotPlain(address, next);
                require(word == NodeAccess.slotPlain(address, slot), "node %d slot %d: word %x continues %x", node,
                        next,
                        word,
                        NodeAccess.slotPlain(address, slot));
                require(isEntry(word), "node %d slot %d: word %x continues a run", node, next, word);
                if (tree.mirror() != null) {
                    require(tree.mirror().getAcquire(node, next) == tree.mirror().getAcquire(node, slot),
                            "node %d slot %d: another object than slot %d", node, next, slot);
                }
                for (int mark = tree.firstMark(); mark < NodeLayout.MARK_COUNT; mark++) {
                    require((NodeAccess.bitmapPlain(address, NodeLayout.marks(mark)) >>> next & 1) == 0,
                            "node %d slot %d: mark %d on a sibling", node, next, mark);
                }
            }
        }
    }

    /** A slot of an interior node of an allocating array is full if nothing under it is free. */
    private void full(long node, int shift) {
        long address = tree.basePlain() + node;
        for (int slot = 0; slot < Geometry.SLOTS; slot++) {
            long word = NodeAccess.slotPlain(address, slot);
            boolean full = isEntry(word);
            if (Entry.isLink(word, tree.linkMaskPlain())) {
                long child = tree.basePlain() + Entry.toOffset(word);
                full = NodeAccess.bitmapPlain(child,
                        shift == Geometry.DIGIT_BITS ? NodeLayout.PRESENT : NodeLayout.FULL) == -1L;
            }
            require((NodeAccess.bitmapPlain(address, NodeLayout.FULL) >>> slot & 1) != 0 == full,
                    "node %d slot %d: full should be %s", node, slot, full);
        }
    }

    private boolean isEntry(long word) {
        return word == Entry.RESERVED || (tree.mirror() == null ? Entry.isValue(word) : word == Entry.OBJECT);
    }

    private int slot(long node, int slot, int shift, long base, long word) {
        long address = tree.basePlain() + node;
        int marks = 0;
        for (int mark = tree.firstMark(); mark < NodeLayout.MARK_COUNT; mark++) {
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
        if (shift > 0 && Packed.isPacked(word)) {
            int below = pack(node, slot, shift, base, word);
            require(below == marks, "node %d slot %d: marks %x, packed node has %x", node, slot, marks, below);
            return marks;
        }
        require(word != Entry.ABSENT || marks == 0, "node %d slot %d: marks %x on an empty slot", node, slot, marks);
        require(word == Entry.ABSENT || isEntry(word), "node %d slot %d: word %x", node, slot, word);
        Mirror mirror = tree.mirror();
        if (mirror != null) {
            require((mirror.getAcquire(node, slot) != null) == (word == Entry.OBJECT),
                    "node %d slot %d: word %x, object %s", node, slot, word,
                    mirror.getAcquire(node, slot));
        }
        return marks;
    }

    /** Returns the marks of the packed node. */
    private int pack(long node, int slot, int shift, long base, long packed) {
        require(reachedPacks.add(packed), "packed node %x reached twice", packed);
        long pack = tree.packs().pool().addressOf(packed);
        int sizeClass = Packed.sizeClass(packed);
        int keys = PackAccess.keysPlain(pack);
        long present = NodeAccess.bitmapPlain(pack, NodeLayout.PRESENT);
        require(PackAccess.sizeClassPlain(pack) == sizeClass, "packed node %x: says class %d", packed,
                PackAccess.sizeClassPlain(pack));
        require(NodeAccess.parentPlain(pack) == node && NodeAccess.offsetPlain(pack) == slot,
                "packed node %x: parent %d slot %d, should be %d slot %d", packed, NodeAccess.parentPlain(pack),
                NodeAccess.offsetPlain(pack), node, slot);
        require(!PackAccess.movedAcquire(pack), "packed node %x: moved, and in the tree", packed);
        require(present != 0 && (keys == 64 || present >>> keys == 0), "packed node %x: present %x of %d keys", packed,
                present, keys);
        require(NodeAccess.countPlain(pack) == Long.bitCount(present), "packed node %x: count %d, present %x", packed,
                NodeAccess.countPlain(pack), present);
        int values = 0;
        int marks = 0;
        for (int at = 0; at < keys; at++) {
            long key = PackAccess.keyPlain(pack, sizeClass, at);
            long word = NodeAccess.slotPlain(pack, at);
            boolean is = (present >>> at & 1) != 0;
            require(at == 0 || Long.compareUnsigned(PackAccess.keyPlain(pack, sizeClass, at - 1), key) < 0,
                    "packed node %x: key %x at %d is not above the one before", packed, key, at);
            require(Geometry.base(key, shift) == base && Geometry.slot(key, shift) == slot,
                    "packed node %x: key %x does not lie under its slot", packed, key);
            require(is ? isEntry(word) : word == Entry.ABSENT, "packed node %x at %d: word %x", packed, at, word);
            values += Entry.isValue(word) ? 1 : 0;
            for (int mark = 0; mark < NodeLayout.MARK_COUNT; mark++) {
                boolean marked = (NodeAccess.bitmapPlain(pack, NodeLayout.marks(mark)) >>> at & 1) != 0;
                require(is || !marked, "packed node %x at %d: mark %d on no entry", packed, at, mark);
                marks |= marked ? 1 << mark : 0;
            }
            Mirror mirror = tree.mirror();
            if (mirror != null) {
                long place = Place.packed(tree.basePlain(), pack, at);
                require((mirror.getAcquire(place, at) != null) == (word == Entry.OBJECT),
                        "packed node %x at %d: word %x, object %s", packed, at, word, mirror.getAcquire(place, at));
            }
        }
        require(NodeAccess.valueCountPlain(pack) == values, "packed node %x: valueCount %d, values %d", packed,
                NodeAccess.valueCountPlain(pack), values);
        return marks;
    }

    private void require(boolean holds, String format, Object... arguments) {
        if (!holds) {
            defects.add(String.format(format, arguments));
        }
    }
}
