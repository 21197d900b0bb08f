package org.quern.padata;

import java.util.function.BooleanSupplier;

import org.quern.padata.run.Sleepers;
import org.quern.padata.run.SpinBudget;

/**
 * The loop of a parallel worker thread: take a shell, run its batches; with no shell about, spin briefly, then sleep
 * until signalled. Never yields: on a busy host a yield costs a whole time slice.
 */
final class ParallelWorker {
    private final Worker worker;
    private final RunQueue runQueue;
    private final Sleepers sleepers;
    private final SpinBudget spins = new SpinBudget();
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
        while (!stopping) {
            Shell shell = runQueue.poll();
            if (shell != null) {
                spins.foundWork();
                shell.serve(worker);
            } else if (spins.spinAgain()) {
                Thread.onSpinWait();
            } else {
                spins.beforeSleep();
                sleepers.sleep(worker.index(), hasWork);
                spins.afterSleep();
            }
        }
    }

    private boolean hasWork() {
        return stopping || !runQueue.isEmpty();
    }
}
