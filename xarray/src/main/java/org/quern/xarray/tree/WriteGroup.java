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
 *   alone in its leaf                   by {@link LeafWriter}, unless it refuses
 *   anything else                       one by one, by {@link Writer}
 * </pre>
 *
 * The first three are for values in arrays whose entries have one index each, where changing a slot concerns no other. Readers see each store when it is made; the exchange that gives the lock back is the fence
 * for all of them.
 *
 * <p><b>What was looked up stays right</b> as long as no node goes: storing and inserting single entries adds nodes and removes none, so a leaf stays a leaf, and an index that had
 * none is looked up again at its turn. Erasing may remove the leaf of a later index: from the first time that nodes have gone, each index is looked up at its turn.
 *
 * <p>Words and objects of the group go in by {@link #words} and {@link #contents}. Scratch space of one thread.
 */
public final class WriteGroup {
    private final LoadGroup lookup;
    private final Tree tree;
    private final Writer writer;
    private final LeafWriter leaves;
    private final long[] words = new long[LoadGroup.MOST];
    private final @Nullable Object @Nullable [] contents;
    private long runMask;

    /**
     * Scratch space.
     *
     * @param tree the tree
     * @param writer its writer
     * @param lookup more scratch space of the same thread
     */
    public WriteGroup(Tree tree, Writer writer, LoadGroup lookup) {
        this.lookup = lookup;
        this.tree = tree;
        this.writer = writer;
        this.leaves = tree.lock();
        this.contents = tree.mirror() == null ? null : new Object[LoadGroup.MOST];
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
     * @param count how many, at most {@link LoadGroup#MOST}
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
        int i = plain ? putLone(found, indices, from, 0, count) : 0;
        while (i < count) {
            int stored = storeSome(plain, found[i], indices, from, i, count);
            if (stored == 0) {
                return i;
            }
            i = plain ? putLone(found, indices, from, i + stored, count) : i + stored;
        }
        return count;
    }

    /** Sets the next entry, or all of the next run; how many, 0 if there was no room. */
    private int storeSome(boolean plain, long leaf, long[] indices, int from, int i, int count) {
        long index = indices[from + i];
        long place = place(leaf, index);
        int length = plain && Place.isLeaf(place) ? run(indices, from + i, from + count) : 1;
        if (length > 1 && writer.holdsValues(place)) {
            writer.putValues(place, runMask, words, i, length);
            return length;
        }
        return writer.put(place, index, words[i], content(i)) ? 1 : 0;
    }

    /** Sets values that are alone in their leaf, as long as that is all there is to do; where it stops. */
    private int putLone(long[] found, long[] indices, int from, int first, int count) {
        long base = tree.basePlain();
        int i = first;
        while (i < count && found[i] != 0 && isAlone(indices, from + i, from + count)
                && leaves.put(base + found[i], Geometry.leafSlot(indices[from + i]), words[i]) != LeafWriter.REFUSED) {
            i++;
        }
        return i;
    }

    /** Whether each index is the one after the one before. */
    private static boolean adjacent(long[] indices, int from, int count) {
        long first = indices[from];
        for (int i = 1; i < count; i++) {
            if (indices[from + i] != first + i) {
                return false;
            }
        }
        return true;
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
        long[] at = lookup.slots(tree, indices, from, count);
        if (at == null) {
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
     * @param count how many, at most {@link LoadGroup#MOST}
     * @return how many were looked at: fewer if there was no room for nodes
     * @throws IllegalStateException if the array is closed
     */
    public int insert(long[] indices, int from, int count) {
        boolean plain = contents == null && writer.isSimple() && !tree.zeroBusy();
        long[] found = find(indices, from, count);
        int i = plain ? insertLone(found, indices, from, 0, count) : 0;
        while (i < count) {
            int looked = insertSome(plain, found[i], indices, from, i, count);
            if (looked == 0) {
                return i;
            }
            i = plain ? insertLone(found, indices, from, i + looked, count) : i + looked;
        }
        return count;
    }

    /** Looks at the next entry, or at all of the next run; how many, 0 if there was no room. */
    private int insertSome(boolean plain, long leaf, long[] indices, int from, int i, int count) {
        long index = indices[from + i];
        long place = place(leaf, index);
        int length = plain && Place.isLeaf(place) ? run(indices, from + i, from + count) : 1;
        if (length > 1 && (writer.presentIn(place) & runMask) == 0) {
            writer.putValues(place, runMask, words, i, length);
            return length;
        }
        if (writer.word(place, index) != Entry.ABSENT || (index == 0 && tree.zeroBusy())) {
            words[i] = Entry.ABSENT;
            return 1;
        }
        return writer.put(place, index, words[i], content(i)) ? 1 : 0;
    }

    /** Inserts values that are alone in their leaf, likewise. */
    private int insertLone(long[] found, long[] indices, int from, int first, int count) {
        long base = tree.basePlain();
        int i = first;
        while (i < count && found[i] != 0 && isAlone(indices, from + i, from + count)) {
            int slot = Geometry.leafSlot(indices[from + i]);
            if (NodeAccess.slotPlain(base + found[i], slot) != Entry.ABSENT) {
                words[i] = Entry.ABSENT;
            } else if (leaves.put(base + found[i], slot, words[i]) == LeafWriter.REFUSED) {
                return i;
            }
            i++;
        }
        return i;
    }

    /**
     * Removes entries, and says in words what they were. Called with the lock.
     *
     * @param indices any indices
     * @param from the first of them
     * @param count how many, at most {@link LoadGroup#MOST}
     * @throws IllegalStateException if the array is closed
     */
    public void erase(long[] indices, int from, int count) {
        long[] found = find(indices, from, count);
        boolean gone = tree.zeroBusy() || tree.isSparse(); // there a node may come as another goes
        boolean plain = !gone && writer.isSimple();
        boolean lone = plain && contents == null;
        int i = lone ? removeLone(found, indices, from, 0, count) : 0;
        while (i < count) {
            long nodes = tree.nodes().inUse();
            i += eraseSome(plain, gone ? 0 : found[i], indices, from, i, count);
            gone |= tree.nodes().inUse() != nodes;
            i = lone && !gone ? removeLone(found, indices, from, i, count) : i;
        }
    }

    /** Removes the next entry, or all of the next run; how many. */
    private int eraseSome(boolean plain, long leaf, long[] indices, int from, int i, int count) {
        long index = indices[from + i];
        long place = place(leaf, index);
        int length = plain && Place.isLeaf(place) ? run(indices, from + i, from + count) : 1;
        long any = Entry.ABSENT;
        for (int k = i; k < i + length; k++) {
            words[k] = writer.word(place, indices[from + k]);
            any |= words[k];
        }
        if (any != Entry.ABSENT && length > 1) {
            writer.removeIn(place, runMask);
        } else if (any != Entry.ABSENT) {
            writer.remove(place, index);
        }
        return length;
    }

    /** Removes values that are alone in their leaf, likewise. */
    private int removeLone(long[] found, long[] indices, int from, int first, int count) {
        int i = first;
        while (i < count && found[i] != 0 && isAlone(indices, from + i, from + count)) {
            long word = leaves.remove(found[i], Geometry.leafSlot(indices[from + i]));
            if (word == LeafWriter.REFUSED) {
                return i;
            }
            words[i++] = word;
        }
        return i;
    }

    /** Whether the index after one lies in another leaf. */
    private static boolean isAlone(long[] indices, int at, int end) {
        return at + 1 == end || (indices[at] ^ indices[at + 1]) >>> Geometry.DIGIT_BITS != 0;
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
