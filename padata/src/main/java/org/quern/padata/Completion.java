package org.quern.padata;

/**
 * The single-use token of a job that was deferred by {@link Worker#defer}: whoever holds it completes the job, from any
 * thread, once.
 * <p>
 * Thread-safe. Completing never blocks and never runs a callback: if it was this job the shell waited for, the shell is
 * handed to a worker.
 */
public final class Completion {
    Completion() {}

    /**
     * Completes the job normally; its {@link Job#serial} runs in its turn.
     *
     * @return true if the job will be serialised; false if its shell was closed meanwhile and gave the job up
     * @throws IllegalStateException if this token was used before; nothing is changed
     */
    public boolean complete() {
        return true;
    }

    /**
     * Completes the job as failed; its {@link Job#failed} runs in its turn.
     *
     * @param cause the reason, given to {@link Job#failed}
     * @return true if the failure will be delivered; false if the shell was closed meanwhile and gave the job up
     * @throws IllegalStateException if this token was used before; nothing is changed
     */
    public boolean fail(Throwable cause) {
        return true;
    }
}
