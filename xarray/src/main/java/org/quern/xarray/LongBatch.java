package org.quern.xarray;

import java.util.Objects;

import org.quern.kapi.Operation;
import org.quern.vmap.AddressSpaceException;
import org.quern.xarray.entry.Entry;

/**
 * Many indices of a {@link LongXArray} at once; see {@link AbstractBatch}. Made by {@link LongXArray#batch()}.
 */
@Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = IllegalStateException.class)
public final class LongBatch extends AbstractBatch {
    private static final boolean[] UNASKED = {};
    private static final long[] NOTHING = {};

    private long[] source = NOTHING;

    LongBatch(LongXArray array) {
        super(array);
    }

    /**
     * Reads the entries at all indices; as {@link #load(long[], long[], int)}.
     *
     * @param indices any indices
     * @param values receives the value at each index, or {@link LongXArray#ABSENT}, at the same places
     * @throws NullPointerException if an array is null
     * @throws IndexOutOfBoundsException if {@code values} is shorter than {@code indices}
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            IndexOutOfBoundsException.class, IllegalStateException.class})
    public void load(long[] indices, long[] values) {
        load(indices, values, indices.length);
    }

    /**
     * Reads entries. Lock-free, allocates nothing, O(height) for each index.
     *
     * @param indices any indices
     * @param values receives the value at each index, or {@link LongXArray#ABSENT}, at the same places
     * @param count how many
     * @throws NullPointerException if an array is null
     * @throws IndexOutOfBoundsException if an array is shorter than that
     * @throws IllegalArgumentException if {@code values} is {@code indices}
     * @throws IllegalStateException if the array is closed; what was read before that is in {@code values}
     */
    @SuppressWarnings("ReferenceEquality") // the same array, not an equal one
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            IndexOutOfBoundsException.class, IllegalArgumentException.class, IllegalStateException.class})
    public void load(long[] indices, long[] values, int count) {
        Objects.checkFromIndexSize(0, count, Math.min(indices.length, values.length));
        if (indices == values) {
            throw new IllegalArgumentException("values: must not be the array of the indices");
        }
        for (int from = 0; from < count; from += GROUP) {
            int size = Math.min(GROUP, count - from);
            int read = loads.words(tree, indices, from, size, values);
            decode(values, from, read);
            if (read < size) {
                tree.requireOpen(Entry.CLOSED);
            }
        }
    }

    /** Words become values, in a loop without branches. */
    private static void decode(long[] words, int from, int size) {
        for (int i = from; i < from + size; i++) {
            long absent = (words[i] & 1) - 1; // -1, all bits, for what is no value
            words[i] = Entry.toValue(words[i]) | absent;
        }
    }

    /**
     * Sets entries, in the order given. Those that are replaced keep their marks.
     *
     * @param indices any indices
     * @param values 0..2^63-1, at the same places
     * @param count how many
     * @throws NullPointerException if an array is null
     * @throws IndexOutOfBoundsException if an array is shorter than that
     * @throws IllegalArgumentException if a value is negative; nothing has changed
     * @throws NodeAllocationException if there is no room for nodes; all before the index that it names are stored, the others are not
     * @throws AddressSpaceException if there is no address space for the first node; likewise
     * @throws IllegalStateException if the array is closed; groups before that are stored
     */
    @Operation(threads = Operation.Threads.OWNER, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IndexOutOfBoundsException.class, IllegalArgumentException.class,
            NodeAllocationException.class, AddressSpaceException.class, IllegalStateException.class})
    public void store(long[] indices, long[] values, int count) {
        require(indices, values, count);
        storeAll(indices, count);
    }

    /**
     * Sets entries where there are none, in the order given.
     *
     * @param indices any indices
     * @param values 0..2^63-1, at the same places
     * @param count how many
     * @return how many were inserted; the others found an entry, reserved or not, and it stays
     * @throws NullPointerException if an array is null
     * @throws IndexOutOfBoundsException if an array is shorter than that
     * @throws IllegalArgumentException if a value is negative; nothing has changed
     * @throws NodeAllocationException if there is no room for nodes; all before the index that it names are done, the others are not
     * @throws AddressSpaceException if there is no address space for the first node; likewise
     * @throws IllegalStateException if the array is closed; groups before that are done
     */
    @Operation(threads = Operation.Threads.OWNER, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IndexOutOfBoundsException.class, IllegalArgumentException.class,
            NodeAllocationException.class, AddressSpaceException.class, IllegalStateException.class})
    public int insert(long[] indices, long[] values, int count) {
        require(indices, values, count);
        return insertAll(indices, count, UNASKED);
    }

    /**
     * As {@link #insert(long[], long[], int)}, and says which.
     *
     * @param indices any indices
     * @param values 0..2^63-1, at the same places
     * @param count how many
     * @param inserted receives for each whether it was inserted, at the same places; those not come to when this throws stay as they were
     * @return how many were inserted
     * @throws NullPointerException if an array is null
     * @throws IndexOutOfBoundsException if an array is shorter than that
     * @throws IllegalArgumentException if a value is negative; nothing has changed
     * @throws NodeAllocationException if there is no room for nodes; all before the index that it names are done, the others are not
     * @throws AddressSpaceException if there is no address space for the first node; likewise
     * @throws IllegalStateException if the array is closed; groups before that are done
     */
    @Operation(threads = Operation.Threads.OWNER, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IndexOutOfBoundsException.class, IllegalArgumentException.class,
            NodeAllocationException.class, AddressSpaceException.class, IllegalStateException.class})
    public int insert(long[] indices, long[] values, int count, boolean[] inserted) {
        require(indices, values, count);
        Objects.checkFromIndexSize(0, count, inserted.length);
        return insertAll(indices, count, inserted);
    }

    private void require(long[] indices, long[] values, int count) {
        Objects.checkFromIndexSize(0, count, Math.min(indices.length, values.length));
        long all = 0;
        for (int i = 0; i < count; i++) {
            all |= values[i]; // one loop without branches, and no search as long as all is well
        }
        if (all < 0) {
            throw negative(values);
        }
        source = values;
    }

    private static IllegalArgumentException negative(long... values) {
        int at = 0;
        while (values[at] >= 0) {
            at++;
        }
        return new IllegalArgumentException("values[" + at + "]=" + values[at] + ": must be 0.." + Long.MAX_VALUE);
    }

    @Override
    void fill(int from, int size) {
        long[] words = writes.words();
        long[] values = source;
        for (int i = 0; i < size; i++) {
            words[i] = Entry.value(values[from + i]);
        }
    }

    @Override
    void forget() {
        source = NOTHING;
    }
}
