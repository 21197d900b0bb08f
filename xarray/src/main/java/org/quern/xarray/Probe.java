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
    private boolean reserved;
    private int tag;

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
     * @return null before the first hit, and if {@link XArray#compareAndExchange} found none
     */
    public @Nullable V value() {
        return value;
    }

    /**
     * Whether what was found is reserved. Searches pass over reserved entries: only {@link XArray#compareAndExchange} reports them.
     *
     * @return false for an object, and if there was nothing
     */
    public boolean isReserved() {
        return reserved;
    }

    /**
     * Tag of the entry found last, as it was together with the object: see {@link XArray#tagged}.
     *
     * @return 0..3; 0 for an object without a tag, and if there was nothing. {@link XArray#compareAndExchange} does not report tags
     */
    public int tag() {
        return tag;
    }

    void set(long index, V value, int tag) {
        set(index, value, false);
        this.tag = tag;
    }

    void set(long index, @Nullable V value, boolean reserved) {
        this.index = index;
        this.value = value;
        this.reserved = reserved;
        this.tag = 0;
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
