package org.quern.padata.range;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The pieces of one running range job: claimed one after the other by whoever comes, each once.
 * <p>
 * {@code next} is the first unit nobody has claimed. It only grows; a compare-and-set moves it over one piece. It publishes
 * nothing but itself: what a body needs was handed to its thread before (start of the helper), what it made is handed back by
 * the end of the helper. Once stopped, no piece is given out; pieces already given out run to their end.
 */
public final class Claims {
    /** Nothing left to claim. */
    public static final long NONE = -1;

    private final long limit;
    private final long chunk;
    private final AtomicLong next;
    private volatile boolean stopped;

    /**
     * All of a range, unclaimed.
     *
     * @param start 0 or more
     * @param limit end, exclusive; more than start
     * @param chunk from {@link RangeArithmetic#chunk}
     */
    public Claims(long start, long limit, long chunk) {
        this.limit = limit;
        this.chunk = chunk;
        this.next = new AtomicLong(start);
    }

    /**
     * Claims a piece.
     *
     * @return its first unit, or {@link #NONE}
     */
    public long claim() {
        for (;;) {
            long from = next.get();
            if (stopped || from == limit) {
                return NONE;
            }
            if (next.compareAndSet(from, end(from))) { // exactly one wins; pairs with the same operation of the others
                return from;
            }
        }
    }

    /**
     * Where a claimed piece ends.
     *
     * @param from its first unit
     * @return its end, exclusive
     */
    public long end(long from) {
        return RangeArithmetic.pieceEnd(from, limit, chunk);
    }

    /** No piece is given out any more. */
    public void stop() {
        stopped = true;
    }

    /**
     * Whether pieces were left unclaimed.
     *
     * @return true if the range was not claimed to its end
     */
    public boolean cutShort() {
        return next.get() != limit;
    }
}
