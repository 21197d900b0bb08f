package org.quern.xarray;

import org.quern.kapi.Operation;

/** Receives the entries of a {@link LongXArray}. */
@FunctionalInterface
public interface LongEntryConsumer {
    /**
     * Takes one entry. Runs in the thread that iterates, once at a time for each iteration, and holds up nobody else: no lock is held, so it may wait for
     * anything and call the array. What it throws ends the iteration and comes out of it.
     *
     * @param index its index, an unsigned number
     * @param value its value, 0..2^63-1
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, faults = Operation.Faults.MAY)
    void accept(long index, long value);
}
