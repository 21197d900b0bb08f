package org.quern.xarray;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.vmap.AddressSpaceException;

/**
 * What was in an {@link XArray} at one moment, on the heap: each entry with its first index, order and marks. Made by {@link XArray#snapshot}; reserved entries are not in it.
 *
 * <p>Immutable, for any number of threads. The objects themselves are shared with the array, not copied. Serializable if the objects are, in a form with a version; what is read is
 * checked, and refused with InvalidObjectException if no array could hold it.
 *
 * @param <V> type of the objects
 */
@Operation(threads = Operation.Threads.ANY, errors = {IndexOutOfBoundsException.class, NullPointerException.class})
public final class Snapshot<V> implements Serializable {
    @Serial
    private static final long serialVersionUID = 1;

    private final SnapshotTable table = new SnapshotTable();
    @SuppressWarnings("serial") // serializable if the objects are
    private @Nullable Object[] values = {};

    Snapshot(XArray<V> array) {
        int[] count = {0};
        array.forEach((index, value) -> {
            int at = count[0]++;
            if (at == values.length) {
                values = Arrays.copyOf(values, Math.max(16, at + (at >> 1)));
            }
            table.add(at, array, index);
            values[at] = value;
        });
        table.trim(count[0]);
        values = Arrays.copyOf(values, count[0]);
    }

    /**
     * The number of entries.
     *
     * @return 0 or more
     */
    public int size() {
        return table.size();
    }

    /**
     * First index of an entry.
     *
     * @param at which entry, 0..size-1, ascending
     * @return an unsigned number
     * @throws IndexOutOfBoundsException if there is no such entry
     */
    public long index(int at) {
        return table.index(at);
    }

    /**
     * Order of an entry.
     *
     * @param at which entry, 0..size-1
     * @return 0..63
     * @throws IndexOutOfBoundsException if there is no such entry
     */
    public int order(int at) {
        return table.order(at);
    }

    /**
     * Whether an entry has a mark.
     *
     * @param at which entry, 0..size-1
     * @param mark the mark
     * @return true if it had
     * @throws IndexOutOfBoundsException if there is no such entry
     * @throws NullPointerException if the mark is null
     */
    public boolean isMarked(int at, Mark mark) {
        return table.isMarked(at, mark);
    }

    /**
     * Content of an entry.
     *
     * @param at which entry, 0..size-1
     * @return an object
     * @throws IndexOutOfBoundsException if there is no such entry
     */
    @SuppressWarnings("unchecked") // only objects of the array are here
    public V value(int at) {
        return Objects.requireNonNull((V) values[at]);
    }

    /**
     * Gives all entries to a consumer, ascending.
     *
     * @param consumer receives the entries
     * @throws NullPointerException if the consumer is null
     */
    public void forEach(EntryConsumer<? super V> consumer) {
        Objects.requireNonNull(consumer, "consumer");
        for (int at = 0; at < size(); at++) {
            consumer.accept(index(at), value(at));
        }
    }

    /**
     * Stores all entries into an array, with orders and marks, as one step for other writers; what is there under other indices stays. Takes the lock for as long as it takes.
     *
     * @param array the array
     * @throws NullPointerException if the array is null
     * @throws UnsupportedOperationException if the array allocates and an entry is marked M0
     * @throws NodeAllocationException if there is no room for nodes; some entries may have been stored
     * @throws AddressSpaceException if there is no address space for the first node
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, UnsupportedOperationException.class, NodeAllocationException.class,
            AddressSpaceException.class, IllegalStateException.class})
    public void storeTo(XArray<V> array) {
        try (WriteScope all = array.lock()) {
            Objects.requireNonNull(all);
            for (int at = 0; at < size(); at++) {
                array.store(index(at), order(at), value(at));
                table.mark(at, array);
            }
        }
    }

    @Serial
    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        values = values.clone();
        boolean sound = values.length == table.size();
        for (Object value : values) {
            sound &= value != null;
        }
        if (!sound) {
            throw new InvalidObjectException(
                    "values=" + values.length + ", entries=" + table.size() + ": no array has such values");
        }
    }
}
