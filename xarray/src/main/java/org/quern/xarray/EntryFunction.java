package org.quern.xarray;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;

/**
 * Makes the new object of an entry from the old one, for {@link XArray#compute}.
 *
 * @param <V> type of the objects
 */
@FunctionalInterface
public interface EntryFunction<V> {
    /**
     * The new object. May run several times for one change, each time with what is there then: so it should do nothing but compute. What it throws comes out of the
     * operation, and nothing has changed.
     *
     * @param index the index, an unsigned number
     * @param value the object that is there, or null for none
     * @return the object to put there, or null to remove the entry
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, faults = Operation.Faults.MAY)
    @Nullable
    V apply(long index, @Nullable V value);
}
