package org.quern.xarray.recycle;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A limit of memory that several pools share. A pool takes from it before it takes a block, and gives back after: so the sum of what the pools hold never exceeds the limit.
 * What a pool held that was never closed comes back when it is unreachable.
 *
 * <p>Thread-safe: one word, changed by compare-and-set. It orders nothing but itself.
 */
public final class SharedBudget {
    private static final Cleaner CLEANER = Cleaner.create();

    private final long limit;
    private final AtomicLong used = new AtomicLong();

    /** What one pool holds of a budget. Changed by writers of that pool, who exclude each other. */
    public static final class Share {
        private final SharedBudget budget;
        private long held;

        private Share(SharedBudget budget) {
            this.budget = budget;
        }

        /** Takes bytes, or says no. */
        boolean take(long bytes) {
            long before;
            do {
                before = budget.used.get();
                if (bytes > budget.limit - before) {
                    return false;
                }
            } while (!budget.used.compareAndSet(before, before + bytes));
            held += bytes;
            return true;
        }

        /** Gives bytes back. */
        void giveBack(long bytes) {
            held -= bytes;
            budget.used.addAndGet(-bytes);
        }

        /** Gives everything back. */
        void giveAllBack() {
            giveBack(held);
        }
    }

    /**
     * A budget.
     *
     * @param limit most bytes
     */
    public SharedBudget(long limit) {
        this.limit = limit;
    }

    /** A share for a pool. */
    Share share(NodePool pool) {
        Share share = new Share(this);
        CLEANER.register(pool, share::giveAllBack);
        return share;
    }

    /**
     * The limit.
     *
     * @return bytes
     */
    public long limit() {
        return limit;
    }

    /**
     * What all pools hold.
     *
     * @return bytes, a moment ago
     */
    public long used() {
        return used.get();
    }
}
