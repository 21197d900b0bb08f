package org.quern.xarray.tree;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.AddressSpaceException;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.node.PackAccess;
import org.quern.xarray.node.PackLayout;
import org.quern.xarray.recycle.PackPool;

/**
 * Changes the packed nodes of a sparse array. Called with the lock.
 *
 * <pre>
 *   insert     a copy with one entry more is published, the old one is marked as moved, then retired
 *   burst      a node with the same entries, in packed nodes or as a leaf, is published; likewise
 *   compress   a packed node with all that few packed nodes or a leaf have is published; the sequence is advanced; what was there is reused at once
 *   erase      in place; the last entry takes the packed node with it, and perhaps the node above
 * </pre>
 *
 * Each is one published word, under which the same entries are found as before, or one more. What is no single entry has no place in a packed node: before an operation of another kind goes
 * below a slot, what is packed there is burst. An insertion allocates all it needs before it changes anything. A removal needs nothing: where there is no room for a smaller
 * form, the larger stays.
 */
final class PackWriter {
    /** A subtree of so few entries becomes one packed node: much less than bursts, so that no coming and going of a few entries does both in turn. */
    private static final int FEW = 16;

    /** More than so many in the range of one leaf are a leaf: it is not larger, and faster. */
    private static final int MOST_IN_LEAF = 24;

    /** A packed node that is emptier than one in so many is replaced by a smaller one. */
    private static final int SPARSELY = 4;

    private final Tree tree;
    private final Slots slots;
    private final Marking marking;
    private final PackPool pool;
    private final @Nullable PackMirror mirror;
    private final PackBuffer buffer;
    private final long[] taken = new long[Geometry.SLOTS];
    private int suspended;

    PackWriter(Tree tree, Slots slots, Marking marking) {
        this.tree = tree;
        this.slots = slots;
        this.marking = marking;
        this.pool = tree.requirePacks().pool();
        this.mirror = tree.requirePacks().mirror();
        this.buffer = new PackBuffer(tree, marking);
    }

    /** Whether a new entry is to be packed. */
    boolean packs(Growth.Addition entry) {
        return suspended == 0 && entry.isSingle();
    }

    /** From here on new entries get nodes of their own, and nothing is compressed: nodes for them have been reserved. Nests. */
    void suspend() {
        suspended++;
    }

    void resume() {
        suspended--;
    }

    void makeRoomToRetire() {
        pool.makeRoomToRetire();
    }

    /** A packed node with room for some entries; 0 if there is no memory, and nothing has changed. */
    private long take(int entries) {
        long packed = pool.take(PackLayout.classFor(entries));
        if (packed != 0 && mirror != null) {
            boolean adopted = false;
            try {
                mirror.adopt(packed);
                adopted = true;
            } finally {
                if (!adopted) {
                    pool.discard(packed);
                }
            }
        }
        return packed;
    }

    long takeSingle() {
        return take(1);
    }

    /** Puts an entry into a packed node under a node; nobody can fail here. */
    void hangSingle(long packed, long node, Growth.Addition entry) {
        hangSingle(packed, node, entry.base(), entry.word(), entry.content(), 0);
    }

    private void hangSingle(long packed, long node, long index, long word, @Nullable Object content, int marks) {
        buffer.add(index, word, content, marks);
        int slot = Geometry.slot(index, NodeAccess.shiftPlain(tree.basePlain() + node));
        slots.hangPack(packed, buffer.write(packed, 0, 1), node, slot);
        marking.spread(node, 1L << slot, marks);
        buffer.drop();
    }

    /** The first entry of all: a root with a packed node; false if there is no room. */
    boolean plant(Growth.Addition entry, int top) {
        return takeAll(1, top, 1) && rooted(node(top, 0), entry, top);
    }

    /** The second, after a lone one at 0: a root with two packed nodes; false if there is no room. */
    boolean raiseLone(long head, Growth.Addition entry, int top) {
        if (!takeAll(2, top, 1)) {
            return false;
        }
        long root = node(top, 0);
        Mirror objects = tree.mirror();
        hangSingle(taken[1], root, 0, head, objects == null ? null : objects.headAcquire(), tree.rootMarksAcquire());
        return rooted(root, entry, top);
    }

    private boolean rooted(long root, Growth.Addition entry, int top) {
        hangSingle(taken[0], root, entry);
        tree.setHeadRelease(Entry.root(root, top));
        return true;
    }

    /** Under a node that is there, whose slot is empty. */
    boolean graft(long place, Growth.Addition entry) {
        long packed = take(1);
        if (packed != 0) {
            hangSingle(packed, Place.node(place), entry);
        }
        return packed != 0;
    }

    private long node(int shift, long base) {
        long node = tree.nodes().take();
        NodeAccess.initPlain(tree.basePlain() + node, shift, base);
        return node;
    }

    /** Adds an entry to the packed node in a slot; false if it is full, or there is no room for a larger one. */
    boolean insert(long place, long index, long word, @Nullable Object content) {
        pool.makeRoomToRetire();
        long old = packedAt(place, index);
        int grown = NodeAccess.countPlain(pool.addressOf(old)) + 1;
        if (grown > PackLayout.MOST || isLeaf(Place.shift(place), grown)) {
            return false;
        }
        try {
            buffer.addPack(old);
            buffer.insert(index, word, content);
            return replace(old);
        } finally {
            buffer.drop();
        }
    }

    /** Publishes a copy of a packed node with what is in the buffer. */
    private boolean replace(long old) {
        long packed = take(buffer.size());
        if (packed != 0) {
            long pack = buffer.write(packed, 0, buffer.size());
            long parent = NodeAccess.parentPlain(pool.addressOf(old));
            publish(parent, NodeAccess.offsetPlain(pool.addressOf(old)), pack, packed);
            retire(old);
        }
        return packed != 0;
    }

    private void publish(long parent, int slot, long child, long word) {
        NodeAccess.setParentPlain(child, parent, slot);
        NodeAccess.setSlotRelease(tree.basePlain() + parent, slot, word);
    }

    /** Another has been published in its place. */
    private void retire(long old) {
        PackAccess.setMovedRelease(pool.addressOf(old));
        pool.retire(old);
    }

    private long packedAt(long place, long index) {
        return NodeAccess.slotPlain(tree.basePlain() + Place.node(place), Place.slot(place, index));
    }

    /** Puts a node in the place of the packed node in a slot; false if there is no room, and nothing has changed. */
    boolean burst(long place, long index) {
        pool.makeRoomToRetire();
        long old = packedAt(place, index);
        int shift = Place.shift(place) - Geometry.DIGIT_BITS;
        try {
            buffer.addPack(old);
            long child = spread(shift, Geometry.base(index, shift));
            if (child != 0) {
                publish(Place.node(place), Place.slot(place, index), tree.basePlain() + child, Entry.link(child));
                retire(old);
            }
            return child != 0;
        } finally {
            buffer.drop();
        }
    }

    /** A private node with what is in the buffer; 0 if there is no room. */
    private long spread(int shift, long base) {
        int groups = 0;
        for (int at = 0; at < buffer.size() && shift > 0; at = buffer.groupEnd(at, shift)) {
            groups++;
        }
        if (!takeAll(groups, shift, 0)) {
            return 0;
        }
        if (shift == 0) {
            return leaf(0, buffer.size());
        }
        long node = node(shift, base);
        int group = 0;
        for (int at = 0; at < buffer.size();) {
            int slot = Geometry.slot(buffer.key(at), shift);
            int end = buffer.groupEnd(at, shift);
            if (isLeaf(shift, end - at)) {
                slots.hang(leaf(at, end), node, slot);
            } else {
                slots.hangPack(taken[group], buffer.write(taken[group], at, end), node, slot);
            }
            marking.spread(node, 1L << slot, buffer.marks(at, end));
            group++;
            at = end;
        }
        return node;
    }

    /** Whether so many entries under one slot are better in a leaf. */
    private static boolean isLeaf(int shift, int entries) {
        return shift == Geometry.DIGIT_BITS && entries > MOST_IN_LEAF;
    }

    /** A private leaf with some of what is in the buffer. */
    private long leaf(int from, int to) {
        long leaf = node(0, Geometry.base(buffer.key(from), 0));
        Mirror objects = tree.mirror();
        if (objects != null) {
            objects.adopt(leaf);
        }
        for (int at = from; at < to; at++) {
            int slot = Geometry.leafSlot(buffer.key(at));
            slots.fill(leaf, slot, buffer.word(at), buffer.content(at));
            marking.spread(leaf, 1L << slot, buffer.marks(at));
        }
        return leaf;
    }

    /**
     * Takes packed nodes, for as many entries each or, if 0, for the groups in the buffer, and reserves a node above them, and one for each group that is a leaf; false if there is no
     * room, and nothing has changed.
     */
    private boolean takeAll(int count, int shift, int entries) {
        int have = 0;
        int leaves = shift == 0 ? 1 : 0;
        boolean all = false;
        try {
            for (int at = 0; have < count; have++) {
                int end = entries == 0 ? buffer.groupEnd(at, shift) : at + entries;
                boolean leaf = isLeaf(shift, end - at);
                taken[have] = leaf ? 0 : take(end - at);
                leaves += leaf ? 1 : 0;
                if (!leaf && taken[have] == 0) {
                    return false;
                }
                at = end;
            }
            all = tree.reserve(shift == 0 ? 1 : 1 + leaves, leaves);
            return all;
        } finally {
            while (!all && have > 0) {
                have--;
                if (taken[have] != 0) {
                    pool.discard(taken[have]);
                }
            }
        }
    }

    /** Bursts what is packed on the way to an index, down to nodes of some shift; false if there is no room. */
    boolean expandTo(long index, int lowest) {
        for (;;) {
            long place = packedOnWay(index, lowest);
            if (place == Place.NOWHERE) {
                return true;
            }
            if (!burst(place, index)) {
                return false;
            }
        }
    }

    private long packedOnWay(long index, int lowest) {
        long root = tree.headPlain();
        if (!Entry.isRoot(root)) {
            return Place.NOWHERE;
        }
        long place = Descent.place(tree.basePlain(), tree.linkMaskPlain(), root, index, lowest);
        return place != Place.NOWHERE && Place.shift(place) > lowest && Packed.isPacked(packedAt(place, index))
                ? place
                : Place.NOWHERE;
    }

    /** Bursts all that is packed under a range, down to leaves; false if there is no room. */
    boolean expandAll(long first, long last) {
        long next = first;
        for (;;) {
            long root = tree.headPlain();
            if (!Entry.isRoot(root) || !Geometry.covers(Entry.rootShift(root), next)) {
                return true;
            }
            if (!expandTo(next, 0)) {
                return false;
            }
            long place = Descent.place(tree.basePlain(), tree.linkMaskPlain(), root, next, 0);
            long end = Geometry.blockLast(next, Math.max(Place.shift(place), Geometry.DIGIT_BITS));
            if (Long.compareUnsigned(end, last) >= 0) {
                return true;
            }
            next = end + 1;
        }
    }

    /** The first entry of a packed node that lies in a range. */
    long next(long packed, long first, long last) {
        long pack = pool.addressOf(packed);
        int sizeClass = Packed.sizeClass(packed);
        int from = Packs.position(pack, sizeClass, first);
        long bits = from > Geometry.LAST_SLOT ? 0 : NodeAccess.bitmapPlain(pack, NodeLayout.PRESENT) & -1L << from;
        int position = Long.numberOfTrailingZeros(bits);
        return bits != 0 && Long.compareUnsigned(PackAccess.keyPlain(pack, sizeClass, position), last) <= 0
                ? Place.packed(tree.basePlain(), pack, position)
                : Place.NOWHERE;
    }

    /** After entries of a packed node were erased: lets it go if it was the last, or takes a smaller one. Returns the node that has lost something by that, or 0. */
    long removedFrom(long place) {
        long pack = tree.requirePacks().address(place);
        int left = NodeAccess.countPlain(pack);
        int sizeClass = PackAccess.sizeClassPlain(pack);
        long packed = pool.linkTo(pack, sizeClass);
        if (left == 0) {
            long parent = NodeAccess.parentPlain(pack);
            slots.emptyOne(parent, NodeAccess.offsetPlain(pack));
            retire(packed);
            return parent;
        }
        if (left <= PackLayout.capacity(sizeClass) / SPARSELY && sizeClass > 1) {
            try {
                buffer.addPack(packed);
                return replace(packed) ? NodeAccess.parentPlain(pack) : 0;
            } catch (OutOfMemoryError | AddressSpaceException e) {
                return 0; // it stays as it is
            } finally {
                buffer.drop();
            }
        }
        return 0;
    }

    /** Packs a node that was left with little, and the ones above it as far as that leaves them with little. Returns the lowest node that is still there. */
    long compress(long left) {
        long node = left;
        while (suspended == 0 && NodeAccess.parentPlain(tree.basePlain() + node) != 0
                && NodeAccess.countPlain(tree.basePlain() + node) <= FEW) {
            long parent = NodeAccess.parentPlain(tree.basePlain() + node);
            try {
                if (!buffer.addNode(node, FEW) || !pack(node, parent)) {
                    return node;
                }
            } catch (OutOfMemoryError | AddressSpaceException e) {
                return node; // it stays as it is
            } finally {
                buffer.drop();
            }
            node = parent;
        }
        return node;
    }

    private boolean pack(long node, long parent) {
        long packed = take(buffer.size());
        if (packed == 0) {
            return false;
        }
        long address = tree.basePlain() + node;
        publish(parent, NodeAccess.offsetPlain(address), buffer.write(packed, 0, buffer.size()), packed);
        tree.sequence().advance(); // whoever is inside looks again, before it is emptied
        slots.discardAll(node);
        return true;
    }

    /** A root that has nothing but a packed node in slot 0: it is lowered as if the entries were in nodes. */
    void lower(long root, long packed) {
        try {
            buffer.addPack(packed);
            long last = buffer.key(buffer.size() - 1);
            if (last == 0) {
                Mirror objects = tree.mirror();
                if (objects != null) {
                    objects.setHeadRelease(buffer.content(0));
                }
                tree.setHeadRelease(buffer.word(0));
            } else {
                int shift = Geometry.rootShift(last);
                long lower = spread(shift, 0);
                if (lower == 0) {
                    return;
                }
                tree.setHeadRelease(Entry.root(lower, shift));
            }
        } catch (OutOfMemoryError | AddressSpaceException e) {
            return; // it stays as high as it is
        } finally {
            buffer.drop();
        }
        retire(packed);
        slots.dropped(root);
        tree.nodes().retire(root);
    }
}
