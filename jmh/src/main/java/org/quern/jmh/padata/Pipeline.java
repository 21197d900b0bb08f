package org.quern.jmh.padata;

/** An ordered pipeline under measurement: runs jobs in parallel where it can, and delivers each in order. */
interface Pipeline extends AutoCloseable {
    /** Runs so many jobs and returns when the last was delivered; the sum of what was delivered, for checking. */
    long run(int jobs) throws Exception;

    @Override
    default void close() throws Exception {}
}
