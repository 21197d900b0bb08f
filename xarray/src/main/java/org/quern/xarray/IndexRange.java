package org.quern.xarray;

import org.quern.kapi.Operation;

/**
 * Adjacent indices, unsigned.
 *
 * @param first first index
 * @param last last index, inclusive
 */
@Operation(threads = Operation.Threads.ANY)
public record IndexRange(long first, long last) {
    /**
     * A range.
     *
     * @throws IllegalArgumentException if {@code last} is below {@code first}
     */
    public IndexRange {
        AbstractXArray.requireRange(first, last);
    }

    /**
     * How many indices.
     *
     * @return an unsigned number; 0 stands for all 2^64
     */
    public long length() {
        return last - first + 1;
    }

    /**
     * Whether an index is in it.
     *
     * @param index any index
     * @return true if it is
     */
    public boolean contains(long index) {
        return Long.compareUnsigned(index - first, last - first) <= 0;
    }

    /** As {@code 64..127}, unsigned. */
    @Override
    public String toString() {
        return Long.toUnsignedString(first) + ".." + Long.toUnsignedString(last);
    }
}
