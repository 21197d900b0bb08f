package org.quern.xarray;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;

/**
 * A cursor over an {@link XArray} that may change it; see {@link AbstractWriteCursor}.
 *
 * @param <V> type of the objects
 */
@Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
        UnsupportedOperationException.class, IllegalArgumentException.class, NodeAllocationException.class,
        IllegalStateException.class})
public final class WriteCursor<V> extends AbstractWriteCursor {
    private final XArray<V> typed;

    WriteCursor(XArray<V> array, WriteScope scope, long index) {
        super(array, scope, index);
        this.typed = array;
    }

    /**
     * Content of the entry found last.
     *
     * @return null if there is none or it is reserved
     */
    @SuppressWarnings("unchecked") // only store puts objects into the array
    public @Nullable V value() {
        return (V) content();
    }

    /**
     * Tag of the entry found last, read together with the content: see {@link XArray#tagged}.
     *
     * @return 0..3; 0 for an object without a tag, and if there is none
     */
    public int tag() {
        return contentTag();
    }

    /**
     * Sets the block of the cursor's order at the index; as {@link XArray#store(long, int, Object)}. The cursor stays, and where it knows its
     * leaf nothing is walked again.
     *
     * @param value an object
     * @return the old content of the index, or null
     * @throws NullPointerException if the object is null
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws IllegalStateException if the cursor or its scope is closed or of another thread, or the array is closed
     */
    public @Nullable V store(V value) {
        check();
        Objects.requireNonNull(value, "value");
        tree.enter(); // again: what a listener throws comes out of this operation
        try {
            return blockOrder() == 0
                    ? typed.storeAt(place(), index(), value)
                    : typed.store(index(), blockOrder(), value);
        } finally {
            changed();
            tree.unlock();
        }
    }
}
