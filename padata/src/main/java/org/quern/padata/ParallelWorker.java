package org.quern.padata;

import java.util.function.BooleanSupplier;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.quern.padata.run.Idling;
import org.quern.padata.run.LoopState;
import org.quern.padata.run.Sleepers;

/**
 * The loop of a parallel worker thread: take a shell and serve it; with no shell about, join another worker that has
 * more than it can do; with nothing at all, look for a while, then sleep until signalled. Never yields: on a busy host a
 * yield costs a whole time slice.
 */
final class ParallelWorker {
    private final Worker worker;
    private final RunQueue runQueue;
    private final Sleepers sleepers;
    private final Idling idling;
    private final Function<Worker, @Nullable Served> othersWork;
    private final BooleanSupplier hasWork = this::hasWork; // made once: sleeping allocates nothing
    private final LoopState state = new LoopState();

    ParallelWorker(Worker worker, RunQueue runQueue, Sleepers sleepers, Idling idling,
            Function<Worker, @Nullable Served> othersWork) {
        this.worker = worker;
        this.runQueue = runQueue;
        this.sleepers = sleepers;
        this.idling = idling;
        this.othersWork = othersWork;
    }

    /** Ends the loop after the batch being run; the caller wakes the sleepers afterwards. */
    void stop() {
        worker.setRetired(true);
        state.stop();
    }

    /** Takes a stop back; false if it is too late and the thread ends. */
    boolean revive() {
        if (!state.revive()) {
            return false;
        }
        worker.setRetired(false);
        return true;
    }

    void loop() {
        do {
            worker.thread = Thread.currentThread();
            while (!worker.isRetired()) {
                worker.bindIfMoved();
                Served shell = runQueue.poll();
                if (shell != null) {
                    shell.serveFromQueue(worker, idling);
                } else {
                    idle();
                }
            }
            worker.thread = null; // before ENDED: then the worker may be another thread's
        } while (!state.end());
    }

    private void idle() {
        runQueue.becomeIdle();
        Served others = othersWork.apply(worker);
        while (others == null && !hasWork()) {
            if (!idling.lookAgain()) {
                idling.beforeSleep();
                sleepers.sleep(worker.index(), hasWork);
                idling.afterSleep();
                break;
            }
        }
        runQueue.noLongerIdle();
        if (others != null) {
            others.serveAsSecond(worker, idling);
        }
    }

    private boolean hasWork() {
        return worker.isRetired() || worker.hasMoved() || !runQueue.isEmpty();
    }
}
