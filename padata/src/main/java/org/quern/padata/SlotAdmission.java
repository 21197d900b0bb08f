package org.quern.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;
import org.quern.padata.order.RingCursors;
import org.quern.padata.run.AsymmetricFence;

/**
 * How jobs that stand in their slots get into a ring; for one submitter.
 * <pre>
 *     claim: is there room? ---&gt; the slot's job is the submitter's       (nobody else hears of it)
 *     publish: take numbers ---&gt; may we? ---&gt; tickets ---&gt; tail ---&gt; does anybody look?
 *               (taken)            no: give the numbers back
 * </pre>
 * G1: tail &lt;= taken, equal but while the submitter is in {@link #publish}; what is below the tail is published, all of
 * it. G2 is A2 of {@link Admission}: whoever closes, pauses or replaces masks stores that first, passes the heavy fence,
 * then waits until tail and taken agree; the submitter looks at the gate between taking and publishing. Numbers given
 * back are never seen by a worker, so no slot is ever void.
 * <p>
 * Cost of a job beside its own fields: one store of its ticket. Of a publication, however many jobs: two release stores
 * and the look at gate, shell and workers. No reference is stored (which would cost a barrier of the collector), nothing
 * is compared and set, and no slot is emptied. What the submitter writes for itself stands on cache lines of its own.
 */
final class SlotAdmission implements Entrance {
    private static final int SHUT = 0;
    private static final int OPEN = 1;
    private static final int LINE = 16;
    /** The next number to claim. */
    private static final int NEXT = LINE;
    /** A number that is not free, as far as was last looked. */
    private static final int LIMIT = LINE + 1;
    /** The tail, in a place where no worker reads it. */
    private static final int TAIL = LINE + 2;
    private static final VarHandle OWNER;

    static {
        try {
            OWNER = MethodHandles.lookup().findVarHandle(SlotAdmission.class, "owner", Thread.class);
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
    /** The submitter's own numbers; plain. */
    private final long[] own = new long[3 * LINE];
    /** Why the last claim was refused; the submitter's. */
    private @Nullable Submission refusal;
    /** Whether shell and instance both run; as in {@link Admission}. */
    private volatile int gate = SHUT;
    /** Who submits: the first that did. */
    @SuppressWarnings("unused") // through OWNER
    private @Nullable Thread owner;

    SlotAdmission(RingEngine engine, Tickets tickets, FullRing fullRing) {
        this.engine = engine;
        instance = engine.instance();
        ring = engine.ring();
        cursors = ring.cursors;
        this.tickets = tickets;
        this.fullRing = fullRing;
        scheduling = engine.scheduling();
        limit = instance.limit();
        inline = engine.isInline();
        long first = cursors.headPlain();
        own[NEXT] = first;
        own[TAIL] = first;
        own[LIMIT] = first + ring.capacity();
    }

    @Override
    public int capacity() {
        return ring.capacity();
    }

    @Override
    public long voids() {
        return 0;
    }

    @Override
    public Submission submit(Job job, int callbackCpu) {
        throw notThis();
    }

    @Override
    public int submitAll(Job[] jobs, int from, int count, int callbackCpu) {
        throw notThis();
    }

    private IllegalStateException notThis() {
        return new IllegalStateException("shell " + engine.shell().name()
                + " has jobs of its own in its slots: claim and publish those");
    }

    @Override
    public synchronized void setGate() {
        gate = engine.isRunning() && instance.isOpen() ? OPEN : SHUT;
    }

    // ---- claim ----

    /** The job of the next slot; null if refused. */
    @Nullable
    Job claim(int wanted) {
        checkOwner();
        long next = own[NEXT];
        return next - own[LIMIT] < 0 && limit == null ? take(next) : claimWithCare(wanted);
    }

    private Job take(long next) {
        own[NEXT] = next + 1;
        return ring.jobPlain(next);
    }

    private @Nullable Job claimWithCare(int wanted) {
        long deadline = 0;
        for (;;) {
            if (limit == null || limit.tryTake()) {
                long next = own[NEXT]; // again each time round: callbacks that we help with may claim themselves
                if (hasRoom(next)) {
                    return take(next);
                }
                if (limit != null) {
                    limit.release(1);
                }
            }
            Submission outcome;
            if (own[NEXT] != own[TAIL]) {
                outcome = publish(wanted); // nothing would make room while these are held back
                outcome = outcome.accepted() ? null : outcome;
            } else {
                deadline = deadline == 0 ? fullRing.deadline() : deadline;
                outcome = makeRoom(wanted, deadline);
            }
            if (outcome != null) {
                refusal = outcome;
                return null;
            }
        }
    }

    private boolean hasRoom(long next) {
        if (next - own[LIMIT] < 0) {
            return true;
        }
        // Volatile: pairs with setHeadRelease; whoever gets the slot finds its last serial phase over.
        own[LIMIT] = cursors.headVolatile() + ring.capacity();
        return next - own[LIMIT] < 0;
    }

    /** Why a job cannot be claimed now, in the order of the contract; null to try again. */
    private @Nullable Submission makeRoom(int wanted, long deadline) {
        if (gate != OPEN) {
            return refusalAtGate(wanted);
        }
        if (limit != null && !limit.hasRoom()) {
            return fullRing.awaitLimit(limit, deadline);
        }
        return ring.hasRoom() ? null : fullRing.makeRoom(deadline);
    }

    private @Nullable Submission refusalAtGate(int wanted) {
        return !engine.isRunning()
                ? Submission.STOPPED
                : instance.isOpen()
                        ? null
                        : instance.masks().refusal(inline, wanted, engine.shell().retriesWhenBusy());
    }

    Submission refusal() {
        Submission last = refusal;
        if (last == null) {
            throw new IllegalStateException("no claim of shell " + engine.shell().name() + " was refused");
        }
        return last;
    }

    // ---- publish ----

    /** Publishes all that is claimed. */
    Submission publish(int wanted) {
        checkOwner();
        long tail = own[TAIL];
        long next = own[NEXT];
        while (!takeNumbers(tail, next)) {
            Submission refused = refusalAtGate(wanted);
            if (refused != null) {
                giveUp(tail, next);
                return refused;
            }
        }
        Epoch epoch = instance.epoch(); // after the look at the gate: it is not replaced before the tail has moved
        int lane = inline ? Epoch.INLINE_LANE : epoch.laneOf(wanted);
        for (long sequence = tail; sequence != next; sequence++) {
            ring.jobPlain(sequence).setTicketRelease(tickets.of(sequence));
            ring.setCallbackCpuPlain(sequence, epoch.cpu(lane));
        }
        own[TAIL] = next;
        cursors.setTailRelease(next); // pairs with tailVolatile in Ring.claim: the jobs, their tickets, their CPUs
        AsymmetricFence.light(); // pairs with the heavy fences of Scheduling
        scheduling.announce();
        return epoch.accepted(lane);
    }

    private boolean takeNumbers(long tail, long next) {
        cursors.setTakenRelease(next);
        AsymmetricFence.light(); // pairs with the heavy fence of whoever closes the gate: G2
        if (gate == OPEN) {
            return true;
        }
        cursors.setTakenRelease(tail);
        engine.wakeAll(); // a close may have waited for just these numbers
        return false;
    }

    private void giveUp(long tail, long next) {
        own[NEXT] = tail;
        if (limit != null && next != tail) {
            limit.release((int) (next - tail));
        }
    }

    private void checkOwner() {
        if (!Thread.currentThread().equals(owner)
                && !OWNER.compareAndSet(this, null, Thread.currentThread())) {
            throw new IllegalStateException("thread=" + Thread.currentThread().getName() + ": shell "
                    + engine.shell().name() + " belongs to thread " + owner);
        }
    }
}
