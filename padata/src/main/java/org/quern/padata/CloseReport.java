package org.quern.padata;

import java.time.Duration;
import java.util.List;

/**
 * What a close achieved.
 *
 * @param drained true if every accepted job was serialised
 * @param abandoned number of accepted jobs that were given up; 0 if drained
 * @param stuck the head of each shell that did not drain, that is the job everything behind it waited for
 * @param stuckThreads names of worker threads that had not ended at the deadline
 */
public record CloseReport(boolean drained, long abandoned, List<StuckJob> stuck, List<String> stuckThreads) {
    /** The same, with the threads that could not be ended. */
    CloseReport with(List<String> threads) {
        return new CloseReport(drained, abandoned, stuck, threads);
    }

    /**
     * The first job of a shell that was not serialised by the deadline.
     *
     * @param shell the name of the shell
     * @param sequence the sequence number of the job, counted from 0 (unsigned)
     * @param phase where it stands
     * @param atLeast how long it has been there: since it was deferred, or at least since close was called
     */
    public record StuckJob(String shell, long sequence, Phase phase, Duration atLeast) {}

    /** Where a job stands. */
    public enum Phase {
        /** In its parallel phase, or waiting for it. */
        PARALLEL,
        /** Deferred: its token was not completed. */
        DEFERRED,
        /** In its serial phase. */
        SERIAL
    }
}
