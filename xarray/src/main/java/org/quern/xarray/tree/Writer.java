package org.quern.xarray.tree;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.entry.Run;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;

/**
 * All that changes single entries of a tree; {@link Ranges} changes many. Every method is called with the tree's lock.
 *
 * <p>An operation first asks where its index lives ({@link #locate}), looks at what is there, and then acts on that {@link Place}.
 *
 * <p>Most arrays have no entry that spans indices, and pay nothing for those that may: {@code spanning} says whether there ever was one, and only then
 * does a change in a leaf look at its siblings.
 */
public final class Writer {
    /** From so many nodes on, clear gives memory back to the system. */
    private static final long TRIM_NODES = 256;

    private final Tree tree;
    private final Occupancy occupancy;
    private final Slots slots;
    private final Marking marking;
    private final Growth growth;
    private final Shrinkage shrinkage;
    private final @Nullable PackWriter packs;
    private final Ranges ranges;
    private boolean spanning;

    /**
     * The writer of a tree.
     *
     * @param tree the tree
     */
    public Writer(Tree tree) {
        this.tree = tree;
        this.occupancy = new Occupancy(tree);
        this.slots = new Slots(tree, occupancy);
        this.marking = new Marking(tree);
        this.packs = tree.isSparse() ? new PackWriter(tree, slots, marking) : null;
        this.growth = new Growth(tree, slots, marking, packs);
        this.shrinkage = new Shrinkage(tree, slots, packs);
        this.ranges = new Ranges(tree, this, new Division(tree, slots, marking), packs);
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
            long leaf = Descent.leaf(tree.basePlain(), tree.linkMaskPlain(), head, index);
            return leaf != 0 ? leaf : above(head, index);
        }
        tree.requireOpen(head);
        return index == 0 ? Place.HEAD : Place.NOWHERE;
    }

    private long above(long head, long index) {
        return tree.place(head, index);
    }

    /**
     * The word at a place.
     *
     * @param place from {@link #locate}
     * @param index the index
     * @return {@link Entry#ABSENT} if there is no entry
     */
    public long word(long place, long index) {
        if (Place.isLeaf(place)) {
            return NodeAccess.slotPlain(tree.basePlain() + place, Geometry.leafSlot(index));
        }
        if (Place.node(place) == 0) {
            return place == Place.HEAD ? tree.headPlain() : Entry.ABSENT;
        }
        long word = NodeAccess.slotPlain(tree.basePlain() + Place.node(place), Place.slot(place, index));
        return Packed.isPacked(word) ? Entry.ABSENT : word;
    }

    /**
     * The object at a place.
     *
     * @param mirror this tree's mirror
     * @param place from {@link #locate}
     * @param index the index
     * @return null if there is none
     */
    public @Nullable Object content(Mirror mirror, long place, long index) {
        return place == Place.HEAD
                ? mirror.headAcquire()
                : mirror.getAcquire(Place.node(place), Place.slot(place, index));
    }

    /**
     * Sets an entry. One that is replaced keeps its marks; one that spans the index changes as a whole.
     *
     * @param place from {@link #locate}
     * @param index the index
     * @param word the entry
     * @param content its object if the tree has a mirror
     * @return false if there is no room for nodes; nothing has changed then
     */
    public boolean put(long place, long index, long word, @Nullable Object content) {
        if (word == Entry.RESERVED) {
            tree.setReservingPlain(index);
        }
        if (!Place.isLeaf(place)) {
            return putAbove(place, index, word, content);
        }
        int slot = Geometry.leafSlot(index);
        long old = NodeAccess.slotPlain(tree.basePlain() + place, slot);
        if (old == Entry.ABSENT) {
            slots.fill(place, slot, word, content);
        } else if (spanning || old == Entry.RESERVED || word == Entry.RESERVED) {
            overwrite(place, slot, word, content);
        } else {
            Mirror mirror = tree.mirror();
            if (mirror != null) {
                mirror.setRelease(place, slot, content);
            } else {
                NodeAccess.setSlotRelease(tree.basePlain() + place, slot, word);
            }
        }
        return true;
    }

    /** Where there is no leaf: in the head, above the leaves, or beyond the capacity. */
    private boolean putAbove(long place, long index, long word, @Nullable Object content) {
        long node = Place.node(place);
        if (node == 0) {
            return place == Place.HEAD
                    ? putHead(word, content)
                    : growth.insert(Growth.Addition.single(index, word, content));
        }
        int slot = Place.slot(place, index);
        long old = NodeAccess.slotPlain(tree.basePlain() + node, slot);
        if (packs != null && Place.isPacked(place) && old == Entry.ABSENT) {
            slots.fill(node, slot, word, content);
            return true;
        }
        if (packs != null && Packed.isPacked(old)) {
            return packs.insert(place, index, word, content)
                    || (packs.burst(place, index) && put(locate(index), index, word, content));
        }
        if (old == Entry.ABSENT) {
            return growth.graft(place, Growth.Addition.single(index, word, content));
        }
        overwrite(node, slot, word, content);
        return true;
    }

    private boolean putHead(long word, @Nullable Object content) {
        if (word == Entry.RESERVED && tree.headPlain() == Entry.ABSENT) {
            return growth.insert(Growth.Addition.single(0, word, content)); // takes the node now that a store will not need then
        }
        Mirror mirror = tree.mirror();
        if (mirror != null) {
            mirror.setHeadRelease(content);
        }
        tree.setHeadRelease(word);
        return true;
    }

    /** Gives the entry around a slot another content. */
    private void overwrite(long node, int slot, long word, @Nullable Object content) {
        Mirror mirror = tree.mirror();
        if (mirror != null) {
            mirror.cover(node);
        }
        long siblings = siblings(node);
        int first = Run.start(siblings, slot);
        slots.overwrite(node, first, Run.length(siblings, first), word, content);
    }

    /**
     * Sets the aligned block of 2^order indices around an index. A larger entry around it changes its content as a whole; otherwise all entries in the block
     * go, and one with the union of their marks takes their place.
     *
     * @param index any index
     * @param order 0..63
     * @param word the entry
     * @param content its object if the tree has a mirror
     * @return false if there is no room for nodes; nothing has changed then
     * @throws IllegalStateException if the array is closed
     */
    public boolean store(long index, int order, long word, @Nullable Object content) {
        if (order == 0) {
            return put(locate(index), index, word, content);
        }
        return storeRun(Geometry.blockBase(index, order), Geometry.shiftOf(order), Geometry.slotsOf(order), word,
                content);
    }

    /**
     * Sets adjacent slots of one node as one entry. The run may have any length that fits the node; it may not cut through an entry.
     *
     * @param base first index, a multiple of 2^shift
     * @param shift shift of the node
     * @param count slots
     * @param word the entry
     * @param content its object if the tree has a mirror
     * @return false if there is no room for nodes; nothing has changed then
     * @throws IllegalStateException if the array is closed
     */
    public boolean storeRun(long base, int shift, int count, long word, @Nullable Object content) {
        long head = tree.headPlain();
        tree.requireOpen(head);
        tree.setSpanning();
        if (word == Entry.RESERVED) {
            tree.setReservingPlain(-1L);
        }
        Growth.Addition entry = new Growth.Addition(base, shift, count, word, content);
        if (!Entry.isRoot(head) || Entry.rootShift(head) < entry.top()) {
            return span(growth.insert(entry));
        }
        if (packs != null && !packs.expandTo(base, shift)) {
            return false;
        }
        long place = Descent.place(tree.basePlain(), tree.linkMaskPlain(), head, base, shift);
        long node = Place.node(place);
        int slot = Place.slot(place, base);
        long old = NodeAccess.slotPlain(tree.basePlain() + node, slot);
        if (Place.shift(place) > shift && old == Entry.ABSENT) {
            return span(growth.graft(place, entry));
        }
        if (Place.shift(place) > shift || spans(node, slot, count, old)) {
            overwrite(node, slot, word, content);
            return true;
        }
        Mirror mirror = tree.mirror();
        if (mirror != null && word == Entry.OBJECT) {
            mirror.cover(node);
        }
        marking.unite(node, slot, Run.mask(slot, count));
        slots.replace(node, slot, count, word, content);
        return span(true);
    }

    private boolean span(boolean stored) {
        if (stored) {
            spanning = true;
            tree.lock().setSpanning(true);
        }
        return stored;
    }

    /** Whether every entry has one index, so that a change of one is no change of others. */
    boolean isSimple() {
        return !spanning;
    }

    /** Which slots of a leaf have an entry. */
    long presentIn(long leaf) {
        return NodeAccess.bitmapPlain(tree.basePlain() + leaf, NodeLayout.PRESENT);
    }

    /** Whether all entries of a leaf are values. */
    boolean holdsValues(long leaf) {
        long address = tree.basePlain() + leaf;
        return NodeAccess.countPlain(address) == NodeAccess.valueCountPlain(address);
    }

    /** Sets slots of a leaf that are empty or have values; their words, ascending, begin somewhere in an array. */
    void putValues(long leaf, long mask, long[] words, int first, int count) {
        slots.putValues(leaf, mask, words, first, count);
    }

    /** Removes the entries in some slots of a leaf, where every entry has one index. */
    void removeIn(long leaf, long mask) {
        empty(leaf, mask);
    }

    /** Whether some slots belong to one entry. */
    private boolean spans(long node, int slot, int count, long word) {
        return word != Entry.ABSENT && !tree.leadsOn(word)
                && Run.length(siblings(node), slot) >= count;
    }

    /**
     * Removes an entry: first its marks, then itself, then the nodes it leaves empty.
     *
     * @param place from {@link #locate}, not {@link Place#NOWHERE}
     * @param index an index of an entry
     */
    public void remove(long place, long index) {
        if (!isZero(place, index)) {
            removeAll(place, index);
        }
        if (tree.zeroBusy() && (spanning || index == 0)) {
            reserveZero();
        }
    }

    /** Whether an entry is the reserved one at index 0 that is there for the others. */
    private boolean isZero(long place, long index) {
        return tree.zeroBusy() && index == 0 && word(place, 0) == Entry.RESERVED && (place == Place.HEAD
                || (Place.shift(place) == 0 && Run.length(siblings(Place.node(place)), 0) == 1));
    }

    /** Where ids begin at 1, index 0 is busy again. If there is no room for a node, it is so without an entry. */
    private void reserveZero() {
        if (Entry.isRoot(tree.headPlain())) {
            long place = locate(0);
            if (word(place, 0) == Entry.ABSENT) {
                put(place, 0, Entry.RESERVED, null);
            }
        }
    }

    private void removeAll(long place, long index) {
        tree.nodes().makeRoomToRetire();
        if (packs != null) {
            packs.makeRoomToRetire();
        }
        if (place == Place.HEAD) {
            removeHead();
            return;
        }
        long node = Place.node(place);
        int slot = Place.slot(place, index);
        if (packs != null && Place.isPacked(place)) {
            marking.clearAll(node, slot);
            slots.emptyOne(node, slot);
            removedFrom(packs, place);
        } else if (spanning) {
            long siblings = siblings(node);
            int first = Run.start(siblings, slot);
            empty(node, Run.mask(first, Run.length(siblings, first)));
        } else {
            marking.clearAll(node, slot);
            slots.emptyOne(node, slot);
            shrinkage.afterRemoval(node);
        }
    }

    /** A packed node that has no entry left goes as an empty node does. */
    private void removedFrom(PackWriter packed, long place) {
        long emptied = packed.removedFrom(place);
        if (emptied != 0) {
            shrinkage.afterRemoval(emptied);
        }
    }

    /** Empties slots with all that is below them. */
    private void empty(long node, long mask) {
        tree.nodes().makeRoomToRetire();
        if (packs != null) {
            packs.makeRoomToRetire();
        }
        marking.clearAllIn(node, mask);
        slots.empty(node, mask);
        shrinkage.afterRemoval(node);
    }

    /** After a split: a root that was high for a large entry at 0 need not be so any more. Not before a whole operation is done: what it reserved counts on the root. */
    void lowerRoot() {
        if (Entry.isRoot(tree.headPlain())) {
            tree.nodes().makeRoomToRetire();
            if (packs != null) {
                packs.makeRoomToRetire();
            }
            shrinkage.lower(Entry.rootOffset(tree.headPlain()));
        }
    }

    void removeHead() {
        tree.setRootMarksRelease(0);
        tree.setHeadRelease(Entry.ABSENT);
        Mirror mirror = tree.mirror();
        if (mirror != null) {
            tree.sequence().advance(); // who still looks into the head's place must not see what the next entry puts there
            mirror.setHeadRelease(null);
        }
    }

    /**
     * Removes every entry that overlaps the aligned block of 2^order indices around an index, a larger one as a whole. Allocates no nodes.
     *
     * @param index any index
     * @param order 0..63
     * @return whether there was one
     * @throws IllegalStateException if the array is closed
     */
    public boolean eraseBlock(long index, int order) {
        long base = Geometry.blockBase(index, order);
        int shift = Geometry.shiftOf(order);
        long head = tree.headPlain();
        tree.requireOpen(head);
        if (!Entry.isRoot(head) || Entry.rootShift(head) < shift) {
            boolean hit = base == 0 && head != Entry.ABSENT;
            if (hit) {
                clear();
            }
            return hit;
        }
        long place = Descent.place(tree.basePlain(), tree.linkMaskPlain(), head, base, shift);
        if (place == Place.NOWHERE) {
            return false;
        }
        long node = Place.node(place);
        int slot = Place.slot(place, base);
        long old = NodeAccess.slotPlain(tree.basePlain() + node, slot);
        if (packs != null && Place.shift(place) > shift && Packed.isPacked(old)) {
            return eraseIn(packs, old, base, Geometry.blockLast(base, order));
        }
        int count = Place.shift(place) > shift ? 1 : Geometry.slotsOf(order);
        long mask = Run.mask(slot, count);
        if (spans(node, slot, 1, old)) {
            int first = Run.start(siblings(node), slot);
            mask |= Run.mask(first, Run.length(siblings(node), first));
        }
        boolean hit = (NodeAccess.bitmapPlain(tree.basePlain() + node, NodeLayout.PRESENT) & mask) != 0;
        if (hit) {
            empty(node, mask);
            if (tree.zeroBusy()) {
                reserveZero();
            }
        }
        return hit;
    }

    /** Removes the entries of a packed node that lie in a range. */
    private boolean eraseIn(PackWriter packed, long word, long first, long last) {
        tree.nodes().makeRoomToRetire();
        packed.makeRoomToRetire();
        long place = Place.NOWHERE;
        for (long at = packed.next(word, first, last); at != Place.NOWHERE; at = packed.next(word, first, last)) {
            place = at;
            marking.clearAll(Place.node(at), Place.slot(at, first));
            slots.emptyOne(Place.node(at), Place.slot(at, first));
        }
        if (place != Place.NOWHERE) {
            removedFrom(packed, place);
        }
        return place != Place.NOWHERE;
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
        return place == Place.HEAD ? marking.setRoot(mark) : marking.set(Place.node(place), first(place, index), mark);
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
        return place == Place.HEAD
                ? marking.clearRoot(mark)
                : marking.clear(Place.node(place), first(place, index), mark);
    }

    /** The first slot of the entry at a place. */
    private int first(long place, long index) {
        return Run.start(siblings(Place.node(place)), Place.slot(place, index));
    }

    private long siblings(long node) {
        return NodeAccess.bitmapPlain(tree.basePlain() + node, NodeLayout.SIBLINGS);
    }

    /**
     * What sets or clears a mark of all that a scan visits, under the lock.
     *
     * @param mark 0..2
     * @param set whether to set it
     * @return adds the entries it changes to the first number of its sink
     */
    public Visit<long[]> marks(int mark, boolean set) {
        return new RangeMarks(marking, mark, set);
    }

    /**
     * What changes ranges and extents.
     *
     * @return for the same lock
     */
    public Ranges ranges() {
        return ranges;
    }

    /**
     * The lowest free index of an allocating array.
     *
     * @param min lowest wanted, 0..2^63-1
     * @param max highest wanted
     * @return the index, or -1
     * @throws IllegalStateException if the array is closed
     */
    public long lowestFree(long min, long max) {
        tree.requireOpen(tree.headPlain());
        return occupancy.lowestFree(min, max);
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
        spanning = false;
        tree.lock().setSpanning(false);
        if (Entry.isRoot(head)) {
            slots.discardAll(Entry.rootOffset(head));
            tree.nodes().recycle();
            if (packs != null) {
                tree.requirePacks().pool().recycle();
            }
        }
        if (large) {
            if (packs != null) {
                tree.requirePacks().pool().trim();
            }
            tree.nodes().trim();
        }
    }

    /** Removes everything and gives the memory back; later calls are refused. Idempotent. */
    public void close() {
        if (tree.headPlain() != Entry.CLOSED) {
            vanish(Entry.CLOSED);
            tree.nodes().close();
            if (packs != null) {
                tree.requirePacks().pool().close();
            }
        }
    }

    /** From here on no reader finds a node, and those inside one will be sent back. */
    private void vanish(long newHead) {
        tree.allLeavesGo();
        tree.setRootMarksRelease(0);
        tree.setHeadRelease(newHead);
        tree.sequence().advance();
        Mirror mirror = tree.mirror();
        if (mirror != null) {
            mirror.reset();
        }
    }
}
