package org.quern.xarray;

/** Receives the entries of a {@link LongXArray}. */
@FunctionalInterface
public interface LongEntryConsumer {
    /**
     * Takes one entry.
     *
     * @param index its index, an unsigned number
     * @param value its value, 0..2^63-1
     */
    void accept(long index, long value);
}
