package org.quern.padata;

import java.util.concurrent.atomic.AtomicBoolean;

import org.quern.kapi.Operation;
import org.quern.padata.run.Idling;

/**
 * A parallel worker without a thread: whoever calls {@link #doWork} is the worker meanwhile. For applications that run
 * everything on threads of their own, with their own way of idling. See {@link PadataOptions#externalWorkers}.
 * <p>
 * Nothing here waits or sleeps, and nobody is woken when work comes: the caller looks as often as it likes. What was
 * accepted runs only while somebody calls; so do the jobs a {@code close} waits for, up to its deadline.
 */
@Operation(threads = Operation.Threads.ONE_AT_A_TIME)
public final class ExternalWorker {
    private final Workers workers;
    private final Worker worker;
    private final int batches;
    private final AtomicBoolean busy = new AtomicBoolean();
    private final Idling oneTurn = new OneTurn();
    private boolean hasContext; // guarded by busy
    private int begun;

    ExternalWorker(Workers workers, Worker worker, int batches) {
        this.workers = workers;
        this.worker = worker;
        this.batches = batches;
    }

    /** Ends a turn after so many batches, and never lingers. */
    private final class OneTurn implements Idling {
        @Override
        public boolean lookAgain() {
            return false;
        }

        @Override
        public void foundWork() {
            if (++begun >= batches) {
                worker.setRetired(true); // the engine leaves after this batch, and has the rest looked after
            }
        }

        @Override
        public void beforeSleep() {}

        @Override
        public void afterSleep() {}
    }

    /**
     * Runs a turn: some batches of one shell, of 16 jobs at most each, and the serial phases that become due. The first
     * turn makes the {@linkplain PadataOptions#workerContext context}.
     *
     * @return the number of jobs run, at least 1 if there was anything to do; 0 if there was nothing, or the instance is
     *         closed
     * @throws IllegalStateException if another thread is inside a turn of this worker, or this is a callback of one; or if
     *         the factory made a null context. What the factory throws comes through unchanged
     */
    @Operation(threads = Operation.Threads.ONE_AT_A_TIME, errors = IllegalStateException.class)
    public int doWork() {
        if (!busy.compareAndSet(false, true)) { // pairs with the release at the end: turns happen one after the other
            throw new IllegalStateException("external worker " + worker.index() + " of instance "
                    + workers.options().name + " is at work already");
        }
        worker.thread = Thread.currentThread();
        try {
            makeContext();
            begun = 0;
            worker.setRetired(false);
            return turn();
        } finally {
            worker.thread = null;
            busy.setRelease(false);
        }
    }

    private void makeContext() {
        if (!hasContext) {
            worker.setContext(workers.makeContext());
            hasContext = true;
        }
    }

    private int turn() {
        if (workers.isStopped()) {
            return 0;
        }
        long before = worker.jobsOpaque();
        Served found = workers.runQueue().poll();
        if (found != null) {
            found.serveFromQueue(worker, oneTurn);
        } else {
            found = workers.othersWork(worker);
            if (found == null) {
                return 0;
            }
            found.serveAsSecond(worker, oneTurn);
        }
        return (int) Math.max(1, worker.jobsOpaque() - before);
    }

    /**
     * The number of this worker, as in {@link Worker#index}.
     *
     * @return 0 to workers-1
     */
    @Operation(threads = Operation.Threads.ANY)
    public int index() {
        return worker.index();
    }

    /**
     * The label of the instance.
     *
     * @return the name
     */
    @Operation(threads = Operation.Threads.ANY)
    public String instanceName() {
        return workers.options().name;
    }
}
