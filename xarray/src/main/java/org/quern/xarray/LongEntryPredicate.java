package org.quern.xarray;

import org.quern.kapi.Operation;

/** Receives the entries of a {@link LongXArray} until it has seen enough. */
@FunctionalInterface
public interface LongEntryPredicate {
    /**
     * Takes one entry; as {@link LongEntryConsumer#accept}.
     *
     * @param index its index, an unsigned number
     * @param value its value, 0..2^63-1
     * @return true to go on, false to end the iteration
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, faults = Operation.Faults.MAY)
    boolean test(long index, long value);
}
