package org.quern.padata;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.quern.padata.run.Affinity;
import org.quern.padata.run.Parker;
import org.quern.padata.run.Sleepers;

/**
 * The threads of an instance: starting, binding, ending them; and the helpers, which are workers without a thread that
 * submitting threads borrow.
 */
final class Workers {
    /** What a worker still inside a callback gets, after its interrupt, to end before it is reported. */
    private static final long GRACE_MILLIS = 100;

    private final PadataOptions.Draft options;
    private final int[] cpus;
    private final Thread[] parallelThreads;
    private final Thread[] serialThreads;
    private final @Nullable ParallelWorker[] parallelWorkers;
    private final SerialWorker[] serialWorkers;
    private final Sleepers sleepers;
    private final RunQueue runQueue;
    /**
     * Every worker that can act on a thread: parallel, serial, helpers. Copied when one is added, which needs this
     * object's lock; an array and no list, because walking it is on the way of a submission that finds the ring full.
     */
    private volatile Worker[] acting = {};
    private final Worker[] parallel;
    private final CountDownLatch started;
    private final AtomicReference<@Nullable Throwable> startFailure = new AtomicReference<>();

    Workers(PadataOptions.Draft options, CpuMask parallelCpus, @Nullable Lanes lanes) {
        this.options = options;
        cpus = parallelCpus.toArray();
        int count = options.parallelWorkers != 0 ? options.parallelWorkers : cpus.length;
        int laneCount = lanes == null ? 0 : lanes.count();
        parallel = new Worker[count];
        parallelWorkers = new ParallelWorker[count];
        parallelThreads = new Thread[count];
        serialThreads = new Thread[laneCount];
        serialWorkers = new SerialWorker[laneCount];
        started = new CountDownLatch(count + laneCount);
        Parker[] parkers = new Parker[count];
        for (int i = 0; i < count; i++) {
            int index = i;
            parallelThreads[i] = thread("parallel-" + i, () -> runParallel(index));
            parkers[i] = new Parker(parallelThreads[i]);
        }
        sleepers = new Sleepers(parkers);
        runQueue = new RunQueue(options.maxShells, sleepers);
        for (int lane = 0; lane < laneCount; lane++) {
            int index = lane;
            int cpu = lanes == null ? 0 : lanes.cpu(lane);
            serialWorkers[lane] = new SerialWorker(lane, options.maxShells);
            serialThreads[lane] = thread("serial-cpu" + cpu, () -> runSerial(index, cpu));
        }
    }

    private Thread thread(String role, Runnable body) {
        return Thread.ofPlatform().daemon().name(options.name + "-" + role).unstarted(body);
    }

    /** Starts all threads and waits until each is bound and has its context; undoes everything if one fails. */
    void start() {
        for (Thread thread : parallelThreads) {
            thread.start();
        }
        for (Thread thread : serialThreads) {
            thread.start();
        }
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
        Throwable failure = startFailure.get();
        if (failure != null) {
            stop(0);
            throw new IllegalStateException("a worker of instance " + options.name + " could not start", failure);
        }
    }

    private void runParallel(int index) {
        ParallelWorker worker = null;
        try {
            int cpu = bind(cpus[index % cpus.length]);
            worker = new ParallelWorker(addWorker(index, cpu), runQueue, sleepers);
            parallelWorkers[index] = worker;
        } catch (Throwable t) {
            startFailure.compareAndSet(null, t);
        } finally {
            started.countDown();
        }
        if (worker != null) {
            worker.loop();
        }
    }

    private void runSerial(int lane, int cpu) {
        try {
            Worker self = new Worker(Worker.SERIAL, bind(cpu), null);
            self.thread = Thread.currentThread();
            addActing(self);
        } catch (Throwable t) {
            startFailure.compareAndSet(null, t); // open() then stops this worker too, and throws
        } finally {
            started.countDown();
        }
        serialWorkers[lane].loop();
    }

    private int bind(int cpu) {
        return options.pinned && options.assumedCpus == null && Affinity.pinCurrentThread(cpu) ? cpu : -1;
    }

    private Worker addWorker(int index, int cpu) {
        Worker worker = new Worker(index, cpu, makeContext());
        worker.thread = Thread.currentThread();
        parallel[index] = worker;
        addActing(worker);
        return worker;
    }

    private synchronized void addActing(Worker worker) {
        Worker[] more = Arrays.copyOf(acting, acting.length + 1);
        more[acting.length] = worker;
        acting = more;
    }

    private @Nullable Object makeContext() {
        Supplier<?> factory = options.workerContext;
        if (factory == null) {
            return null;
        }
        Object context = factory.get();
        if (context == null) {
            throw new IllegalStateException("PadataOptions.workerContext made null");
        }
        return context;
    }

    Worker borrowHelper() {
        for (Worker worker : acting) {
            if (worker.index() == Worker.HELPER && worker.casIdle()) {
                return worker;
            }
        }
        Worker helper = new Worker(Worker.HELPER, -1, makeContext());
        addActing(helper);
        return helper;
    }

    void returnHelper(Worker helper) {
        helper.setIdleRelease();
    }

    int callbackDepth(Thread thread) {
        int depth = 0;
        for (Worker worker : acting) {
            if (thread.equals(worker.thread)) {
                depth++;
            }
        }
        return depth;
    }

    /** Ends all threads; returns the names of those that had not ended in time. */
    List<String> stop(long nanos) {
        long start = System.nanoTime();
        for (ParallelWorker worker : parallelWorkers) {
            if (worker != null) {
                worker.stop();
            }
        }
        sleepers.wakeAll();
        for (SerialWorker worker : serialWorkers) {
            worker.stop();
        }
        List<Thread> threads = new ArrayList<>(List.of(parallelThreads));
        threads.addAll(List.of(serialThreads));
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
                    return left <= 0 ? !thread.isAlive() : thread.join(java.time.Duration.ofMillis(left));
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

    int count() {
        return parallel.length;
    }

    RunQueue runQueue() {
        return runQueue;
    }

    SerialWorker serialWorker(int lane) {
        return serialWorkers[lane];
    }

    PadataStats stats(Totals totals) {
        List<Long> jobs = new ArrayList<>();
        List<Integer> pinnedTo = new ArrayList<>();
        long deepest = totals.deepestDeferred;
        for (Worker worker : parallel) {
            jobs.add(worker.jobsOpaque());
            pinnedTo.add(worker.cpu());
        }
        long inlineRuns = 0;
        for (Worker worker : acting) {
            deepest = Math.max(deepest, worker.deepestReorderingOpaque());
            inlineRuns += worker.index() == Worker.HELPER ? worker.jobsOpaque() : 0;
        }
        return new PadataStats(List.copyOf(jobs), List.copyOf(pinnedTo), inlineRuns, totals.serialised, totals.failed,
                totals.threw, totals.inFlight, deepest);
    }
}
