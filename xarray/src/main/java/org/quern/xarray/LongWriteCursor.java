package org.quern.xarray;

import org.quern.kapi.Operation;
import org.quern.xarray.entry.Entry;

/**
 * A cursor over a {@link LongXArray} that may change it; see {@link AbstractWriteCursor}.
 */
@Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
        UnsupportedOperationException.class, IllegalArgumentException.class, NodeAllocationException.class,
        IllegalStateException.class})
public final class LongWriteCursor extends AbstractWriteCursor {
    private final LongXArray typed;

    LongWriteCursor(LongXArray array, WriteScope scope, long index) {
        super(array, scope, index);
        this.typed = array;
    }

    /**
     * Content of the entry found last.
     *
     * @return 0..2^63-1, or {@link LongXArray#ABSENT} if there is none or it is reserved
     */
    public long value() {
        return Entry.isValue(word()) ? Entry.toValue(word()) : LongXArray.ABSENT;
    }

    /**
     * Sets the block of the cursor's order at the index; as {@link LongXArray#store(long, int, long)}. The cursor stays, and where it knows its leaf nothing
     * is walked again.
     *
     * @param value 0..2^63-1
     * @return the old content of the index, or {@link LongXArray#ABSENT}
     * @throws IllegalArgumentException if the value is negative
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws IllegalStateException if the cursor or its scope is closed or of another thread, or the array is closed
     */
    public long store(long value) {
        check();
        LongXArray.requireValue("value", value);
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
