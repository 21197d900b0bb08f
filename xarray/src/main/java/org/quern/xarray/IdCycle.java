package org.quern.xarray;

import org.quern.kapi.Operation;

/**
 * Identifiers of an {@link IdAllocator} in a cycle: 1, 2, 3, .., and after the end whatever is free from the beginning. Made by {@link IdAllocator#cycle}.
 *
 * <p>The place in the cycle is changed under this object's own monitor, so any number of threads may share one; the identifier itself is taken under the allocator's
 * lock. A call that finds nothing free leaves the place alone.
 */
@Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the cycle's monitor, allocator lock")
public final class IdCycle {
    private final IdAllocator ids;
    private final long min;
    private final long max;
    private long next;
    private boolean wrapped;
    private boolean startsAgain;

    IdCycle(IdAllocator ids, long min, long max) {
        this.ids = ids;
        this.min = min;
        this.max = max;
        next = min;
    }

    /**
     * Takes the first free identifier at or after the place in the cycle, from the beginning if there is none up to the end.
     *
     * @return it, or {@link IdAllocator#NONE} if none of the whole range is free
     */
    public synchronized long allocate() {
        long start = next;
        long id = ids.allocateFrom(start, min, max);
        if (id != IdAllocator.NONE) {
            wrapped = id < start || startsAgain;
            startsAgain = id == max;
            next = startsAgain ? min : id + 1;
        }
        return id;
    }

    /**
     * Whether the last identifier handed out began a new round. Information, no error.
     *
     * @return true if the one before it was greater, or the greatest of all
     */
    public synchronized boolean wrapped() {
        return wrapped;
    }
}
