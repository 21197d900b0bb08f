package org.quern.vmap.fault;

import java.util.concurrent.atomic.LongAdder;

/** What an area's engine has done. Counters: they publish nothing, each is right when nothing is under way. */
public final class FaultCounters {
    private final LongAdder present = new LongAdder();
    private final LongAdder fills = new LongAdder();
    private final LongAdder filledPages = new LongAdder();
    private final LongAdder waits = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final LongAdder timeouts = new LongAdder();
    private final LongAdder discardedPages = new LongAdder();

    FaultCounters() {}

    void published(int pages) {
        fills.increment();
        filledPages.add(pages);
        present.add(pages);
    }

    void waited() {
        waits.increment();
    }

    void failed() {
        failures.increment();
    }

    void retried() {
        retries.increment();
    }

    void timedOut() {
        timeouts.increment();
    }

    void beganDiscard(long pages) {
        present.add(-pages);
    }

    void gaveUpDiscard(long pages) {
        present.add(pages);
    }

    void discarded(long pages) {
        discardedPages.add(pages);
    }

    /**
     * Pages in memory.
     *
     * @return 0 or more
     */
    public long present() {
        return present.sum();
    }

    /**
     * Fills that were published.
     *
     * @return 0 or more
     */
    public long fills() {
        return fills.sum();
    }

    /**
     * Pages that they brought.
     *
     * @return 0 or more
     */
    public long filledPages() {
        return filledPages.sum();
    }

    /**
     * How often a thread waited for the fill of another, or for content that comes later.
     *
     * @return 0 or more
     */
    public long waits() {
        return waits.sum();
    }

    /**
     * Fills that failed.
     *
     * @return 0 or more
     */
    public long failures() {
        return failures.sum();
    }

    /**
     * Further attempts after a failed one.
     *
     * @return 0 or more
     */
    public long retries() {
        return retries.sum();
    }

    /**
     * Fills given up because their time was over.
     *
     * @return 0 or more
     */
    public long timeouts() {
        return timeouts.sum();
    }

    /**
     * Pages given back.
     *
     * @return 0 or more
     */
    public long discardedPages() {
        return discardedPages.sum();
    }
}
