package org.quern.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CancellationException;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;

/**
 * One unit of work: a {@link #parallel} callback that may run anywhere and at any time, and a {@link #serial} callback
 * that runs in submission order.
 * <p>
 * A job is intrusive: the object that is submitted carries the library's bookkeeping in three fields, so a submission
 * allocates nothing. The same object may be submitted again as soon as its {@code serial} (or {@code failed}) has been
 * <em>entered</em>, even from inside that callback: from that moment the library does not touch it any more. A
 * submission while the job is still in flight is refused with an {@link IllegalStateException}; this is exact, also
 * when two threads submit the same job at once (unless one of them does so to a
 * {@link ShellOptions#singleProducer single-producer} shell).
 * <p>
 * Memory: what the submitter wrote before {@link Shell#submit} is seen by {@code parallel}; what {@code parallel} (or,
 * for a deferred job, the thread that completes it) wrote is seen by {@code serial}; what {@code serial} of one job
 * wrote is seen by {@code serial} of the next job of the same shell. No further synchronisation is needed.
 * <p>
 * The contracts of the callbacks are what the library keeps when it calls, and what it asks: that they do not block.
 * Blocking degrades the shell, it cannot corrupt it. Only the library calls them.
 */
public abstract class Job {
    // The ticket is the job's life in one word; see Tickets.
    //
    //     IDLE (0) --submit--> shell | sequence --cancel()--> the same, CANCELLED --just before serial or failed--> IDLE
    //
    // Publication does not depend on it: that is the slot's business.
    static final long IDLE = 0;
    /** A submitter has taken the job and looks for a number; not cancellable yet, hence negative. */
    static final long TAKEN = Long.MIN_VALUE;
    private static final long CANCELLED = Long.MIN_VALUE;
    private static final VarHandle TICKET;

    static {
        try {
            TICKET = MethodHandles.lookup().findVarHandle(Job.class, "ticket", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through TICKET
    private volatile long ticket;
    /** Why the parallel phase failed; written before the unit is marked done, read by the drainer after. */
    @Nullable
    Throwable failure;
    /** The token of a deferred job; racily read by a close that wants to name the job everybody waits for. */
    volatile @Nullable Completion deferred;

    /** A job that is not in flight. */
    @Operation(threads = Operation.Threads.ANY)
    protected Job() {}

    /**
     * The parallel phase: unordered, concurrent with other jobs. Returning normally completes the job, unless
     * {@link Worker#defer} was called: then the returned token completes it. Throwing completes it as failed.
     * <p>
     * Runs on a parallel worker, or on a submitting thread that helps because the ring is full: the thread that has
     * claimed the job and owns it during the call. Each job accepted gets exactly one call, unless it was given up.
     *
     * @param worker the worker that runs this call; valid only during the call
     * @throws Exception to fail the job: {@link #failed} is then called in its turn instead of {@link #serial}
     */
    @Operation(threads = Operation.Threads.OWNER, errors = Exception.class)
    protected abstract void parallel(Worker worker) throws Exception;

    /**
     * The serial phase: exactly one call for each job that completed normally, in submission order, never concurrently
     * with another serial phase of the same shell. The thread may be another one each time: whoever holds the shell's
     * drain token.
     *
     * @throws Exception goes to the instance's {@link FailureHandler}; the shell goes on with the next job
     */
    @Operation(threads = Operation.Threads.ONE_AT_A_TIME, errors = Exception.class)
    protected abstract void serial() throws Exception;

    /**
     * The serial phase of a job that failed; stands in the same order as {@link #serial}. The default throws an
     * {@link IllegalStateException} with the cause, which takes the failure to the instance's {@link FailureHandler}.
     *
     * @param cause what {@link #parallel} threw or {@link Completion#fail} was given; a
     *        {@link CancellationException}, {@link java.util.concurrent.TimeoutException} or
     *        {@link JobDroppedException} if the library gave the job up
     * @throws Exception goes to the instance's {@link FailureHandler}; the shell goes on with the next job
     */
    @Operation(threads = Operation.Threads.ONE_AT_A_TIME, errors = Exception.class)
    protected void failed(Throwable cause) throws Exception {
        throw new IllegalStateException("job failed in its parallel phase and does not override failed(Throwable)",
                cause);
    }

    /**
     * Asks that this job be given up: if its parallel phase has not begun it is skipped, if the job was deferred its
     * token is used up, and in both cases {@link #failed} is called in the job's turn with a
     * {@link CancellationException}. A parallel phase that runs is not disturbed, and completes the job as it would
     * have. Only the job's present life is meant: a later submission of the same object is not affected.
     * <p>
     * The order slot is released as by any other failure: what stands behind the job goes on.
     *
     * @return true if the job was in flight and not cancelled before; false if there was nothing to cancel
     */
    @Operation(threads = Operation.Threads.ANY)
    public final boolean cancel() {
        for (;;) {
            long life = ticketAcquire();
            if (life <= IDLE) {
                return false;
            }
            if (TICKET.compareAndSet(this, life, life | CANCELLED)) { // full fence; pairs with Worker.defer
                Completion token = deferred;
                if (token != null && token.ticket == life) {
                    token.release(new CancellationException("job sequence=" + token.sequence + " was cancelled"));
                }
                return true;
            }
        }
    }

    /** Takes the job for a submission; false if it is in flight. */
    final boolean casTaken() {
        return TICKET.compareAndSet(this, IDLE, TAKEN);
    }

    /** The ticket proper, of a job that this thread has taken, or, in a single-producer shell, takes by this. */
    final void setTicketRelease(long ticket) {
        TICKET.setRelease(this, ticket);
    }

    /** Acquire: who sees IDLE sees what the library did to the job's fields; pairs with {@link #setIdleRelease}. */
    final long ticketAcquire() {
        return (long) TICKET.getAcquire(this);
    }

    /** Whether this life was cancelled. Volatile: the second look of a deferral; pairs with {@link #cancel}. */
    final boolean isCancelled() {
        return ticket < 0;
    }

    /** Gives the job back to its owner. Pairs with {@link #casTaken} of the next submission, whoever makes it. */
    final void setIdleRelease() {
        TICKET.setRelease(this, IDLE);
    }
}
