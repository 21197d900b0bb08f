package org.quern.xarray;

import java.util.Arrays;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.vmap.AddressSpaceException;
import org.quern.xarray.entry.Entry;

/**
 * Many indices of an {@link XArray} at once; see {@link AbstractBatch}. Made by {@link XArray#batch()}.
 *
 * @param <V> type of the objects
 */
@Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = IllegalStateException.class)
public final class Batch<V> extends AbstractBatch {
    private static final boolean[] UNASKED = {};
    private static final Object[] NOTHING = {};

    private Object[] source = NOTHING;

    Batch(XArray<V> array) {
        super(array);
    }

    /**
     * Reads entries. Lock-free, allocates nothing, O(height) for each index.
     *
     * @param indices any indices
     * @param values receives the object at each index, or null, at the same places
     * @param count how many
     * @throws NullPointerException if an array is null
     * @throws IndexOutOfBoundsException if an array is shorter than that
     * @throws ArrayStoreException if an object is of another type than the array's elements
     * @throws IllegalStateException if the array is closed; what was read before that is in {@code values}
     */
    @Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            IndexOutOfBoundsException.class, ArrayStoreException.class, IllegalStateException.class})
    public void load(long[] indices, @Nullable V[] values, int count) {
        Objects.checkFromIndexSize(0, count, Math.min(indices.length, values.length));
        for (int from = 0; from < count; from += GROUP) {
            loads.contents(tree, indices, from, Math.min(GROUP, count - from), values);
        }
    }

    /**
     * Sets entries, in the order given. Those that are replaced keep their marks.
     *
     * @param indices any indices
     * @param values the objects, at the same places
     * @param count how many
     * @throws NullPointerException if an array or an object is null; nothing has changed
     * @throws IndexOutOfBoundsException if an array is shorter than that
     * @throws NodeAllocationException if there is no room for nodes; all before the index that it names are stored, the others are not
     * @throws AddressSpaceException if there is no address space for the first node; likewise
     * @throws IllegalStateException if the array is closed; groups before that are stored
     */
    @Operation(threads = Operation.Threads.OWNER, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IndexOutOfBoundsException.class, NodeAllocationException.class,
            AddressSpaceException.class, IllegalStateException.class})
    public void store(long[] indices, V[] values, int count) {
        require(indices, values, count);
        storeAll(indices, count);
    }

    /**
     * Sets entries where there are none, in the order given.
     *
     * @param indices any indices
     * @param values the objects, at the same places
     * @param count how many
     * @return how many were inserted; the others found an entry, reserved or not, and it stays
     * @throws NullPointerException if an array or an object is null; nothing has changed
     * @throws IndexOutOfBoundsException if an array is shorter than that
     * @throws NodeAllocationException if there is no room for nodes; all before the index that it names are done, the others are not
     * @throws AddressSpaceException if there is no address space for the first node; likewise
     * @throws IllegalStateException if the array is closed; groups before that are done
     */
    @Operation(threads = Operation.Threads.OWNER, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IndexOutOfBoundsException.class, NodeAllocationException.class,
            AddressSpaceException.class, IllegalStateException.class})
    public int insert(long[] indices, V[] values, int count) {
        require(indices, values, count);
        return insertAll(indices, count, UNASKED);
    }

    /**
     * As {@link #insert(long[], Object[], int)}, and says which.
     *
     * @param indices any indices
     * @param values the objects, at the same places
     * @param count how many
     * @param inserted receives for each whether it was inserted, at the same places; those not come to when this throws stay as they were
     * @return how many were inserted
     * @throws NullPointerException if an array or an object is null; nothing has changed
     * @throws IndexOutOfBoundsException if an array is shorter than that
     * @throws NodeAllocationException if there is no room for nodes; all before the index that it names are done, the others are not
     * @throws AddressSpaceException if there is no address space for the first node; likewise
     * @throws IllegalStateException if the array is closed; groups before that are done
     */
    @Operation(threads = Operation.Threads.OWNER, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IndexOutOfBoundsException.class, NodeAllocationException.class,
            AddressSpaceException.class, IllegalStateException.class})
    public int insert(long[] indices, V[] values, int count, boolean[] inserted) {
        require(indices, values, count);
        Objects.checkFromIndexSize(0, count, inserted.length);
        return insertAll(indices, count, inserted);
    }

    private void require(long[] indices, V[] values, int count) {
        Objects.checkFromIndexSize(0, count, Math.min(indices.length, values.length));
        for (int i = 0; i < count; i++) {
            if (values[i] == null) {
                throw new NullPointerException("values[" + i + "]");
            }
        }
        source = values;
    }

    @Override
    void fill(int from, int size) {
        Arrays.fill(writes.words(), 0, size, Entry.OBJECT);
        System.arraycopy(source, from, Objects.requireNonNull(writes.contents()), 0, size);
    }

    @Override
    void forget() {
        source = NOTHING;
    }
}
