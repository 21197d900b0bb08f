package org.quern.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.quern.padata.order.DrainWords.Outcome;
import org.quern.padata.run.Idling;
import org.quern.padata.run.Waiters;

/**
 * Order per shell: one ring, and everything that is done with it. This class joins the parts and answers their questions;
 * {@link Admission} lets jobs in, {@link ParallelPhase} and {@link SerialPhase} run them, {@link Scheduling} brings the
 * workers, {@link ShellCloser} ends it all.
 */
final class RingEngine implements Engine, Served {
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(RingEngine.class, "state", State.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Shell shell;
    private final Instance instance;
    private final Ring ring;
    private final Tickets tickets = new Tickets();
    private final long firstSequence;
    private final boolean inline;
    private final Scheduling scheduling;
    private final ParallelPhase parallelPhase;
    private final SerialPhase serialPhase;
    private final Entrance admission;
    private final Waiters waiters = new Waiters();
    private final ShellCloser closer;
    private final @Nullable InFlightLimit limit;
    private final AtomicLong threw = new AtomicLong();
    private final AtomicLong deepestDeferred = new AtomicLong();

    private volatile State state = State.RUNNING;
    private volatile boolean cancelling;

    RingEngine(Shell shell, Instance instance, ShellOptions.Draft options, boolean inline) {
        this.shell = shell;
        this.instance = instance;
        this.inline = inline;
        limit = instance.limit();
        Job[] slots = options.slots;
        long first = instance.options().firstSequence;
        ring = slots == null ? new Ring(FullRing.slots(options), first, !inline) : Ring.of(slots, first, !inline);
        firstSequence = ring.cursors.headPlain();
        scheduling = new Scheduling(this, instance.runQueue());
        serialPhase = new SerialPhase(this, ring);
        parallelPhase = new ParallelPhase(this, ring, serialPhase, scheduling, instance.runQueue());
        FullRing fullRing = new FullRing(this, options, waiters);
        admission = slots == null
                ? new Admission(this, options, tickets, fullRing)
                : new SlotAdmission(this, tickets, fullRing);
        closer = new ShellCloser(this, ring, waiters);
    }

    @Override
    public Submission submit(Job job, int callbackCpu) {
        return admission.submit(job, callbackCpu);
    }

    /** How jobs that stand in their slots come in; of a {@link SlotShell}. */
    SlotAdmission slots() {
        return (SlotAdmission) admission;
    }

    @Override
    public int submitAll(Job[] jobs, int from, int count, int callbackCpu) {
        return admission.submitAll(jobs, from, count, callbackCpu);
    }

    // ---- what the parts ask ----

    Shell shell() {
        return shell;
    }

    @Override
    public String name() {
        return shell.name();
    }

    @Override
    public Job running(Worker worker, long sequence) {
        return ring.jobPlain(sequence);
    }

    Instance instance() {
        return instance;
    }

    Ring ring() {
        return ring;
    }

    Scheduling scheduling() {
        return scheduling;
    }

    ParallelPhase parallelPhase() {
        return parallelPhase;
    }

    @Override
    public long ticket(long sequence) {
        return tickets.of(sequence);
    }

    boolean isInline() {
        return inline;
    }

    boolean isRunning() {
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

    @Override
    public boolean hasWork() {
        return !isClosed() && (scheduling.isDrainPending() || ring.hasClaimable());
    }

    @Override
    public void serveFromQueue(Worker worker, Idling idling) {
        scheduling.enterFromQueue();
        parallelPhase.serve(worker, idling);
    }

    @Override
    public void serveAsSecond(Worker worker, Idling idling) {
        scheduling.enterAsSecond();
        parallelPhase.serve(worker, idling);
    }

    @Override
    public void drainOnLane(int callbackCpu) {
        scheduling.setOnLane(false);
        serialPhase.drain(callbackCpu);
        leftIdle();
    }

    /** Sends the drain token through the run queue. */
    void scheduleDrain() {
        scheduling.scheduleDrain();
    }

    /** Sends the drain token to the serial worker of a CPU; the token's holder has seen a job for it. */
    void scheduleOnLane(int callbackCpu) {
        SerialWorker worker = instance.serialWorker(callbackCpu);
        if (worker == null) {
            scheduling.scheduleDrain(); // only a void slot can name a CPU that has no worker any more
            return;
        }
        scheduling.setOnLane(true);
        worker.offer(this);
    }

    /** The moment for a closed shell to be forgotten. */
    @Override
    public void leftIdle() {
        if (isClosed()) {
            instance.forgetIfGone(shell);
        } else {
            instance.trimEpochs();
        }
    }

    @Override
    public boolean completeDeferred(Job job, long sequence) {
        if (isClosed()) {
            return false;
        }
        Outcome outcome = ring.words.complete(sequence, 1);
        if (outcome == Outcome.TOKEN) {
            serialPhase.handOver(sequence);
        } else if (outcome == Outcome.LEFT) {
            deepestDeferred.accumulateAndGet(sequence - ring.cursors.headVolatile(), Math::max);
        }
        return outcome != Outcome.RETIRED;
    }

    /** Jobs left the ring by the front. */
    void served(int jobs) {
        InFlightLimit ofInstance = limit;
        if (ofInstance != null && jobs > 0) {
            ofInstance.release(jobs);
        }
    }

    /**
     * Wakes those who wait for room or for the end: at the half-empty watermark while serial phases go on, since each
     * wake-up costs as much as many jobs; but in any case when they stop, since nothing may ever move again by itself.
     */
    void wakeWaiters(boolean stopped) {
        if (waiters.any() && (stopped || ring.inFlight() <= ring.capacity() / 2)) {
            waiters.wakeAll();
        }
    }

    @Override
    public void report(Job job, Throwable thrown) {
        threw.incrementAndGet();
        instance.report(shell, job, thrown);
    }

    // ---- closing, watching, counting ----

    boolean startClosing() {
        boolean first = STATE.compareAndSet(this, State.RUNNING, State.CLOSING);
        admission.setGate();
        return first;
    }

    void setClosed() {
        STATE.setVolatile(this, State.CLOSED);
        admission.setGate();
    }

    @Override
    public void setGate() {
        admission.setGate();
    }

    /** Skips what has not begun and releases what was deferred; each in its place in the order. */
    void cancelAll() {
        cancelling = true; // volatile, before the look at the tokens; pairs with Worker.defer
        long tail = ring.cursors.tailVolatile();
        for (long sequence = ring.cursors.headVolatile(); tail - sequence > 0; sequence++) {
            Completion token = deferredAt(sequence);
            if (token != null) {
                token.release(new CancellationException("shell " + shell.name() + " was closed"));
            }
        }
    }

    /** The open token of the job with a number, if it was deferred. */
    @Nullable
    Completion deferredAt(long sequence) {
        Job job = ring.peekAcquire(sequence);
        Completion token = job == null ? null : job.deferred;
        return token != null && token.sequence == sequence && token.ticket == ticket(sequence) && token.isOpen()
                ? token
                : null;
    }

    @Override
    public CloseReport close(CloseMode mode, long nanos) {
        CloseReport report = closer.close(mode, nanos);
        instance.forgetIfGone(shell);
        return report;
    }

    @Override
    public Optional<CloseReport.StuckJob> head() {
        return closer.head();
    }

    @Override
    public boolean expire(long sequence, Throwable cause) {
        Completion token = deferredAt(sequence);
        return token != null && token.release(cause);
    }

    @Override
    public State state() {
        return state;
    }

    @Override
    public int capacity() {
        return admission.capacity();
    }

    @Override
    public int inFlight() {
        return ring.inFlight();
    }

    @Override
    public boolean isGone() {
        return isClosed() && scheduling.isInNoQueue();
    }

    /** Whether besides no worker is inside one of its callbacks. */
    boolean isQuiet() {
        return isGone() && !scheduling.isServed();
    }

    @Override
    public long tail() {
        return ring.cursors.takenVolatile();
    }

    @Override
    public boolean hasPassed(long boundary) {
        long head = ring.cursors.headVolatile();
        return isClosed() || head - boundary > 0 || (head == boundary && ring.words.isParkedAt(head));
    }

    @Override
    public void awaitSubmitters() {
        long tail = ring.cursors.takenVolatile();
        for (int looks = 1; !ring.isFilledBelow(tail); looks++) {
            if (looks % 1000 == 0) {
                LockSupport.parkNanos(50_000); // the submitter is not running; a few instructions separate it from the slot
            } else {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void wakeAll() {
        waiters.wakeAll();
    }

    @Override
    public void addTo(Totals totals) {
        totals.serialised += ring.cursors.headVolatile() - firstSequence - admission.voids();
        totals.failed += serialPhase.failedOpaque();
        totals.dropped += serialPhase.droppedOpaque();
        totals.threw += threw.get();
        totals.inFlight += ring.inFlight();
        if (!isClosed()) {
            totals.queueDepth += ring.waiting();
            totals.reorderDepth += ring.completeBehindHead();
            closer.head().filter(job -> job.phase() == CloseReport.Phase.DEFERRED)
                    .filter(job -> job.atLeast().compareTo(totals.headOfLineWait) > 0)
                    .ifPresent(job -> totals.headOfLineWait = job.atLeast());
        }
        totals.deepestDeferred = Math.max(totals.deepestDeferred, deepestDeferred.get());
    }
}
