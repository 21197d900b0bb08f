package org.quern.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

import org.quern.kapi.Operation;

/**
 * The single-use token of a job that was deferred by {@link Worker#defer}: whoever holds it completes the job, from any
 * thread, once.
 * <p>
 * Thread-safe. Completing never blocks and never runs a callback: if it was this job the shell waited for, the shell is
 * handed to a worker. The cost is a compare-and-set, an exchange and, where the shell is handed over, a queue operation
 * with a system call of some microseconds if a sleeping worker has to be woken.
 *
 * @implNote A new object for each deferral, and not a number inside the job: a token kept too long must be told from
 *           the job's next life.
 */
@Operation(threads = Operation.Threads.ANY)
public final class Completion {
    private static final int OPEN = 0;
    private static final int USED = 1;
    /** The library gave the job up; whoever holds the token does not know yet. */
    private static final int RELEASED = 2;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Completion.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // OPEN --complete, fail--> USED        OPEN --cancel, expiry, close, throw--> RELEASED --complete, fail--> USED
    private final Served engine;
    private final Job job;
    final long sequence;
    /** Of the job's life that this token belongs to. */
    final long ticket;
    final long sinceNanos = System.nanoTime();
    @SuppressWarnings("unused") // through STATE
    private volatile int state = OPEN;

    Completion(Served engine, Job job, long sequence) {
        this.engine = engine;
        this.job = job;
        ticket = engine.ticket(sequence);
        this.sequence = sequence;
    }

    /**
     * Completes the job normally; its {@link Job#serial} runs in its turn.
     *
     * @return true if the completion was accepted; false if the job was given up before: cancelled, expired, or its shell
     *         closed
     * @throws IllegalStateException if this token was used before; nothing is changed
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalStateException.class)
    public boolean complete() {
        return take() && engine.completeDeferred(job, sequence);
    }

    /**
     * Completes the job as failed; its {@link Job#failed} runs in its turn.
     *
     * @param cause the reason, given to {@link Job#failed}
     * @return true if the failure was accepted; false if the job was given up before: cancelled, expired, or its shell
     *         closed
     * @throws IllegalStateException if this token was used before; nothing is changed
     * @throws NullPointerException if the cause is null; the token is not used up
     */
    @Operation(threads = Operation.Threads.ANY, errors = {IllegalStateException.class, NullPointerException.class})
    public boolean fail(Throwable cause) {
        Objects.requireNonNull(cause, "cause");
        if (!take()) {
            return false;
        }
        job.failure = cause; // published by completeDeferred's exchange
        return engine.completeDeferred(job, sequence);
    }

    /** Completes the job as failed in the library's name, unless it is complete. */
    boolean release(Throwable cause) {
        if (!STATE.compareAndSet(this, OPEN, RELEASED)) {
            return false;
        }
        job.failure = cause;
        engine.completeDeferred(job, sequence);
        return true;
    }

    boolean isOpen() {
        return state == OPEN;
    }

    /** Uses the token up; false if the library was first. */
    private boolean take() {
        if (STATE.compareAndSet(this, OPEN, USED)) {
            return true;
        }
        if (STATE.compareAndSet(this, RELEASED, USED)) {
            return false;
        }
        throw new IllegalStateException("job sequence=" + Long.toUnsignedString(sequence) + " of shell "
                + engine.name() + " was completed before: a completion is used once");
    }
}
