package org.quern.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
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
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Completion.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Shell shell;
    private final Job job;
    final long sequence;
    final long sinceNanos = System.nanoTime();
    @SuppressWarnings("unused") // through STATE
    private volatile int state = OPEN;

    Completion(Shell shell, Job job, long sequence) {
        this.shell = shell;
        this.job = job;
        this.sequence = sequence;
    }

    /**
     * Completes the job normally; its {@link Job#serial} runs in its turn.
     *
     * @return true if the completion was accepted; false if the shell is closed and has given the job up
     * @throws IllegalStateException if this token was used before; nothing is changed
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalStateException.class)
    public boolean complete() {
        take();
        return shell.completeDeferred(sequence);
    }

    /**
     * Completes the job as failed; its {@link Job#failed} runs in its turn.
     *
     * @param cause the reason, given to {@link Job#failed}
     * @return true if the failure was accepted; false if the shell is closed and has given the job up
     * @throws IllegalStateException if this token was used before; nothing is changed
     * @throws NullPointerException if the cause is null; the token is not used up
     */
    @Operation(threads = Operation.Threads.ANY, errors = {IllegalStateException.class, NullPointerException.class})
    public boolean fail(Throwable cause) {
        Objects.requireNonNull(cause, "cause");
        take();
        job.failure = cause; // published by completeDeferred's exchange
        return shell.completeDeferred(sequence);
    }

    /** Fails the job unless the token was used already. */
    boolean tryFail(@Nullable Throwable cause) {
        if (!STATE.compareAndSet(this, OPEN, USED)) {
            return false;
        }
        job.failure = cause;
        shell.completeDeferred(sequence);
        return true;
    }

    private void take() {
        if (!STATE.compareAndSet(this, OPEN, USED)) {
            throw new IllegalStateException("job sequence=" + Long.toUnsignedString(sequence) + " of shell "
                    + shell.name() + " was completed before: a completion is used once");
        }
    }
}
