package org.quern.padata;

import org.quern.kapi.Operation;

/**
 * The outcome of a submission and the callback CPU that was actually chosen. Shared immutable objects: returning one
 * allocates nothing.
 *
 * @param result what became of the job
 * @param callbackCpu the CPU on whose serial worker the job is serialised, after the fallback of
 *        {@link Shell#submit(Job, int)}; {@link #INLINE} if the shell serialises inline or the job was not looked at
 */
@Operation(threads = Operation.Threads.ANY)
public record Submission(SubmitResult result, int callbackCpu) {
    /** The callback CPU of a shell that has none: whoever completes the head serialises. */
    public static final int INLINE = -1;

    static final Submission STOPPED = new Submission(SubmitResult.STOPPED, INLINE);
    static final Submission NO_SERIAL_CPU = new Submission(SubmitResult.NO_SERIAL_CPU, INLINE);
    static final Submission FULL = new Submission(SubmitResult.FULL, INLINE);

    /**
     * Whether the job was taken and will run.
     *
     * @return true if the result is {@link SubmitResult#ACCEPTED}
     */
    public boolean accepted() {
        return result == SubmitResult.ACCEPTED;
    }
}
