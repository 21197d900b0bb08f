package org.quern.xarray;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.util.Arrays;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.vmap.AddressSpaceException;

/**
 * What was in an {@link XArray} at one moment, on the heap: each entry with its first index, order, marks and tag. Made by {@link XArray#snapshot}; reserved entries are not in it.
 *
 * <p>Immutable, for any number of threads. The objects themselves are shared with the array, not copied. Serializable if the objects are, in a form with a version; what is read is
 * checked, and refused with InvalidObjectException if no array could hold it.
 *
 * @param <V> type of the objects
 */
@Operation(threads = Operation.Threads.ANY, errors = {IndexOutOfBoundsException.class, NullPointerException.class})
public final class Snapshot<V> extends AbstractSnapshot {
    @Serial
    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // serializable if the objects are
    private @Nullable Object[] values = {};

    Snapshot(XArray<V> array) {
        array.tagged().forEach((index, value, tag) -> {
            int at = add(array, index, tag);
            if (at == values.length) {
                values = Arrays.copyOf(values, capacity(at));
            }
            values[at] = value;
        });
        values = Arrays.copyOf(values, trim());
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
     * Tag of an entry's object: see {@link XArray#tagged}.
     *
     * @param at which entry, 0..size-1
     * @return 0..3
     * @throws IndexOutOfBoundsException if there is no such entry
     */
    public int tag(int at) {
        return tagOf(at);
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
     * Stores all entries into an array, with orders, marks and tags, as one step for other writers; what is there under other indices stays. Takes the lock for as long as it takes.
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
        TaggedEntries<V> tagged = array.tagged();
        storeAll(array, at -> tagged.store(index(at), order(at), value(at), tag(at)));
    }

    @Serial
    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        values = values.clone();
        boolean sound = true;
        for (Object value : values) {
            sound &= value != null;
        }
        requireContents(values.length, sound);
    }
}
