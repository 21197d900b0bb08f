package org.quern.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;
import org.quern.padata.order.KeyQueue;
import org.quern.padata.order.KeyQueue.Entry;
import org.quern.padata.run.AsymmetricFence;
import org.quern.padata.run.Idling;

/**
 * Order per key, after WireGuard's queues: a job stands in the ordered queue of its key and in one work ring for all.
 * <pre>
 *     submit --&gt; queue of its key  [ . | . | . ]      whoever finishes its head delivers: serial, serial, ...
 *         \                                                                    ^
 *          +---&gt; work ring [ . . . . . . ] --&gt; any worker: parallel --finish--+
 *                  full: dead, finished by the submitter; flows through its key's queue to failed()
 * </pre>
 * Y1: a job accepted is in the queue of its key before it is in the work ring, so it has a place in the order before
 * anybody can finish it. Y2: a queue with the drain token stands in {@code ready} at most once. Y3: whoever pauses or
 * closes stores that first, passes the heavy fence, then waits until nobody is between the look at the state and the
 * queue: {@code entered} and {@code left} agree.
 */
final class KeyedEngine implements Served {
    /** How many jobs of a key are delivered before other work gets its turn. */
    static final int BUDGET = 64;
    /** How many jobs a worker runs from here, while shells wait, before it looks at those. */
    private static final int ROUNDS = 256;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(KeyedEngine.class, "state", State.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Instance instance;
    private final String name;
    /** For failure handlers. */
    private final KeyedShell<?> shell;
    private final int jobsOfAKey;
    private final ConcurrentHashMap<Object, KeyQueue> keys = new ConcurrentHashMap<>();
    private final MpmcVarHandleArrayQueue<KeyedJob> work;
    /** Queues whose drain token waits for a worker. Allocates, but rarely: budgets used up and foreign completions. */
    private final ConcurrentLinkedQueue<KeyQueue> ready = new ConcurrentLinkedQueue<>();
    private final Scheduling scheduling;
    private final KeyedDelivery delivery;
    private final KeyedCloser closer;
    private final LongAdder entered = new LongAdder();
    private final LongAdder left = new LongAdder();
    private volatile State state = State.RUNNING;
    private volatile boolean cancelling;

    KeyedEngine(Instance instance, KeyedShellOptions options, int number) {
        this.instance = instance;
        name = options.name != null ? options.name : instance.options().name + "-keyed-" + number;
        shell = new KeyedShell<>(instance, this);
        jobsOfAKey = options.jobsOfAKey;
        work = new MpmcVarHandleArrayQueue<>(options.jobsWaiting);
        scheduling = new Scheduling(this, instance.runQueue());
        delivery = new KeyedDelivery(this, instance);
        closer = new KeyedCloser(this, keys);
    }

    // ---- submitting ----

    SubmitResult submit(Object key, KeyedJob job) {
        Objects.requireNonNull(key, "key");
        if (!job.casTaken()) {
            throw new IllegalStateException("job=" + job.getClass().getName() + " is in flight: it may be submitted to "
                    + name + " again when its serial phase has been entered");
        }
        SubmitResult outcome;
        do {
            outcome = tryTo(key, job);
        } while (outcome == null && awaitMasks());
        if (outcome == null || outcome == SubmitResult.FULL) {
            job.setIdleRelease();
        }
        return outcome == null ? SubmitResult.STOPPED : outcome;
    }

    /** Null if the gate is shut; then the job is still the caller's. */
    private @Nullable SubmitResult tryTo(Object key, KeyedJob job) {
        entered.increment(); // a full fence; then the look: Y3
        try {
            if (!isRunning() || !instance.isOpen()) {
                return null;
            }
            SubmitResult refusal = takeRoom(key, job);
            return refusal != null ? refusal : append(job);
        } finally {
            left.increment();
        }
    }

    /** Waits, outside of what the change of masks waits for, until masks are not being replaced any more; false if stopped. */
    private boolean awaitMasks() {
        return isRunning() && instance.masks().refusal(true, 0, true) == null;
    }

    /** Makes the job its key's; null if there was room. */
    private @Nullable SubmitResult takeRoom(Object key, KeyedJob job) {
        InFlightLimit limit = instance.limit();
        if (limit != null && !limit.tryTake()) {
            return SubmitResult.FULL;
        }
        for (;;) {
            KeyQueue queue = keys.computeIfAbsent(key, KeyQueue::new);
            Entry entry = queue.tryEnter(jobsOfAKey);
            if (entry == Entry.ENTERED) {
                job.queue = queue;
                return null;
            }
            if (entry == Entry.FULL) {
                if (limit != null) {
                    limit.release(1);
                }
                return SubmitResult.FULL;
            }
            keys.remove(key, queue); // its retirer is about to
        }
    }

    private SubmitResult append(KeyedJob job) {
        KeyQueue queue = Objects.requireNonNull(job.queue);
        job.setTicketRelease(++job.life);
        if (queue.append(job.link)) {
            drainLater(queue); // parks the token at once, unless a job is done whose successor was missing
        }
        if (work.offer(job)) {
            AsymmetricFence.light(); // pairs with the heavy fences of Scheduling
            scheduling.announce();
            return SubmitResult.ACCEPTED;
        }
        job.failure = JobDroppedException.NEWEST; // dead: it flows through the queue of its key
        finish(job);
        return SubmitResult.DROPPED;
    }

    /** Marks a job done by a thread that delivers nothing. */
    private void finish(KeyedJob job) {
        KeyQueue queue = Objects.requireNonNull(job.queue); // read before: afterwards the job is its owner's
        if (queue.finish(job.link)) {
            drainLater(queue);
        }
    }

    /** For a holder of a queue's token that runs no callbacks. */
    private void drainLater(KeyQueue queue) {
        if (queue.readyOrPark()) {
            handOver(queue);
        } else if (queue.isRetired()) {
            forget(queue);
        }
    }

    /** Leaves a queue with its token for the next worker that comes. */
    void handOver(KeyQueue queue) {
        if (!isClosed()) {
            ready.add(queue);
            VarHandle.fullFence(); // the queue before the look for a worker; pairs with the heavy fences of Scheduling
            scheduling.announce();
        }
    }

    /** No job of the key is in flight: its state goes. */
    void forget(KeyQueue queue) {
        keys.remove(queue.key(), queue);
        closer.keyGone();
    }

    // ---- working ----

    @Override
    public void serveFromQueue(Worker worker, Idling idling) {
        scheduling.enterFromQueue();
        serve(worker, idling);
    }

    @Override
    public void serveAsSecond(Worker worker, Idling idling) {
        scheduling.enterAsSecond();
        serve(worker, idling);
    }

    private void serve(Worker worker, Idling idling) {
        worker.setServingVolatile(this);
        int rounds = 0;
        while (!worker.isRetired() && !isClosed()) {
            if (serveOne(worker, idling)) {
                if (++rounds >= ROUNDS && !instance.runQueue().isEmpty()) {
                    break;
                }
            } else if (!instance.runQueue().isEmpty() || !idling.lookAgain()) {
                break;
            }
        }
        worker.setServingVolatile(null);
        scheduling.leave();
    }

    private boolean serveOne(Worker worker, Idling idling) {
        KeyQueue queue = ready.poll();
        if (queue != null) {
            delivery.drain(queue);
        }
        KeyedJob job = work.poll();
        if (job == null) {
            return queue != null;
        }
        idling.foundWork();
        scheduling.inviteOthers();
        run(worker, job);
        return true;
    }

    private void run(Worker worker, KeyedJob job) {
        KeyQueue queue = Objects.requireNonNull(job.queue);
        if (cancelling && job.failure == null) {
            job.failure = new CancellationException("keyed shell " + name + " was closed");
        }
        worker.runs = job;
        worker.setInParallel(true);
        boolean done = worker.run(this, job, job.life);
        worker.setInParallel(false);
        worker.countJobs(1);
        if (done && queue.finish(job.link)) {
            delivery.drain(queue);
        }
    }

    @Override
    public void drainOnLane(int callbackCpu) {
        throw new AssertionError("keyed shells serialise inline");
    }

    @Override
    public boolean hasWork() {
        return !isClosed() && (!ready.isEmpty() || !work.isEmpty());
    }

    @Override
    public void leftIdle() {}

    // ---- for the job that runs ----

    @Override
    public Job running(Worker worker, long sequence) {
        return Objects.requireNonNull(worker.runs);
    }

    @Override
    public long ticket(long sequence) {
        return sequence;
    }

    @Override
    public void deferred(Completion token) {
        closer.deferred(token);
    }

    @Override
    public boolean completeDeferred(Job job, long sequence) {
        Completion token = job.deferred;
        if (token != null) {
            closer.completed(token);
        }
        if (isClosed()) {
            return false;
        }
        finish((KeyedJob) job);
        return true;
    }

    @Override
    public void report(Job job, Throwable thrown) {
        delivery.countThrown();
        instance.report(shell, job, thrown);
    }

    // ---- state, closing, counting ----

    @Override
    public String name() {
        return name;
    }

    private boolean isRunning() {
        return state == State.RUNNING;
    }

    @Override
    public boolean isClosed() {
        return state == State.CLOSED;
    }

    @Override
    public boolean isCancelling() {
        return cancelling;
    }

    State state() {
        return isRunning() && !instance.isOpen() ? instance.state() : state;
    }

    boolean startClosing() {
        return STATE.compareAndSet(this, State.RUNNING, State.CLOSING);
    }

    void setCancelling() {
        cancelling = true;
    }

    void setClosed() {
        state = State.CLOSED;
    }

    /** Y3. The sum of those that left is taken first: if the sums agree, nobody was inside in between. */
    void awaitSubmitters() {
        AsymmetricFence.heavy();
        for (int looks = 1;; looks++) {
            long gone = left.sum();
            if (entered.sum() == gone) {
                return;
            }
            if (looks % 1000 == 0) {
                LockSupport.parkNanos(50_000);
            } else {
                Thread.onSpinWait();
            }
        }
    }

    KeyedCloser closer() {
        return closer;
    }

    int keyCount() {
        return keys.size();
    }

    int inFlight(Object key) {
        KeyQueue queue = keys.get(key);
        return queue == null ? 0 : queue.size();
    }

    long inFlight() {
        long sum = 0;
        for (KeyQueue queue : keys.values()) {
            sum += queue.size();
        }
        return sum;
    }

    void addTo(Totals totals) {
        delivery.addTo(totals);
        totals.inFlight += inFlight();
        totals.queueDepth += work.size();
    }
}
