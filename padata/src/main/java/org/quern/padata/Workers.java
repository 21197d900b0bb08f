package org.quern.padata;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.quern.padata.run.Sleepers;

/**
 * The workers of an instance: parallel ones, a serial one for each CPU of the serial mask, and the helpers, which are
 * workers without a thread that submitting threads borrow. Their number follows the masks.
 * <p>
 * {@link #prepare}, {@link #follow} and {@link #keepSerial} are called with the masks' lock held; arrays are copied when
 * they change, because walking them is on the way of a submission that finds the ring full.
 */
final class Workers {
    private static final System.Logger LOG = System.getLogger("org.quern.padata");

    private final PadataOptions.Draft options;
    private final Sleepers sleepers = new Sleepers();
    private final RunQueue runQueue;
    /** Every worker that can act on a thread: parallel, serial, helpers. */
    private volatile Worker[] acting = {};
    /** Parallel workers by number; those beyond the present count have no thread, and keep their counters. */
    private volatile ParallelThread[] parallel = {};
    /** Serial workers by CPU. */
    private volatile @Nullable SerialThread[] serial = {};
    private final List<Thread> leaving = new ArrayList<>(); // guarded by this, like every change of the two above
    private List<ExternalWorker> external = List.of(); // guarded by this
    private volatile int count;
    /** The instance is closed: a mask set afterwards is stored, and brings nobody back. */
    private volatile boolean stopped;

    Workers(PadataOptions.Draft options, Masks masks) {
        this.options = options;
        runQueue = new RunQueue(options.maxShells, sleepers);
        count = wanted(masks.epoch());
    }

    private int wanted(Epoch epoch) {
        return options.parallelWorkers != 0 ? options.parallelWorkers : epoch.parallel().size();
    }

    /** Starts all threads and waits until each is bound and has its context; undoes everything if one fails. */
    void start(Epoch epoch) {
        try {
            prepare(epoch);
            follow(epoch);
            for (ParallelThread thread : parallel) {
                thread.awaitStarted();
            }
        } catch (Throwable t) {
            stop(0);
            throw new IllegalStateException("a worker of instance " + options.name + " could not start",
                    t instanceof ParallelThread.StartFailure failure ? failure.getCause() : t);
        }
    }

    /** Makes the threads an epoch needs besides those that are there; they get no work of it yet. None once stopped. */
    synchronized void prepare(Epoch epoch) {
        if (stopped) {
            return;
        }
        int wanted = wanted(epoch);
        ParallelThread[] present = parallel;
        ParallelThread[] more = Arrays.copyOf(present, Math.max(present.length, wanted));
        int ready = present.length;
        try {
            for (int i = 0; i < wanted; i++) {
                if (i >= present.length || !present[i].revive()) {
                    Worker worker = i < present.length ? present[i].worker() : addActing(new Worker(i));
                    if (i < present.length && options.externalBatches == 0) {
                        awaitAtStop(present[i].thread()); // it has left its loop, and may not have returned yet
                    }
                    worker.setRetired(false);
                    ParallelThread thread = new ParallelThread(this, worker);
                    thread.start(cpuOf(i, epoch));
                    more[i] = thread;
                    ready = Math.max(ready, i + 1);
                }
            }
        } finally {
            parallel = Arrays.copyOf(more, ready); // those that started are ours to stop, whatever happened next
        }
        startSerial(epoch);
    }

    private void startSerial(Epoch epoch) {
        int[] cpus = epoch.lanes().mask().toArray();
        @Nullable
        SerialThread[] present = serial;
        int length = cpus.length == 0 ? 0 : cpus[cpus.length - 1] + 1;
        @Nullable
        SerialThread[] more = Arrays.copyOf(present, Math.max(present.length, length));
        for (int cpu : cpus) {
            if (more[cpu] == null) {
                SerialThread thread = new SerialThread(options, cpu);
                thread.start();
                addActing(thread.self());
                more[cpu] = thread;
                serial = more.clone();
            }
        }
    }

    /** Lets the workers follow an epoch that {@link #prepare} was called for: where they run, and how many. */
    void follow(Epoch epoch) {
        int wanted = wanted(epoch);
        count = wanted;
        runQueue.setClaimants(wanted + 1);
        ParallelThread[] threads = parallel;
        for (int i = 0; i < threads.length; i++) {
            if (i < wanted) {
                threads[i].moveTo(cpuOf(i, epoch));
            } else {
                threads[i].stop();
            }
        }
        sleepers.wakeAll();
    }

    private static int cpuOf(int index, Epoch epoch) {
        int[] cpus = epoch.parallel().toArray();
        return cpus[index % cpus.length];
    }

    /**
     * Ends the serial workers that are not needed any more: no job in flight names their CPU. Atomic against {@link #stop}:
     * each thread is either still among the serial ones, or among those that leave.
     */
    synchronized void keepSerial(IntPredicate needed) {
        @Nullable
        SerialThread[] present = serial;
        @Nullable
        SerialThread[] fewer = present.clone();
        for (int cpu = 0; cpu < present.length; cpu++) {
            SerialThread thread = present[cpu];
            if (thread != null && !needed.test(cpu)) {
                fewer[cpu] = null;
                thread.worker().stop();
                awaitAtStop(thread.thread());
            }
        }
        serial = fewer;
    }

    private synchronized void awaitAtStop(Thread thread) {
        leaving.removeIf(gone -> !gone.isAlive());
        leaving.add(thread);
    }

    private synchronized Worker addActing(Worker worker) {
        acting = Stream.concat(Arrays.stream(acting).filter(present -> !present.hasEnded()), Stream.of(worker))
                .toArray(Worker[]::new);
        return worker;
    }

    /** A worker that was to follow a change of masks has no context: the instance goes on with one worker less. */
    void startFailed(@Nullable Throwable failure) {
        LOG.log(System.Logger.Level.ERROR, "a worker of instance " + options.name + " could not start", failure);
    }

    @Nullable
    Object makeContext() {
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
        Worker helper = new Worker(Worker.HELPER);
        helper.setContext(makeContext());
        return addActing(helper);
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

    /** What another worker serves and has more of than it is doing; null if nothing. */
    @Nullable
    Served othersWork(Worker self) {
        for (ParallelThread thread : parallel) {
            Served engine = thread.worker().equals(self) ? null : thread.worker().servingVolatile();
            if (engine != null && engine.hasWork()) {
                return engine;
            }
        }
        return null;
    }

    /** Ends all threads; returns the names of those that had not ended in time. */
    List<String> stop(long nanos) {
        return ThreadEnd.await(tellAllToStop(), nanos);
    }

    /** S3: whatever a change of masks did before is seen here, and it does nothing any more afterwards. */
    private synchronized List<Thread> tellAllToStop() {
        stopped = true;
        List<Thread> threads = new ArrayList<>(leaving);
        for (ParallelThread thread : parallel) {
            thread.stop();
            if (options.externalBatches == 0) {
                threads.add(thread.thread());
            }
        }
        sleepers.wakeAll();
        for (SerialThread thread : serial) {
            if (thread != null) {
                thread.worker().stop();
                threads.add(thread.thread());
            }
        }
        return threads;
    }

    boolean isStopped() {
        return stopped;
    }

    /** The workers that have no threads; always the same objects. */
    synchronized List<ExternalWorker> external() {
        if (external.isEmpty() && options.externalBatches > 0) {
            external = Arrays.stream(parallel)
                    .map(thread -> new ExternalWorker(this, thread.worker(), options.externalBatches)).toList();
        }
        return external;
    }

    /** For tests: how many workers are on record. */
    int actingCount() {
        return acting.length;
    }

    RunQueue runQueue() {
        return runQueue;
    }

    Sleepers sleepers() {
        return sleepers;
    }

    PadataOptions.Draft options() {
        return options;
    }

    @Nullable
    SerialWorker serialWorker(int cpu) {
        @Nullable
        SerialThread[] threads = serial;
        SerialThread thread = cpu < threads.length ? threads[cpu] : null;
        return thread == null ? null : thread.worker();
    }

    PadataStats stats(Totals totals, int epochs) {
        List<Long> jobs = new ArrayList<>();
        List<Integer> pinnedTo = new ArrayList<>();
        ParallelThread[] threads = parallel;
        for (int i = 0; i < threads.length; i++) {
            jobs.add(threads[i].worker().jobsOpaque());
            if (i < count) {
                pinnedTo.add(threads[i].worker().cpu());
            }
        }
        long deepest = totals.deepestDeferred;
        long inlineRuns = 0;
        for (Worker worker : acting) {
            deepest = Math.max(deepest, worker.deepestReorderingOpaque());
            inlineRuns += worker.index() == Worker.HELPER ? worker.jobsOpaque() : 0;
        }
        return new PadataStats(List.copyOf(jobs), List.copyOf(pinnedTo), inlineRuns, totals.serialised, totals.failed,
                totals.dropped, totals.threw, totals.inFlight, deepest, totals.queueDepth, totals.reorderDepth,
                totals.headOfLineWait, epochs);
    }
}
