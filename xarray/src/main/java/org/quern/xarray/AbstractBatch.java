package org.quern.xarray;

import java.util.Objects;
import java.util.function.IntUnaryOperator;

import org.quern.kapi.Operation;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.tree.LoadGroup;
import org.quern.xarray.tree.Tree;
import org.quern.xarray.tree.WriteGroup;

/**
 * What {@link LongBatch} and {@link Batch} have in common: operations on many indices at once, in groups.
 *
 * <pre>
 *   one by one      walk, slot, walk, slot, ..              each slot in memory is waited for
 *   known leaves    where 256 slots are, then the slots     no walks, and as many are waited for at once as the processor can
 *   others          64 walks together, level by level       likewise
 * </pre>
 *
 * Leaves are known where indices are dense from 0 on, in arrays that are not sparse. A load of a random index then costs 1.4 times what it costs in a {@code long[]} at 16 million entries; at a million 1.1 to 2.7 times, more if both have the cache to themselves.
 *
 * <p>Indices may come in any order, and more than once. Values over values are written straight into their slots; adjacent or ascending indices change the books of a leaf once for all that lie in it.
 *
 * <p><b>What is one step.</b> Each index is looked up, stored, inserted or erased as by the method of the array for one: linearizable for that index, and visible when the call returns. A batch is
 * no transaction. Lookups take no lock; changes hold the writer lock for one group at a time, {@value #GROUP} indices or fewer, and others may come in between: use {@link AbstractXArray#lock}
 * around the call where the whole batch must be one step for other writers.
 *
 * <p>A batch is scratch space, 6 to 7 KiB that is used again and again: make one for each thread, it is not for several at once. It holds the array, and no objects between two calls.
 */
@Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = IllegalStateException.class)
public abstract sealed class AbstractBatch permits LongBatch, Batch {
    /** Indices that are changed under one hold of the lock. */
    public static final int GROUP = LoadGroup.MOST;

    final Tree tree;
    final LoadGroup loads = new LoadGroup();
    final WriteGroup writes;
    private final AbstractXArray array;

    AbstractBatch(AbstractXArray array) {
        this.array = array;
        this.tree = array.tree();
        this.writes = new WriteGroup(tree, array.writer(), loads);
    }

    /**
     * Removes entries and their marks, those that are reserved too.
     *
     * @param indices any indices
     * @return how many had content
     * @throws NullPointerException if the array is null
     * @throws IllegalStateException if the array is closed; the groups before that are gone
     */
    @Operation(threads = Operation.Threads.OWNER, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IllegalStateException.class})
    public int erase(long... indices) {
        return erase(indices, indices.length);
    }

    /**
     * Removes entries and their marks, those that are reserved too. Allocates no nodes.
     *
     * @param indices any indices
     * @param count how many of them
     * @return how many had content
     * @throws NullPointerException if the array is null
     * @throws IndexOutOfBoundsException if there are not so many
     * @throws IllegalStateException if the array is closed; the groups before that are gone
     */
    @Operation(threads = Operation.Threads.OWNER, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IndexOutOfBoundsException.class, IllegalStateException.class})
    public int erase(long[] indices, int count) {
        Objects.checkFromIndexSize(0, count, indices.length);
        int erased = 0;
        for (int from = 0; from < count; from += GROUP) {
            int size = Math.min(GROUP, count - from);
            tree.enter();
            try {
                writes.erase(indices, from, size);
                erased += countContents(size);
            } finally {
                writes.forget();
                tree.unlock();
            }
        }
        return erased;
    }

    private int countContents(int size) {
        int contents = 0;
        for (int i = 0; i < size; i++) {
            contents += writes.words()[i] == Entry.ABSENT || writes.words()[i] == Entry.RESERVED ? 0 : 1;
        }
        return contents;
    }

    /** Fills the words, and objects, of the group that begins somewhere. */
    abstract void fill(int from, int size);

    /** Lets go what {@link #fill} takes from. */
    abstract void forget();

    /** Stores groups; what is stored comes from {@link #fill}. */
    final void storeAll(long[] indices, int count) {
        inGroups(indices, count, from -> writes.store(indices, from, Math.min(GROUP, count - from)));
    }

    /** Inserts groups; says how many were inserted, and perhaps which. */
    final int insertAll(long[] indices, int count, boolean[] inserted) {
        int[] total = {0};
        inGroups(indices, count, from -> {
            int done = writes.insert(indices, from, Math.min(GROUP, count - from));
            for (int i = 0; i < done; i++) {
                boolean stored = writes.words()[i] != Entry.ABSENT;
                total[0] += stored ? 1 : 0;
                if (inserted.length > 0) {
                    inserted[from + i] = stored;
                }
            }
            return done;
        });
        return total[0];
    }

    private void inGroups(long[] indices, int count, IntUnaryOperator change) {
        try {
            changeGroups(indices, count, change);
        } finally {
            forget();
        }
    }

    private void changeGroups(long[] indices, int count, IntUnaryOperator change) {
        for (int from = 0; from < count; from += GROUP) {
            int size = Math.min(GROUP, count - from);
            fill(from, size);
            tree.enter();
            try {
                int done = change.applyAsInt(from);
                if (done < size) {
                    throw array.noRoom(indices[from + done]);
                }
            } finally {
                writes.forget();
                tree.unlock();
            }
        }
    }
}
