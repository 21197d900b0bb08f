package org.quern.padata;

import java.util.Optional;

/**
 * What orders the jobs of a shell: the seam between {@link Shell}, which is what users see, and the way order is kept.
 * Made at the first submission, so that a shell that was never used costs next to nothing.
 */
interface Engine {
    /** See {@link Shell#submit(Job, int)}. */
    Submission submit(Job job, int callbackCpu);

    /** See {@link Shell#submitAll}. */
    int submitAll(Job[] jobs, int from, int count, int callbackCpu);

    int capacity();

    int inFlight();

    State state();

    /** Closes without the check for callbacks, which the caller has made. */
    CloseReport close(CloseMode mode, long nanos);

    /** The job everything waits for, if there is one; see {@link Shell#head}. */
    Optional<CloseReport.StuckJob> head();

    /** See {@link Shell#expire}. */
    boolean expire(long sequence, Throwable cause);

    /** Adds this shell's counters. */
    void addTo(Totals totals);

    /** Whether nothing refers to it any more but its shell; then it may be forgotten. */
    boolean isGone();

    /** The number after the last one taken: a boundary between epochs. */
    long tail();

    /** Whether a boundary was passed: every job before it was serialised. */
    boolean hasPassed(long boundary);

    /** Waits until no submitter stands between taking a number and filling its slot, of those there are now. */
    void awaitSubmitters();

    /** The instance's state has changed, or this engine has just become visible to whoever changes it. */
    void setGate();

    /** Wakes everybody who waits for room or for the end, to look at the instance's state. */
    void wakeAll();
}
