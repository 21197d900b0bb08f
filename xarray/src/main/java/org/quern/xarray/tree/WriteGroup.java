package org.quern.xarray.tree;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.entry.Run;
import org.quern.xarray.node.NodeAccess;

/**
 * Changes of several indices under one hold of the lock, in the order given; the leaves of all are looked up first, as in a {@link LoadGroup}.
 *
 * <pre>
 *   values over values, leaves known    where the slots are; that each has a value; the words       three loops without branches
 *   ascending in one leaf               present bits, counts, words                                 once for all of them
 *   anything else                       one by one, as an operation of its own
 * </pre>
 *
 * The first two are for values in arrays whose entries have one index each, where changing a slot concerns no other. Readers see each store when it is made; the exchange that gives the lock back is the fence
 * for all of them.
 *
 * <p><b>What was looked up stays right</b> as long as no node goes: storing and inserting single entries adds nodes and removes none, so a leaf stays a leaf, and an index that had
 * none is looked up again at its turn. Erasing may remove the leaf of a later index: from the first time that nodes have gone, each index is looked up at its turn.
 *
 * <p>Words and objects of the group go in by {@link #words} and {@link #contents}. Scratch space of one thread.
 */
public final class WriteGroup {
    private final LoadGroup lookup = new LoadGroup();
    private final Tree tree;
    private final Writer writer;
    private final long[] words = new long[LoadGroup.SIZE];
    private final long[] slots = new long[LoadGroup.SIZE];
    private final @Nullable Object @Nullable [] contents;
    private long runMask;

    /**
     * Scratch space.
     *
     * @param tree the tree
     * @param writer its writer
     */
    public WriteGroup(Tree tree, Writer writer) {
        this.tree = tree;
        this.writer = writer;
        this.contents = tree.mirror() == null ? null : new Object[LoadGroup.SIZE];
    }

    /**
     * The words of the group.
     *
     * @return what to store; after {@link #erase}, what was there
     */
    public long[] words() {
        return words;
    }

    /**
     * The objects of the group.
     *
     * @return what to store; null if entries are values
     */
    public @Nullable Object @Nullable [] contents() {
        return contents;
    }

    /**
     * Sets entries. Called with the lock.
     *
     * @param indices any indices
     * @param from the first of them
     * @param count how many, at most {@link LoadGroup#SIZE}
     * @return how many were set: fewer if there was no room for nodes
     * @throws IllegalStateException if the array is closed
     */
    public int store(long[] indices, int from, int count) {
        boolean plain = contents == null && writer.isSimple();
        if (plain && adjacent(indices, from, count)) {
            return storeAdjacent(indices[from], count);
        }
        if (plain && overwriteAll(indices, from, count)) {
            return count;
        }
        long[] found = find(indices, from, count);
        int i = 0;
        while (i < count) {
            long index = indices[from + i];
            long place = place(found[i], index);
            int length = plain && Place.isLeaf(place) ? run(indices, from + i, from + count) : 1;
            if (length > 1 && writer.holdsValues(place)) {
                writer.putValues(place, runMask, words, i, length);
                i += length;
            } else if (writer.put(place, index, words[i], content(i))) {
                i++;
            } else {
                return i;
            }
        }
        return count;
    }

    /** Whether each index is the one after the one before; a loop without branches. */
    private static boolean adjacent(long[] indices, int from, int count) {
        long first = indices[from];
        long different = 0;
        for (int i = 0; i < count; i++) {
            different |= indices[from + i] - i ^ first;
        }
        return different == 0;
    }

    /** Values at adjacent indices: a walk for each leaf. */
    private int storeAdjacent(long first, int count) {
        int i = 0;
        while (i < count) {
            long index = first + i;
            int slot = Geometry.leafSlot(index);
            int length = Math.min(count - i, Geometry.SLOTS - slot);
            long place = writer.locate(index);
            if (Place.isLeaf(place) && writer.holdsValues(place)) {
                writer.putValues(place, Run.mask(slot, length), words, i, length);
                i += length;
            } else if (writer.put(place, index, words[i], null)) {
                i++; // the others find a leaf there
            } else {
                return i;
            }
        }
        return count;
    }

    /** Value over value, if that is what all are; nothing but slots changes then. */
    private boolean overwriteAll(long[] indices, int from, int count) {
        LeafMap map = tree.leafMap();
        long[] at = slots;
        if (map == null || !map.slots(indices, from, count, at)) {
            return false;
        }
        long all = -1;
        for (int i = 0; i < count; i++) {
            all &= NodeAccess.wordPlain(at[i]);
        }
        if (!Entry.isValue(all)) {
            return false;
        }
        long[] what = words;
        for (int i = 0; i < count; i++) {
            NodeAccess.setWordRelease(at[i], what[i]);
        }
        return true;
    }

    /** How many indices from one on lie in its leaf and ascend; their slots are in {@link #runMask} then. */
    private int run(long[] indices, int from, int end) {
        long leaf = indices[from] >>> Geometry.DIGIT_BITS;
        long last = indices[from];
        runMask = 1L << last;
        int next = from + 1;
        while (next < end && indices[next] >>> Geometry.DIGIT_BITS == leaf && indices[next] > last) {
            last = indices[next++];
            runMask |= 1L << last; // a shift distance is taken modulo 64
        }
        return next - from;
    }

    /**
     * Sets entries where there are none. Called with the lock. Words of the indices that were busy become {@link Entry#ABSENT}.
     *
     * @param indices any indices
     * @param from the first of them
     * @param count how many, at most {@link LoadGroup#SIZE}
     * @return how many were looked at: fewer if there was no room for nodes
     * @throws IllegalStateException if the array is closed
     */
    public int insert(long[] indices, int from, int count) {
        boolean plain = contents == null && writer.isSimple() && !tree.zeroBusy();
        long[] found = find(indices, from, count);
        int i = 0;
        while (i < count) {
            long index = indices[from + i];
            long place = place(found[i], index);
            int length = plain && Place.isLeaf(place) ? run(indices, from + i, from + count) : 1;
            if (length > 1 && (writer.presentIn(place) & runMask) == 0) {
                writer.putValues(place, runMask, words, i, length);
                i += length;
            } else if (writer.word(place, index) != Entry.ABSENT || (index == 0 && tree.zeroBusy())) {
                words[i++] = Entry.ABSENT;
            } else if (writer.put(place, index, words[i], content(i))) {
                i++;
            } else {
                return i;
            }
        }
        return count;
    }

    /**
     * Removes entries, and says in words what they were. Called with the lock.
     *
     * @param indices any indices
     * @param from the first of them
     * @param count how many, at most {@link LoadGroup#SIZE}
     * @throws IllegalStateException if the array is closed
     */
    public void erase(long[] indices, int from, int count) {
        long[] found = find(indices, from, count);
        boolean gone = tree.zeroBusy() || tree.isSparse(); // there a node may come as another goes
        boolean plain = !gone && writer.isSimple();
        int i = 0;
        while (i < count) {
            long index = indices[from + i];
            long place = gone ? writer.locate(index) : place(found[i], index);
            int length = plain && Place.isLeaf(place) ? run(indices, from + i, from + count) : 1;
            long any = Entry.ABSENT;
            for (int k = i; k < i + length; k++) {
                words[k] = writer.word(place, indices[from + k]);
                any |= words[k];
            }
            if (any != Entry.ABSENT) {
                long nodes = tree.nodes().inUse();
                if (length > 1) {
                    writer.removeIn(place, runMask);
                } else {
                    writer.remove(place, index);
                }
                gone |= tree.nodes().inUse() != nodes;
            }
            i += length;
        }
    }

    /** Lets go the objects of a group. */
    public void forget() {
        if (contents != null) {
            Arrays.fill(contents, null);
        }
    }

    private long[] find(long[] indices, int from, int count) {
        long head = tree.headPlain();
        tree.requireOpen(head);
        return lookup.leaves(tree, head, indices, from, count);
    }

    private long place(long leaf, long index) {
        return leaf != 0 ? leaf : writer.locate(index);
    }

    private @Nullable Object content(int i) {
        return contents == null ? null : contents[i];
    }
}
