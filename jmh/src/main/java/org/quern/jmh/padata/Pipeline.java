package org.quern.jmh.padata;

/**
 * An ordered pipeline under measurement: runs jobs in parallel where it can, and delivers each in order. Pipelines with a
 * queue are not drained between invocations: the backlog is bounded, and a wait at the end would measure the scheduler.
 */
interface Pipeline extends AutoCloseable {
    /** Runs so many jobs, or at least submits them. */
    void run(int jobs) throws Exception;

    /** Waits until every job was delivered; only where {@link #run} leaves a backlog. */
    default void drain() {}

    /** Drains, and throws if not every job was delivered in order. */
    @Override
    default void close() throws Exception {}
}
