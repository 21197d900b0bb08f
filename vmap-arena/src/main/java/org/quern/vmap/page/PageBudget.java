package org.quern.vmap.page;

import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * A hard cap on pages, shared by an arena and its pools: what is handed out is taken from it, what is given back returns. A
 * budget may be part of another: then what it takes is taken from both.
 *
 * <p>
 * Invariant: 0 &lt;= used &lt;= limit, at every instant. Thread-safe and lock-free. It is a counter: it publishes nothing
 * else, so its read-modify-writes have no partners.
 */
public final class PageBudget {
    private final long limit;
    private final @Nullable PageBudget whole; // of which this one is a part
    private final AtomicLong used = new AtomicLong();
    private volatile long peak;

    /**
     * A budget of which nothing is used.
     *
     * @param limit pages, 0..2^63-1
     */
    public PageBudget(long limit) {
        this(limit, null);
    }

    /**
     * A part of another budget, of which nothing is used.
     *
     * @param limit pages, 0..2^63-1; more than the other one has is allowed
     * @param whole which one; null for none
     */
    public PageBudget(long limit, @Nullable PageBudget whole) {
        this.limit = limit;
        this.whole = whole;
    }

    /**
     * A budget that is never spent.
     *
     * @return a new one
     */
    public static PageBudget unlimited() {
        return new PageBudget(Long.MAX_VALUE);
    }

    /**
     * Takes pages if they are there.
     *
     * @param pages 0 or more
     * @return false, and nothing taken, if fewer are left
     */
    public boolean tryTake(long pages) {
        long u;
        do {
            u = used.get();
            if (pages > limit - u) {
                return false;
            }
        } while (!used.compareAndSet(u, u + pages));
        if (whole != null && !whole.tryTake(pages)) {
            used.addAndGet(-pages);
            return false;
        }
        if (u + pages > peak) {
            peak = u + pages; // racy, but the race is benign: of two peaks at one time the lower may stay
        }
        return true;
    }

    /**
     * Returns pages that were taken.
     *
     * @param pages 0 or more, at most what is used
     */
    public void giveBack(long pages) {
        used.addAndGet(-pages);
        if (whole != null) {
            whole.giveBack(pages);
        }
    }

    /**
     * Pages in use.
     *
     * @return 0..{@link #limit}
     */
    public long used() {
        return used.get();
    }

    /**
     * Pages that can still be taken.
     *
     * @return 0..{@link #limit}
     */
    public long left() {
        long left = limit - used.get();
        return whole == null ? left : Math.min(left, whole.left());
    }

    /**
     * The most that was ever in use, nearly: of peaks reached by two threads at once a lower one may be reported.
     *
     * @return pages
     */
    public long peak() {
        return peak;
    }

    /**
     * The cap.
     *
     * @return pages
     */
    public long limit() {
        return limit;
    }
}
