package org.quern.padata;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Waiting for threads that were told to end; those that do not are interrupted, and named if even that does not help. */
final class ThreadEnd {
    /** What a worker still inside a callback gets, after its interrupt, to end before it is reported. */
    private static final long GRACE_MILLIS = 100;

    private ThreadEnd() {}

    static List<String> await(List<Thread> all, long nanos) {
        long start = System.nanoTime();
        List<Thread> threads = new ArrayList<>(all);
        threads.removeIf(thread -> join(thread, Math.max(0, nanos - (System.nanoTime() - start)) / 1_000_000));
        threads.forEach(Thread::interrupt);
        threads.removeIf(thread -> join(thread, GRACE_MILLIS));
        return threads.stream().map(Thread::getName).toList();
    }

    private static boolean join(Thread thread, long millis) {
        boolean interrupted = Thread.interrupted();
        long end = System.nanoTime() + millis * 1_000_000;
        try {
            for (;;) {
                try {
                    long left = (end - System.nanoTime()) / 1_000_000;
                    return left <= 0 ? !thread.isAlive() : thread.join(Duration.ofMillis(left));
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
