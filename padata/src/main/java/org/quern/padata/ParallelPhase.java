package org.quern.padata;

import org.quern.padata.order.DrainWords.Outcome;

/**
 * The parallel phase of one shell: claiming batches, running them, marking them done. Called by worker threads and by
 * submitting threads that help; any number at a time.
 * <p>
 * A batch is marked done by one exchange. A job that is deferred cuts the batch: what was finished before it is marked
 * at once, the job itself becomes a unit of one that its token marks, the rest goes on as a unit of its own. So an
 * asynchronous job holds up neither its worker nor its neighbours' bookkeeping.
 */
final class ParallelPhase {
    /** Batches a worker runs from one shell before it looks at the others. */
    private static final int ROUNDS = 16;

    private final Shell shell;
    private final Ring ring;
    private final SerialPhase serialPhase;

    ParallelPhase(Shell shell, Ring ring, SerialPhase serialPhase) {
        this.shell = shell;
        this.ring = ring;
        this.serialPhase = serialPhase;
    }

    /**
     * What a worker thread does with a shell from the run queue. The shell goes back to the queue, or leaves it, before
     * anything is run: others may join while this worker is busy. Batches claimed after that need no second look: what
     * is published later is scheduled by its publisher.
     */
    void serve(Worker worker) {
        boolean drain = shell.takeDrain();
        int claimed = shell.isClosed() ? 0 : ring.claim(worker);
        shell.rescheduleOrLeave();
        if (drain) {
            serialPhase.drain(SerialPhase.INLINE_LANE);
        }
        for (int round = 1; claimed > 0; round++) {
            run(worker, claimed);
            claimed = round < ROUNDS && !shell.isClosed() ? ring.claim(worker) : 0;
        }
    }

    /**
     * What a submitting thread does that helps: one batch.
     *
     * @return false if there was nothing to claim
     */
    boolean help(Worker worker) {
        int claimed = ring.claim(worker);
        if (claimed > 0) {
            run(worker, claimed);
        }
        return claimed > 0;
    }

    private void run(Worker worker, int claimed) {
        long unit = worker.batchStart;
        long end = unit + claimed;
        for (long sequence = unit; sequence != end; sequence++) {
            if (!worker.run(shell, ring.jobPlain(sequence), sequence)) {
                if (sequence != unit) {
                    finish(worker, unit, (int) (sequence - unit));
                }
                unit = sequence + 1;
            }
        }
        worker.countJobs(claimed);
        if (unit != end) {
            finish(worker, unit, (int) (end - unit));
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
