package org.quern.xarray;

import org.quern.kapi.Operation;

/**
 * Where a search of a {@link LongXArray} puts what it found: a reusable pair, so that searching allocates nothing. A search that finds nothing leaves it as it was.
 *
 * <p>Not thread-safe: callers exclude each other; as a rule each thread has its own. Neither blocks, faults nor fails.
 */
@Operation(threads = Operation.Threads.ONE_AT_A_TIME)
public final class LongProbe {
    private long index;
    private long value = LongXArray.ABSENT;

    /** A probe that has found nothing: index 0, value {@link LongXArray#ABSENT}. */
    @Operation(threads = Operation.Threads.ANY)
    public LongProbe() {}

    /**
     * Index of the entry found last.
     *
     * @return an unsigned number
     */
    public long index() {
        return index;
    }

    /**
     * Value of the entry found last.
     *
     * @return 0..2^63-1, or {@link LongXArray#ABSENT} before the first hit
     */
    public long value() {
        return value;
    }

    void set(long index, long value) {
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
