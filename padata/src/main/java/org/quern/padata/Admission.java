package org.quern.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.quern.padata.order.RingCursors;
import org.quern.padata.run.AsymmetricFence;

/**
 * How a job gets into a ring.
 * <pre>
 *     take the job ---&gt; may we? ---&gt; take a number ---&gt; may we still? ---&gt; fill the slot ---&gt; does anybody look?
 *      (ticket)          |  full        (tail)           no: void slot       (publish)           (announce)
 *                        v
 *                    FullRing, or refuse
 * </pre>
 * A1: a number once taken is filled, with the job or with a void. A2: whoever closes, pauses or replaces masks stores
 * that first, passes the heavy fence, then waits for the numbers taken: the second look falls between number and slot, so
 * a job is either waited for or not accepted.
 * <p>
 * Cost, with room: two compare-and-sets in a shell with many submitters (job and tail), none in a single-producer shell;
 * a batch takes its numbers at once. No fence that costs anything; see {@link AsymmetricFence}.
 */
final class Admission implements Entrance {
    private static final int SHUT = 0;
    private static final int OPEN = 1;
    private static final VarHandle OWNER;

    static {
        try {
            OWNER = MethodHandles.lookup().findVarHandle(Admission.class, "owner", Thread.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final RingEngine engine;
    private final Instance instance;
    private final Ring ring;
    private final RingCursors cursors;
    private final Tickets tickets;
    private final FullRing fullRing;
    private final Scheduling scheduling;
    private final @Nullable InFlightLimit limit;
    private final boolean inline;
    private final boolean single;
    private final boolean dropping;
    private final AtomicLong voids = new AtomicLong();
    /** Whether shell and instance both run: a copy, so that a submission looks at one word of its own. */
    private volatile int gate = SHUT;
    /** Who submits to a single-producer shell: the first that did. */
    @SuppressWarnings("unused") // through OWNER
    private @Nullable Thread owner;

    Admission(RingEngine engine, ShellOptions.Draft options, Tickets tickets, FullRing fullRing) {
        this.engine = engine;
        instance = engine.instance();
        ring = engine.ring();
        cursors = ring.cursors;
        this.tickets = tickets;
        this.fullRing = fullRing;
        scheduling = engine.scheduling();
        limit = instance.limit();
        inline = engine.isInline();
        single = options.singleProducer;
        dropping = fullRing.isDropping();
    }

    @Override
    public int capacity() {
        return fullRing.capacity();
    }

    @Override
    public long voids() {
        return voids.get();
    }

    @Override
    public Submission submit(Job job, int callbackCpu) {
        take(job);
        long deadline = 0;
        for (;;) {
            if (isOpen() && takeFromLimit()) {
                long tail = cursors.tailVolatile();
                if (cursors.hasRoom(tail) && (!dropping || fullRing.makeWay(job, tail)) && takeNumbers(tail, 1)) {
                    if (isOpen()) { // A2: the second look
                        return fill(tail, job, callbackCpu);
                    }
                    fillVoid(tail);
                }
                giveBackToLimit(1);
            }
            deadline = deadline == 0 ? fullRing.deadline() : deadline;
            Submission refusal = refusalOrUndo(job, callbackCpu, deadline);
            if (refusal != null) {
                giveBack(job);
                return refusal;
            }
        }
    }

    private @Nullable Submission refusalOrUndo(Job job, int callbackCpu, long deadline) {
        try {
            return refusal(callbackCpu, deadline);
        } catch (Throwable t) { // a worker context that could not be made
            giveBack(job);
            throw t;
        }
    }

    @Override
    public int submitAll(Job[] jobs, int from, int count, int callbackCpu) {
        if (dropping || limit != null) {
            return submitEach(jobs, from, count, callbackCpu);
        }
        takeAll(jobs, from, count);
        int done = 0;
        try {
            long deadline = 0;
            do {
                done += submitSome(jobs, from + done, count - done, callbackCpu);
                deadline = deadline == 0 ? fullRing.deadline() : deadline;
            } while (done < count && refusal(callbackCpu, deadline) == null);
        } finally {
            for (int i = done; i < count; i++) {
                giveBack(jobs[from + i]);
            }
        }
        return done;
    }

    /** As many as there is room for now. */
    private int submitSome(Job[] jobs, int from, int count, int callbackCpu) {
        if (isOpen()) {
            long tail = cursors.tailVolatile();
            int numbers = Math.min(count, cursors.room(tail));
            if (numbers > 0 && takeNumbers(tail, numbers)) {
                return fillAll(tail, jobs, from, numbers, callbackCpu);
            }
        }
        return 0;
    }

    private int submitEach(Job[] jobs, int from, int count, int callbackCpu) {
        for (int i = 0; i < count; i++) {
            SubmitResult result = submit(jobs[from + i], callbackCpu).result();
            if (result != SubmitResult.ACCEPTED && result != SubmitResult.DROPPED) {
                return i;
            }
        }
        return count;
    }

    /** One volatile load; pairs with setGate and the heavy fence behind it: A2. */
    private boolean isOpen() {
        return gate == OPEN;
    }

    /** Takes over what shell and instance say now. Called by whoever changed that, before his heavy fence. */
    @Override
    public synchronized void setGate() {
        gate = engine.isRunning() && instance.isOpen() ? OPEN : SHUT;
    }

    // ---- the job ----

    private void take(Job job) {
        if (single) {
            if (!Thread.currentThread().equals(owner)) {
                becomeOwner();
            }
            if (job.ticketAcquire() != Job.IDLE) {
                throw inFlight(job);
            }
        } else if (!job.casTaken()) {
            throw inFlight(job);
        }
    }

    private void takeAll(Job[] jobs, int from, int count) {
        int taken = 0;
        try {
            for (; taken < count; taken++) {
                take(jobs[from + taken]);
                if (single) {
                    jobs[from + taken].setTicketRelease(Job.TAKEN); // finds a job that is twice in the batch
                }
            }
        } finally {
            for (int i = 0; taken < count && i < taken; i++) {
                jobs[from + i].setIdleRelease();
            }
        }
    }

    private void giveBack(Job job) {
        job.failure = null; // it may have been marked as dropped before the ring turned out full
        job.setIdleRelease();
    }

    private void becomeOwner() {
        if (!OWNER.compareAndSet(this, null, Thread.currentThread())) {
            throw new IllegalStateException("thread=" + Thread.currentThread().getName() + ": shell "
                    + engine.shell().name() + " is single-producer and belongs to thread " + owner);
        }
    }

    private IllegalStateException inFlight(Job job) {
        return new IllegalStateException("job=" + job.getClass().getName()
                + " is in flight: it may be submitted to shell " + engine.shell().name()
                + " again when its serial phase has been entered");
    }

    // ---- the number ----

    private boolean takeNumbers(long tail, int count) {
        if (!single) {
            return cursors.casTail(tail, count);
        }
        cursors.setTailRelease(tail + count);
        AsymmetricFence.light(); // pairs with the heavy fence of whoever closes the gate: A2
        return true;
    }

    private boolean takeFromLimit() {
        return limit == null || limit.tryTake();
    }

    private void giveBackToLimit(int count) {
        if (limit != null) {
            limit.release(count);
        }
    }

    // ---- the slot ----

    private Submission fill(long sequence, Job job, int wanted) {
        Epoch epoch = instance.epoch(); // after the second look: it is not replaced before this slot is filled
        int lane = inline ? Epoch.INLINE_LANE : epoch.laneOf(wanted);
        Submission outcome = job.failure == null ? epoch.accepted(lane) : epoch.dropped(lane);
        job.setTicketRelease(tickets.of(sequence));
        ring.publishRelease(sequence, job, epoch.cpu(lane));
        AsymmetricFence.light(); // pairs with the heavy fences of Scheduling
        scheduling.announce();
        return outcome;
    }

    private int fillAll(long sequence, Job[] jobs, int from, int count, int wanted) {
        boolean open = isOpen(); // A2: the second look
        Epoch epoch = instance.epoch();
        int cpu = epoch.cpu(inline ? Epoch.INLINE_LANE : epoch.laneOf(wanted));
        for (int i = 0; i < count; i++) {
            Job job = open ? jobs[from + i] : Ring.VOID;
            if (open) {
                job.setTicketRelease(tickets.of(sequence + i));
            }
            ring.publishRelease(sequence + i, job, cpu);
        }
        AsymmetricFence.light(); // pairs with the heavy fences of Scheduling
        scheduling.announce();
        if (!open) {
            voids.addAndGet(count);
        }
        return open ? count : 0;
    }

    private void fillVoid(long sequence) {
        voids.incrementAndGet();
        ring.publishRelease(sequence, Ring.VOID, instance.epoch().cpu(inline ? Epoch.INLINE_LANE : 0));
        AsymmetricFence.light(); // pairs with the heavy fences of Scheduling
        scheduling.announce();
    }

    /** Why a job cannot be taken now, in the order of the contract; null to try again. */
    private @Nullable Submission refusal(int wanted, long deadline) {
        if (!engine.isRunning()) {
            return Submission.STOPPED;
        }
        if (!instance.isOpen()) {
            return instance.masks().refusal(inline, wanted, engine.shell().retriesWhenBusy());
        }
        if (limit != null && !limit.hasRoom()) {
            return fullRing.awaitLimit(limit, deadline);
        }
        return ring.hasRoom() ? null : fullRing.makeRoom(deadline);
    }
}
