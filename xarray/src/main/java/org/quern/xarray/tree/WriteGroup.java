package org.quern.xarray.tree;

import java.util.Arrays;

import org.jspecify.annotations.Nullable;
import org.quern.xarray.entry.Entry;

/**
 * Changes of several indices under one hold of the lock, in the order given; the leaves of all are looked up first, as in a {@link LoadGroup}.
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
    private final @Nullable Object @Nullable [] contents;

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
        long[] found = find(indices, from, count);
        for (int i = 0; i < count; i++) {
            long index = indices[from + i];
            if (!writer.put(place(found[i], index), index, words[i], content(i))) {
                return i;
            }
        }
        return count;
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
        long[] found = find(indices, from, count);
        for (int i = 0; i < count; i++) {
            long index = indices[from + i];
            long place = place(found[i], index);
            if (writer.word(place, index) != Entry.ABSENT || (index == 0 && tree.zeroBusy())) {
                words[i] = Entry.ABSENT;
            } else if (!writer.put(place, index, words[i], content(i))) {
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
        boolean gone = tree.zeroBusy(); // there the one at 0 may come back as a node goes
        for (int i = 0; i < count; i++) {
            long index = indices[from + i];
            long place = gone ? writer.locate(index) : place(found[i], index);
            words[i] = writer.word(place, index);
            if (words[i] != Entry.ABSENT) {
                long nodes = tree.nodes().inUse();
                writer.remove(place, index);
                gone |= tree.nodes().inUse() != nodes;
            }
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
