package org.quern.xarray.tree;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * All that changes a tree. Every method is called with the tree's lock.
 *
 * <p>An operation first asks where its index lives ({@link #locate}), looks at what is there, and then acts on that place. A place is the offset of a leaf,
 * {@link #HEAD}, or {@link #NOWHERE}, and stays valid until the next change.
 */
public final class Writer {
    /** There is no leaf for the index. */
    public static final long NOWHERE = 0;
    /** Index 0, and the head is empty or a lone entry. */
    public static final long HEAD = 1;

    /** From so many nodes on, clear gives memory back to the system. */
    private static final long TRIM_NODES = 256;

    private final Tree tree;
    private final Slots slots;
    private final Marking marking;
    private final Growth growth;
    private final Shrinkage shrinkage;

    /**
     * The writer of a tree.
     *
     * @param tree the tree
     */
    public Writer(Tree tree) {
        this.tree = tree;
        this.slots = new Slots(tree);
        this.marking = new Marking(tree);
        this.growth = new Growth(tree, slots);
        this.shrinkage = new Shrinkage(tree, slots);
    }

    /**
     * Where an index lives.
     *
     * @param index any index
     * @return a place
     * @throws IllegalStateException if the array is closed
     */
    public long locate(long index) {
        long head = tree.headPlain();
        if (Entry.isRoot(head)) {
            return Descent.leaf(tree.basePlain(), tree.linkMaskPlain(), head, index);
        }
        tree.requireOpen(head);
        return index == 0 ? HEAD : NOWHERE;
    }

    /**
     * The word at a place.
     *
     * @param place from {@link #locate}
     * @param index the index
     * @return {@link Entry#ABSENT} if there is no entry
     */
    public long word(long place, long index) {
        if (place == NOWHERE) {
            return Entry.ABSENT;
        }
        return place == HEAD
                ? tree.headPlain()
                : NodeAccess.slotPlain(tree.basePlain() + place, Geometry.leafSlot(index));
    }

    /**
     * Sets an entry. One that is replaced keeps its marks.
     *
     * @param place from {@link #locate}
     * @param index the index
     * @param word the entry
     * @param content its object if the tree has a mirror
     * @return false if there is no room for nodes; nothing has changed then
     */
    public boolean put(long place, long index, long word, @Nullable Object content) {
        if (place == NOWHERE) {
            return growth.insert(index, word, content);
        }
        Mirror mirror = tree.mirror();
        int slot = Geometry.leafSlot(index);
        if (place == HEAD) {
            if (mirror != null) {
                mirror.setHeadRelease(content);
            }
            tree.setHeadRelease(word);
        } else if (NodeAccess.slotPlain(tree.basePlain() + place, slot) == Entry.ABSENT) {
            slots.fill(place, slot, word, content);
        } else if (mirror != null) {
            mirror.setRelease(place, slot, content);
        } else {
            NodeAccess.setSlotRelease(tree.basePlain() + place, slot, word);
        }
        return true;
    }

    /**
     * Removes an entry: first its marks, then itself, then the nodes it leaves empty.
     *
     * @param place from {@link #locate}, not {@link #NOWHERE}
     * @param index the index of an entry
     */
    public void remove(long place, long index) {
        tree.nodes().makeRoomToRetire();
        if (place == HEAD) {
            removeHead();
            return;
        }
        int slot = Geometry.leafSlot(index);
        marking.clearAll(place, slot);
        slots.emptyLeaf(place, slot);
        shrinkage.afterRemoval(place);
    }

    private void removeHead() {
        tree.setRootMarksRelease(0);
        tree.setHeadRelease(Entry.ABSENT);
        Mirror mirror = tree.mirror();
        if (mirror != null) {
            tree.sequence().advance(); // who still looks into the head's place must not see what the next entry puts there
            mirror.setHeadRelease(null);
        }
    }

    /**
     * Sets a mark of an entry.
     *
     * @param index any index
     * @param mark 0..2
     * @return true if it was clear; false if it was set or there is no entry
     * @throws IllegalStateException if the array is closed
     */
    public boolean mark(long index, int mark) {
        long place = locate(index);
        if (word(place, index) == Entry.ABSENT) {
            return false;
        }
        return place == HEAD ? marking.setRoot(mark) : marking.set(place, Geometry.leafSlot(index), mark);
    }

    /**
     * Clears a mark of an entry.
     *
     * @param index any index
     * @param mark 0..2
     * @return true if it was set
     * @throws IllegalStateException if the array is closed
     */
    public boolean unmark(long index, int mark) {
        long place = locate(index);
        if (word(place, index) == Entry.ABSENT) {
            return false;
        }
        return place == HEAD ? marking.clearRoot(mark) : marking.clear(place, Geometry.leafSlot(index), mark);
    }

    /**
     * Removes everything and reuses all nodes.
     *
     * @throws IllegalStateException if the array is closed
     */
    public void clear() {
        long head = tree.headPlain();
        tree.requireOpen(head);
        if (head == Entry.ABSENT) {
            return;
        }
        boolean large = tree.nodes().inUse() >= TRIM_NODES;
        vanish(Entry.ABSENT);
        if (Entry.isRoot(head)) {
            discard(Entry.rootOffset(head));
            tree.nodes().recycle();
        }
        if (large) {
            tree.nodes().trim();
        }
    }

    /** Removes everything and gives the memory back; later calls are refused. Idempotent. */
    public void close() {
        if (tree.headPlain() != Entry.CLOSED) {
            vanish(Entry.CLOSED);
            tree.nodes().close();
        }
    }

    /** From here on no reader finds a node, and those inside one will be sent back. */
    private void vanish(long newHead) {
        tree.setRootMarksRelease(0);
        tree.setHeadRelease(newHead);
        tree.sequence().advance();
        Mirror mirror = tree.mirror();
        if (mirror != null) {
            mirror.reset();
        }
    }

    private void discard(long node) {
        long address = tree.basePlain() + node;
        if (NodeAccess.shiftPlain(address) > 0) {
            for (long bits = NodeAccess.bitmapPlain(address, NodeLayout.PRESENT); bits != 0; bits &= bits - 1) {
                discard(Entry.toOffset(NodeAccess.slotPlain(address, Long.numberOfTrailingZeros(bits))));
            }
        }
        tree.nodes().discard(node);
    }
}
