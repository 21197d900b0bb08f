package org.quern.vmap.fault;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Where threads meet over pages: the lock under which the states of its pages change, the fills under way, and those who
 * wait. Pages of one run share a room; an area has up to 64, so that faults far apart do not meet.
 *
 * <p>
 * The lock is held while content is installed (1 us a page), never while a handler runs.
 */
final class FaultRoom {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Fill> running = new ArrayList<>(); // guarded by lock
    private final Map<Long, String> poison = new HashMap<>(); // guarded by lock: why a page is FAILED
    private volatile int runningCount; // written under lock; lets the watch pass by empty rooms

    void lock() {
        lock.lock();
    }

    void unlock() {
        lock.unlock();
    }

    /** Something changed that somebody may wait for. */
    void announce() {
        changed.signalAll();
    }

    /** Waits as long as something holds, looking again at each announcement; gives the lock up meanwhile. */
    void awaitWhile(BooleanSupplier holds) throws InterruptedException {
        while (holds.getAsBoolean()) {
            changed.await();
        }
    }

    void begin(Fill fill) {
        running.add(fill);
        runningCount = running.size();
    }

    void end(Fill fill) {
        running.remove(fill);
        runningCount = running.size();
    }

    /** Who fills a page that is FILLING. */
    Fill fillOf(long page) {
        for (Fill fill : running) {
            if (fill.covers(page)) {
                return fill;
            }
        }
        throw new IllegalStateException("page " + page + ": is FILLING, and nobody fills it");
    }

    boolean isIdle() {
        return runningCount == 0;
    }

    List<Fill> running() {
        return List.copyOf(running);
    }

    void poison(long page, String why) {
        poison.put(page, why);
    }

    void unpoison(long page) {
        poison.remove(page);
    }

    @Nullable
    String poisonOf(long page) {
        return poison.get(page);
    }
}
