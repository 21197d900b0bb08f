package org.quern.xarray;

/**
 * Receives the entries of an {@link XArray}.
 *
 * @param <V> type of the objects
 */
@FunctionalInterface
public interface EntryConsumer<V> {
    /**
     * Takes one entry.
     *
     * @param index its index, an unsigned number
     * @param value its object
     */
    void accept(long index, V value);
}
