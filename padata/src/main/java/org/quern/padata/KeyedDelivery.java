package org.quern.padata;

import java.util.concurrent.atomic.LongAdder;

import org.quern.padata.order.KeyQueue;

/**
 * The serial phases of keyed jobs: what the holder of a key's drain token does. Many keys are drained at once, each by one
 * thread.
 */
final class KeyedDelivery {
    private final KeyedEngine engine;
    private final Instance instance;
    private final LongAdder serialised = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder threw = new LongAdder();

    KeyedDelivery(KeyedEngine engine, Instance instance) {
        this.engine = engine;
        this.instance = instance;
    }

    /** Delivers until the head is not done, or the budget is used up. The caller has the token, and no more afterwards. */
    void drain(KeyQueue queue) {
        int budget = KeyedEngine.BUDGET;
        while (queue.readyOrPark()) {
            if (engine.isClosed()) {
                return; // the token is lost on purpose: nothing more will be delivered
            }
            if (budget-- == 0) {
                engine.handOver(queue);
                return;
            }
            KeyedJob job = (KeyedJob) queue.take();
            queue.leave(); // before the callback: a callback that submits finds room
            deliver(job);
        }
        if (queue.isRetired()) {
            engine.forget(queue);
        }
    }

    private void deliver(KeyedJob job) {
        Throwable failure = job.failure;
        job.failure = null;
        job.deferred = null;
        job.queue = null;
        job.setIdleRelease(); // from here on the job is its owner's
        count(failure);
        try {
            if (failure == null) {
                job.serial();
            } else {
                job.failed(failure);
            }
        } catch (Throwable t) {
            engine.report(job, t);
        }
    }

    private void count(@org.jspecify.annotations.Nullable Throwable failure) {
        serialised.increment();
        if (failure != null) {
            failed.increment();
        }
        if (failure instanceof JobDroppedException) {
            dropped.increment();
        }
        InFlightLimit limit = instance.limit();
        if (limit != null) {
            limit.release(1);
        }
    }

    void countThrown() {
        threw.increment();
    }

    void addTo(Totals totals) {
        totals.serialised += serialised.sum();
        totals.failed += failed.sum();
        totals.dropped += dropped.sum();
        totals.threw += threw.sum();
    }
}
