package org.quern.padata;

import org.quern.padata.run.Idling;

/**
 * What workers, queues and tokens know of an {@link Engine}: the seam on their side. An engine stands in the run queue when
 * it has work for parallel workers, and in the queue of a serial worker when its next serial phase belongs there.
 */
interface Served {
    /** What a parallel worker does that has taken this from the run queue. */
    void serveFromQueue(Worker worker, Idling idling);

    /** What an idle worker does that found work here, at another worker's. */
    void serveAsSecond(Worker worker, Idling idling);

    /** What a serial worker does that has taken this from its queue. */
    void drainOnLane(int callbackCpu);

    /** Whether a parallel worker would find something to do. */
    boolean hasWork();

    /** For messages. */
    String name();

    boolean isClosed();

    /** Nobody looks after this any more. */
    void leftIdle();

    /** The job with a number, for the worker that runs it. */
    Job running(Worker worker, long sequence);

    /** The ticket of the present life of the job with a number. */
    long ticket(long sequence);

    /** Completes a deferred job, from any thread; runs no callback. False if the engine is closed and gave it up. */
    boolean completeDeferred(Job job, long sequence);

    /** A job was deferred. */
    default void deferred(Completion token) {}

    /** Whether jobs are being given up because of a close. */
    boolean isCancelling();

    /** A callback threw something that no job can be told. */
    void report(Job job, Throwable thrown);
}
