package org.quern.xarray;

import org.quern.kapi.Operation;

/**
 * Receives the entries of an {@link XArray} until it has seen enough.
 *
 * @param <V> type of the objects
 */
@FunctionalInterface
public interface EntryPredicate<V> {
    /**
     * Takes one entry; as {@link EntryConsumer#accept}.
     *
     * @param index its index, an unsigned number
     * @param value its object
     * @return true to go on, false to end the iteration
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, faults = Operation.Faults.MAY)
    boolean test(long index, V value);
}
