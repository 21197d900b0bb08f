package org.quern.padata;

import java.util.function.BooleanSupplier;

import org.quern.padata.run.Sleepers;

/**
 * The loop of a parallel worker thread: take a shell, run its batches; with no shell about, spin briefly, then sleep
 * until signalled. Never yields: on a busy host a yield costs a whole time slice.
 */
final class ParallelWorker {
    /** About 2 us of looking before a sleep that costs as much again to end; useless with a single processor. */
    static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 100 : 0;

    private final Worker worker;
    private final RunQueue runQueue;
    private final Sleepers sleepers;
    private final BooleanSupplier hasWork = this::hasWork; // made once: sleeping allocates nothing
    private volatile boolean stopping;

    ParallelWorker(Worker worker, RunQueue runQueue, Sleepers sleepers) {
        this.worker = worker;
        this.runQueue = runQueue;
        this.sleepers = sleepers;
    }

    /** Ends the loop after the shell being served; the caller wakes the sleepers afterwards. */
    void stop() {
        stopping = true;
    }

    void loop() {
        int idle = 0;
        while (!stopping) {
            Shell shell = runQueue.poll();
            if (shell != null) {
                shell.serve(worker);
                idle = 0;
            } else if (idle++ < SPINS) {
                Thread.onSpinWait();
            } else {
                sleepers.sleep(worker.index(), hasWork);
                idle = 0;
            }
        }
    }

    private boolean hasWork() {
        return stopping || !runQueue.isEmpty();
    }
}
