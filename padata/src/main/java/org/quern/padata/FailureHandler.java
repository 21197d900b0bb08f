package org.quern.padata;

/** Told about exceptions that no job can be told about: those thrown by {@link Job#serial} and {@link Job#failed}. */
@FunctionalInterface
public interface FailureHandler {
    /**
     * A serial callback threw. Called on the thread that ran the callback, at its place in the order; the shell goes on
     * with the next job afterwards. What this method throws is ignored.
     *
     * @param shell the shell whose callback threw
     * @param job the job; by now it may have been submitted again
     * @param thrown what was thrown
     */
    void callbackThrew(Shell shell, Job job, Throwable thrown);
}
