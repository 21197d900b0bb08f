package org.quern.xarray;

import org.quern.kapi.Operation;
import org.quern.xarray.entry.Entry;

/**
 * A cursor over a {@link LongXArray}; see {@link AbstractCursor}.
 */
@Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
        UnsupportedOperationException.class, IllegalStateException.class})
public final class LongReadCursor extends AbstractCursor {
    LongReadCursor(LongXArray array, long index) {
        super(array, index);
    }

    /**
     * Content of the entry found last.
     *
     * @return 0..2^63-1, or {@link LongXArray#ABSENT} if there is none or it is reserved
     */
    public long value() {
        return Entry.isValue(word()) ? Entry.toValue(word()) : LongXArray.ABSENT;
    }
}
