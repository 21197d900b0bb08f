package org.quern.xarray;

import org.quern.kapi.Operation;

/**
 * Receives the entries of an {@link XArray} with their tags.
 *
 * @param <V> type of the objects
 */
@FunctionalInterface
public interface TaggedEntryConsumer<V> {
    /**
     * Takes one entry. Runs in the thread that iterates; no lock is held, so it may wait for anything and call the array. What it throws ends the iteration and
     * comes out of it.
     *
     * @param index its index, an unsigned number
     * @param value its object
     * @param tag its tag as it was together with the object, 0..3
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, faults = Operation.Faults.MAY)
    void accept(long index, V value, int tag);
}
