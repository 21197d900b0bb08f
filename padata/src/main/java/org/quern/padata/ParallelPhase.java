package org.quern.padata;

import java.util.concurrent.CancellationException;

import org.quern.padata.order.DrainWords.Outcome;
import org.quern.padata.order.RingCursors;
import org.quern.padata.run.Idling;

/**
 * The parallel phase of one shell: claiming batches, running them, marking them done. Called by worker threads and by
 * submitting threads that help; any number at a time.
 * <p>
 * A batch is marked done by one exchange. A job that is deferred cuts the batch: what was finished before it is marked
 * at once, the job itself becomes a unit of one that its token marks, the rest goes on as a unit of its own. So an
 * asynchronous job holds up neither its worker nor its neighbours' bookkeeping.
 */
final class ParallelPhase {
    /** Batches a worker runs from one shell, while others wait, before it looks at those. */
    private static final int ROUNDS = 16;

    private final RingEngine engine;
    private final Ring ring;
    private final SerialPhase serialPhase;
    private final Scheduling scheduling;
    private final RunQueue runQueue;
    private final boolean recording;

    ParallelPhase(RingEngine engine, Ring ring, SerialPhase serialPhase, Scheduling scheduling, RunQueue runQueue) {
        this.engine = engine;
        this.ring = ring;
        this.serialPhase = serialPhase;
        this.scheduling = scheduling;
        this.runQueue = runQueue;
        recording = engine.instance().options().recordJobs;
    }

    /**
     * What a worker thread does with a shell it has entered: everything there is, then it lingers a little, since leaving
     * and coming back costs more than looking; until another shell waits.
     */
    void serve(Worker worker, Idling idling) {
        worker.setServingVolatile(engine);
        int rounds = 0;
        while (!worker.isRetired()) {
            if (scheduling.takeDrain()) {
                serialPhase.drain(SerialPhase.INLINE_LANE);
            }
            int claimed = engine.isClosed() ? 0 : ring.claim(worker, runQueue.claimants());
            if (claimed > 0) {
                idling.foundWork();
                scheduling.inviteOthers();
                run(worker, claimed);
                if (++rounds >= ROUNDS && !runQueue.isEmpty()) {
                    break;
                }
            } else if (!scheduling.isDrainPending()
                    && (!runQueue.isEmpty() || engine.isClosed() || !idling.lookAgain())) {
                break;
            }
        }
        worker.setServingVolatile(null);
        scheduling.leave();
    }

    /**
     * What a submitting thread does that helps: one batch.
     *
     * @return false if there was nothing to claim
     */
    boolean help(Worker worker) {
        int claimed = ring.claim(worker, runQueue.claimants());
        if (claimed > 0) {
            worker.setServingPlain(engine);
            run(worker, claimed);
            worker.setServingPlain(null);
        }
        return claimed > 0;
    }

    /** Gives the oldest waiting job up, in its place in the order; runs no callback. */
    void dropOldest() {
        RingCursors cursors = ring.cursors;
        long claim = cursors.claimVolatile();
        if (!ring.hasClaimable() || !cursors.casClaim(claim, 1)) {
            return; // nothing waits any more, or a worker was faster: either way there is room
        }
        Job job = ring.jobPlain(claim);
        if (job.failure == null && !Ring.isVoid(job)) {
            job.failure = JobDroppedException.OLDEST;
        }
        if (ring.words.complete(claim, 1) == Outcome.TOKEN) {
            serialPhase.handOver(claim);
        }
    }

    private void run(Worker worker, int claimed) {
        long unit = worker.batchStart;
        long end = unit + claimed;
        if (engine.isCancelling()) {
            cancel(unit, end);
        }
        worker.setInParallel(true);
        for (long sequence = unit; sequence != end; sequence++) {
            Job job = ring.jobPlain(sequence);
            boolean done = recording
                    ? JobPhaseEvent.Parallel.run(worker, engine, job, sequence)
                    : worker.run(engine, job, sequence);
            if (!done) {
                worker.setInParallel(false);
                if (sequence != unit) {
                    finish(worker, unit, (int) (sequence - unit));
                }
                unit = sequence + 1;
                worker.setInParallel(true);
            }
        }
        worker.setInParallel(false);
        worker.countJobs(claimed);
        if (unit != end) {
            finish(worker, unit, (int) (end - unit));
        }
    }

    private void cancel(long from, long end) {
        for (long sequence = from; sequence != end; sequence++) {
            Job job = ring.jobPlain(sequence);
            if (job.failure == null && !Ring.isVoid(job)) {
                job.failure = new CancellationException("shell " + engine.shell().name() + " was closed");
            }
        }
    }

    private void finish(Worker worker, long unit, int jobs) {
        Outcome outcome = ring.words.complete(unit, jobs);
        if (outcome == Outcome.TOKEN) {
            serialPhase.begin();
        } else {
            worker.countReordering(unit - ring.cursors.headVolatile());
        }
    }
}
