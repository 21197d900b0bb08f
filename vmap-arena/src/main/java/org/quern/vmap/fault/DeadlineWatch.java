package org.quern.vmap.fault;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * One daemon thread for the process that gives up fills whose time is over. It answers no fault and runs no handler: it only
 * ends what does not end by itself, so that everybody who waits gets a failure instead of waiting for ever.
 *
 * <p>
 * It sleeps an eighth of the shortest deadline, 1 ms at least and 250 ms at most, and ends when no area with a deadline is
 * left.
 */
final class DeadlineWatch {
    private static final long SHORTEST_SLEEP = 1_000_000;
    private static final long LONGEST_SLEEP = 250_000_000;
    private static final List<WeakReference<FaultEngine>> WATCHED = new ArrayList<>(); // guarded by itself
    private static @Nullable Thread thread; // guarded by WATCHED

    private DeadlineWatch() {}

    /** From now on the engine's fills are given up when their time is over, until it is closed or unreachable. */
    static void watch(FaultEngine engine) {
        synchronized (WATCHED) {
            WATCHED.add(new WeakReference<>(engine));
            if (thread == null) {
                thread = Thread.ofPlatform().daemon().name("quern-fault-deadlines").start(DeadlineWatch::run);
            } else {
                LockSupport.unpark(thread); // it may sleep for longer than the new deadline
            }
        }
    }

    private static void run() {
        while (true) {
            long sleep = LONGEST_SLEEP;
            for (FaultEngine engine : alive()) {
                engine.expire(System.nanoTime());
                sleep = Math.min(sleep, Math.max(SHORTEST_SLEEP, engine.deadlineNanos() / 8));
            }
            synchronized (WATCHED) {
                if (WATCHED.isEmpty()) {
                    thread = null;
                    return;
                }
            }
            LockSupport.parkNanos(sleep);
        }
    }

    private static List<FaultEngine> alive() {
        List<FaultEngine> engines = new ArrayList<>();
        synchronized (WATCHED) {
            WATCHED.removeIf(weak -> {
                FaultEngine engine = weak.get();
                if (engine == null || engine.isClosed()) {
                    return true;
                }
                engines.add(engine);
                return false;
            });
        }
        return engines;
    }
}
