package org.quern.xarray;

import org.quern.kapi.Operation;

/**
 * Receives the entries of an {@link XArray}.
 *
 * @param <V> type of the objects
 */
@FunctionalInterface
public interface EntryConsumer<V> {
    /**
     * Takes one entry. Runs in the thread that iterates, once at a time for each iteration, and holds up nobody else: no lock is held, so it may wait for
     * anything and call the array. What it throws ends the iteration and comes out of it.
     *
     * @param index its index, an unsigned number
     * @param value its object
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, faults = Operation.Faults.MAY)
    void accept(long index, V value);
}
