package org.quern.xarray;

import org.quern.kapi.Operation;
import org.quern.xarray.recycle.SharedBudget;

/**
 * A limit of node memory that several arrays share: give it to their configurations. Each node counts 576 bytes from when an array takes it from the system's pages until it
 * gives it up: in the tree, set aside by {@link AbstractWriteCursor#prepareRange}, or waiting for readers. An operation for which there is no room
 * throws {@link NodeAllocationException} and changes nothing; {@link XArrayConfig#maxNodeBytes} holds besides.
 *
 * <p>What an array holds comes back when it is cleared or closed, or is unreachable.
 *
 * <p>Thread-safe; nothing here blocks. Costs a compare-and-set for each node taken or given back.
 */
@Operation(threads = Operation.Threads.ANY)
public final class MemoryBudget {
    private final SharedBudget shared;

    private MemoryBudget(SharedBudget shared) {
        this.shared = shared;
    }

    /**
     * A budget of which nothing is used.
     *
     * @param bytes most bytes of all arrays together, 0 or more
     * @return the budget
     * @throws IllegalArgumentException if it is negative
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public static MemoryBudget ofBytes(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes=" + bytes + ": must be 0 or more");
        }
        return new MemoryBudget(new SharedBudget(bytes));
    }

    /**
     * The limit.
     *
     * @return bytes
     */
    public long limitBytes() {
        return shared.limit();
    }

    /**
     * What the arrays hold together.
     *
     * @return bytes, a moment ago: a multiple of 576, at most the limit
     */
    public long usedBytes() {
        return shared.used();
    }

    SharedBudget shared() {
        return shared;
    }

    /**
     * Use and limit, for logs.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return usedBytes() + " of " + limitBytes() + " bytes";
    }
}
