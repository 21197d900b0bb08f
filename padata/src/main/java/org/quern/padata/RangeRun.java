package org.quern.padata;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.quern.padata.range.Claims;

/** One run of a range job: what its threads share. */
final class RangeRun {
    private final RangeJob job;
    private final RangeBody body;
    private final Claims claims;
    private final long began = System.nanoTime();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong pieces = new AtomicLong();
    private final ReentrantLock telling = new ReentrantLock();
    private long told; // guarded by telling
    private @Nullable RangeFailedException failure; // guarded by this

    RangeRun(RangeJob job, RangeBody body, long chunk) {
        this.job = job;
        this.body = body;
        claims = new Claims(job.start, job.start + job.size, chunk);
    }

    /**
     * Handles pieces until there are none; throws nothing.
     *
     * @param caller whether this is the thread that asked for the job: its interrupt ends it
     */
    void work(boolean caller) {
        long from = Claims.NONE;
        try {
            while (!isOver(caller) && (from = claims.claim()) != Claims.NONE) {
                long end = claims.end(from);
                body.run(from, end);
                done.addAndGet(end - from);
                pieces.incrementAndGet();
                from = Claims.NONE;
                tellUnlessBusy();
            }
        } catch (Throwable thrown) {
            fail(from, thrown);
        }
    }

    private boolean isOver(boolean caller) {
        boolean over = (caller && Thread.currentThread().isInterrupted())
                || (job.nanos != Long.MAX_VALUE && System.nanoTime() - began >= job.nanos)
                || (job.cancelled != null && job.cancelled.getAsBoolean());
        if (over) {
            claims.stop();
        }
        return over;
    }

    private void tellUnlessBusy() {
        if (job.progress != null && telling.tryLock()) {
            tellAndUnlock();
        }
    }

    private void tellAndUnlock() {
        try {
            long now = done.get(); // read under the lock, so the values told ascend
            if (job.progress != null && now != told) {
                told = now;
                job.progress.accept(now);
            }
        } finally {
            telling.unlock();
        }
    }

    /** What threw was the body in the piece at {@code from}, or if that is NONE a callback of the job as a whole. */
    private synchronized void fail(long from, Throwable thrown) {
        claims.stop();
        if (failure == null) {
            failure = from == Claims.NONE
                    ? new RangeFailedException(job.start, job.start + job.size, thrown)
                    : new RangeFailedException(from, claims.end(from), thrown);
        } else {
            failure.addSuppressed(thrown);
        }
    }

    void stop() {
        claims.stop();
    }

    /** After all threads are through: throws, or says how it went. */
    RangeReport end(int threads, long chunk) {
        telling.lock();
        try {
            tellAndUnlock();
        } catch (Throwable thrown) {
            fail(Claims.NONE, thrown);
        }
        synchronized (this) {
            if (failure != null) {
                throw failure;
            }
        }
        return new RangeReport(threads, chunk, pieces.get(), done.get(), claims.cutShort());
    }
}
