package org.quern.jmh.padata;

/** An ordered pipeline whose jobs know when they were due, and say so when they are delivered. */
interface LatencyPipeline extends AutoCloseable {
    /** Submits a job. */
    void submit(long due) throws Exception;

    /** Returns when everything was delivered. */
    @Override
    void close() throws Exception;
}
