package org.quern.padata;

/** Sums over shells; not thread-safe. */
final class Totals {
    long serialised;
    long failed;
    long threw;
    long inFlight;
    long deepestDeferred;

    void add(Shell shell) {
        serialised += shell.serialised();
        failed += shell.failedJobs();
        threw += shell.threwCount();
        inFlight += shell.inFlight();
        deepestDeferred = Math.max(deepestDeferred, shell.deepestDeferred());
    }

    void add(Totals other) {
        serialised += other.serialised;
        failed += other.failed;
        threw += other.threw;
        inFlight += other.inFlight;
        deepestDeferred = Math.max(deepestDeferred, other.deepestDeferred);
    }
}
