package org.quern.padata.run;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * The sleeping ones among a set of interchangeable workers, so that whoever brings work wakes exactly one.
 * <p>
 * The count is raised before a sleeper looks for work the last time and lowered by whoever ends the sleep, so "count is
 * zero", read after a full fence, means that every worker will still look (P1 of {@link Parker}).
 */
public final class Sleepers {
    /** By worker; copied when one is added, which only happens when workers are added. */
    private volatile Parker[] parkers = {};
    private final AtomicInteger sleeping = new AtomicInteger();

    /** No workers yet. */
    public Sleepers() {}

    /**
     * Adds a worker, awake, or puts a new thread in the place of one that has ended.
     *
     * @param i the worker, at most one more than the largest so far
     * @param parker its thread's
     */
    public synchronized void set(int i, Parker parker) {
        Parker[] more = Arrays.copyOf(parkers, Math.max(parkers.length, i + 1));
        more[i] = parker;
        parkers = more;
    }

    /**
     * Sleeps until woken, unless there is work. Called by worker {@code i} on its own thread.
     *
     * @param i the worker
     * @param hasWork looks for work once more, after the intention to sleep is visible
     */
    public void sleep(int i, BooleanSupplier hasWork) {
        Parker parker = parkers[i];
        parker.prepare();
        sleeping.incrementAndGet();
        if (!hasWork.getAsBoolean()) {
            parker.sleep();
        } else if (parker.cancel()) {
            sleeping.decrementAndGet();
        }
    }

    /** Wakes one sleeper, if there is one. The caller has passed a full fence since it made its work visible. */
    public void wakeOne() {
        if (sleeping.get() == 0) {
            return;
        }
        for (Parker parker : parkers) {
            if (parker.signal()) {
                sleeping.decrementAndGet();
                return;
            }
        }
    }

    /** Wakes all sleepers. */
    public void wakeAll() {
        for (Parker parker : parkers) {
            if (parker.signal()) {
                sleeping.decrementAndGet();
            }
        }
    }
}
