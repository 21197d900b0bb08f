package org.quern.padata;

import org.quern.padata.run.Idling;

/** What parallel workers serve: it stands in the run queue while it has something for them; see {@link Scheduling}. */
interface Served {
    /** For messages. */
    String name();

    /** Whether a worker that looks now would find something. */
    boolean hasWork();

    boolean isClosed();

    /** Whether jobs that have not begun are skipped. */
    boolean isCancelling();

    /** What a parallel worker does with this from the run queue. */
    void serveFromQueue(Worker worker, Idling idling);

    /** What an idle worker does that found work here. */
    void serveAsSecond(Worker worker, Idling idling);

    /** Nobody looks after this any more. */
    void leftIdle();

    // ---- for the job that runs ----

    /** The job a worker runs, which has this number. */
    Job running(Worker worker, long sequence);

    /** The life of the job with a number. */
    long ticket(long sequence);

    /** A job was deferred. */
    default void deferred(Completion token) {}

    /** Completes a deferred job, from any thread; runs no callback. */
    boolean completeDeferred(Job job, long sequence);

    /** A callback threw: counted, and told to the instance's handler. */
    void report(Job job, Throwable thrown);
}
