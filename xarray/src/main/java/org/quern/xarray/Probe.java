package org.quern.xarray;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;

/**
 * Where a search of an {@link XArray} puts what it found: a reusable pair, so that searching allocates nothing. A search that finds nothing leaves it as it was.
 * A probe keeps the object it found reachable until the next hit.
 *
 * <p>Not thread-safe: callers exclude each other; as a rule each thread has its own. Neither blocks, faults nor fails.
 *
 * @param <V> type of the objects
 */
@Operation(threads = Operation.Threads.ONE_AT_A_TIME)
public final class Probe<V> {
    private long index;
    private @Nullable V value;

    /** A probe that has found nothing: index 0, value null. */
    @Operation(threads = Operation.Threads.ANY)
    public Probe() {}

    /**
     * Index of the entry found last.
     *
     * @return an unsigned number
     */
    public long index() {
        return index;
    }

    /**
     * Object of the entry found last.
     *
     * @return null before the first hit
     */
    public @Nullable V value() {
        return value;
    }

    void set(long index, V value) {
        this.index = index;
        this.value = value;
    }

    /**
     * The pair, with the index as an unsigned number.
     *
     * @return for messages
     */
    @Override
    public String toString() {
        return Long.toUnsignedString(index) + "=" + value;
    }
}
