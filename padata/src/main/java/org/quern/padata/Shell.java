package org.quern.padata;

import java.time.Duration;

/**
 * One independent ordered stream of jobs. Shells of an instance share its workers and nothing else: no order holds
 * between them and none waits for another.
 * <p>
 * Thread-safe; any number of threads may submit, and the order of submission is the order in which {@code submit}
 * numbered the jobs.
 */
public final class Shell implements AutoCloseable {
    Shell() {}

    /**
     * Submits a job on the shell's default callback CPU.
     *
     * @param job the job; taken over until its serial phase is entered, if accepted
     * @return the outcome; see {@link SubmitResult}
     * @throws IllegalStateException if the job is in flight
     */
    public Submission submit(Job job) {
        return submit(job, 0);
    }

    /**
     * Submits a job with a callback CPU of its own. If {@code callbackCpu} is in the serial mask it is used; otherwise
     * the k-th CPU of the serial mask is, in ascending order, with k = callbackCpu mod the number of CPUs in the mask
     * (the mathematical modulus: never negative). In {@link SerialMode#INLINE} it has no meaning and is ignored.
     * <p>
     * Order is total within the shell whatever the callback CPUs: the shell moves from lane to lane as its jobs ask.
     *
     * @param job the job; taken over until its serial phase is entered, if accepted
     * @param callbackCpu any number
     * @return the outcome with the CPU actually used; see {@link SubmitResult}
     * @throws IllegalStateException if the job is in flight
     */
    public Submission submit(Job job, int callbackCpu) {
        try {
            job.parallel(new Worker());
            job.serial();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return new Submission(SubmitResult.ACCEPTED, Submission.INLINE);
    }

    /**
     * The name given in {@link ShellOptions#named}, or one made from a counter.
     *
     * @return the name
     */
    public String name() {
        return "";
    }

    /**
     * The state of this shell.
     *
     * @return the state
     */
    public State state() {
        return State.RUNNING;
    }

    /**
     * The number of jobs the ring holds.
     *
     * @return the capacity, a power of two
     */
    public int capacity() {
        return 0;
    }

    /**
     * Jobs accepted and not yet serialised. A snapshot.
     *
     * @return 0 to {@link #capacity}
     */
    public int inFlight() {
        return 0;
    }

    /**
     * Refuses new jobs and waits until every accepted job was serialised, or the deadline passes: then the remaining
     * jobs are given up, late completions are rejected, and the report names the job everybody waited for.
     *
     * @param deadline how long to wait at most; zero does not wait
     * @return the report
     * @throws IllegalStateException if called from inside a callback of this instance: it would wait for itself
     */
    public CloseReport close(Duration deadline) {
        return new CloseReport(true, 0, java.util.List.of(), java.util.List.of());
    }

    /**
     * {@link #close(Duration)} with {@link PadataOptions#closeDeadline}.
     *
     * @throws IllegalStateException if jobs had to be given up, with the report as its message; or if called from
     *         inside a callback of this instance
     */
    @Override
    public void close() {}
}
