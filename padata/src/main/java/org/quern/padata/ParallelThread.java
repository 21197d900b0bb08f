package org.quern.padata;

import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;
import org.quern.padata.run.Parker;
import org.quern.padata.run.SpinBudget;

/** The thread of a parallel worker: binding it, making its context, running its loop, ending it. */
final class ParallelThread {
    /** Why a worker did not start. */
    static final class StartFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        StartFailure(Throwable cause) {
            super(cause);
        }
    }

    private final Workers workers;
    private final Worker worker;
    private final ParallelWorker loop;
    private final Thread thread;
    private final CountDownLatch started = new CountDownLatch(1);
    private volatile @Nullable Throwable failure;

    /** @param worker new, or that of a thread that has left its loop */
    ParallelThread(Workers workers, Worker worker) {
        this.workers = workers;
        this.worker = worker;
        loop = new ParallelWorker(worker, workers.runQueue(), workers.sleepers(), new SpinBudget(),
                workers::othersWork);
        thread = Thread.ofPlatform().daemon().name(workers.options().name + "-parallel-" + worker.index())
                .unstarted(this::run);
    }

    void start(int cpu) {
        worker.moveTo(cpu);
        if (workers.options().externalBatches > 0) {
            started.countDown(); // whoever calls is the worker: nothing to start, to wake or to wait for
            return;
        }
        workers.sleepers().set(worker.index(), new Parker(thread));
        thread.start();
    }

    private void run() {
        try {
            worker.setPinning(workers.options().pins());
            worker.bindIfMoved();
            if (!worker.hasContext()) {
                worker.setContext(workers.makeContext());
            }
        } catch (Throwable t) {
            failure = t;
        } finally {
            started.countDown();
        }
        if (failure == null) {
            loop.loop();
        } else {
            workers.startFailed(failure);
        }
    }

    void awaitStarted() {
        boolean interrupted = false;
        for (;;) {
            try {
                started.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Throwable cause = failure;
        if (cause != null) {
            throw new StartFailure(cause);
        }
    }

    /** Takes a stop back; false if this thread has ended, or ends. */
    boolean revive() {
        return failure == null && loop.revive();
    }

    void moveTo(int cpu) {
        worker.moveTo(cpu);
    }

    void stop() {
        loop.stop();
    }

    Worker worker() {
        return worker;
    }

    Thread thread() {
        return thread;
    }
}
