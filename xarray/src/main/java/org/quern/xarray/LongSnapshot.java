package org.quern.xarray;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.util.Arrays;
import java.util.Objects;

import org.quern.kapi.Operation;
import org.quern.vmap.AddressSpaceException;

/**
 * What was in a {@link LongXArray} at one moment, on the heap: each entry with its first index, order and marks. Made by {@link LongXArray#snapshot}; reserved entries are not in it.
 *
 * <p>Immutable, for any number of threads. Serializable, in a form with a version; what is read is
 * checked, and refused with InvalidObjectException if no array could hold it.
 */
@Operation(threads = Operation.Threads.ANY, errors = {IndexOutOfBoundsException.class, NullPointerException.class})
public final class LongSnapshot extends AbstractSnapshot {
    @Serial
    private static final long serialVersionUID = 1;

    private long[] values = {};

    LongSnapshot(LongXArray array) {
        array.forEach((index, value) -> {
            int at = add(array, index, 0);
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
     * @return 0..2^63-1
     * @throws IndexOutOfBoundsException if there is no such entry
     */
    public long value(int at) {
        return values[at];
    }

    /**
     * Gives all entries to a consumer, ascending.
     *
     * @param consumer receives the entries
     * @throws NullPointerException if the consumer is null
     */
    public void forEach(LongEntryConsumer consumer) {
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
    public void storeTo(LongXArray array) {
        storeAll(array, at -> array.store(index(at), order(at), value(at)));
    }

    @Serial
    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        values = values.clone();
        boolean sound = true;
        for (long value : values) {
            sound &= value >= 0;
        }
        requireContents(values.length, sound);
    }
}
