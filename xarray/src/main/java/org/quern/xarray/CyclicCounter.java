package org.quern.xarray;

import org.quern.kapi.Operation;

/**
 * Where cyclic allocation goes on: after the id handed out last, so that an id given back is not reused at once. Says whether the last allocation has come
 * round: because nothing was free up to the limit, or because the counter itself had come to its end before.
 *
 * <p>Used with one array at a time; the array's lock protects it, so several threads may allocate with the same counter. Reading it meanwhile gives some recent
 * state.
 */
@Operation(threads = Operation.Threads.ANY)
public final class CyclicCounter {
    private static final long MASK_32 = 0xffff_ffffL;

    private final long mask;
    private volatile long next;
    private volatile boolean wrapped;
    private volatile boolean overflowed;

    private CyclicCounter(long mask) {
        this.mask = mask;
    }

    /**
     * A counter that begins at the limit's lowest id and counts to 2^63-1.
     *
     * @return the counter
     */
    public static CyclicCounter create() {
        return new CyclicCounter(Long.MAX_VALUE);
    }

    /**
     * A counter that begins at the limit's lowest id and counts to 2^32-1, then begins again at 0.
     *
     * @return the counter
     */
    public static CyclicCounter of32Bits() {
        return new CyclicCounter(MASK_32);
    }

    /**
     * Where the next allocation begins to look, unless the limit is higher.
     *
     * @return 0..2^63-1
     */
    public long next() {
        return next;
    }

    /**
     * Whether the last allocation with this counter that succeeded has come round.
     *
     * @return false before the first
     */
    public boolean wrapped() {
        return wrapped;
    }

    /**
     * Goes on elsewhere. Whether the counter has come to its end is kept, and reported by the next allocation.
     *
     * @param id where to begin to look
     * @throws IllegalArgumentException if it is negative or beyond the counter's end
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public void moveTo(long id) {
        if (id < 0 || id > mask) {
            throw new IllegalArgumentException("id=" + id + ": must be 0.." + mask);
        }
        next = id;
    }

    /** An id was handed out, after a new beginning or not. */
    void handedOut(long id, boolean restarted) {
        wrapped = restarted || overflowed;
        if (!restarted) {
            overflowed = false;
        }
        next = (id + 1) & mask;
        overflowed |= next == 0;
    }
}
