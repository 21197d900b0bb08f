package org.quern.xarray;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;

/**
 * A cursor over an {@link XArray}; see {@link AbstractCursor}.
 *
 * @param <V> type of the objects
 */
@Operation(threads = Operation.Threads.OWNER, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
        UnsupportedOperationException.class, IllegalStateException.class})
public final class ReadCursor<V> extends AbstractCursor {
    ReadCursor(XArray<V> array, long index) {
        super(array, index);
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
}
