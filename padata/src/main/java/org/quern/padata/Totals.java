package org.quern.padata;

import java.time.Duration;

/** Sums over shells; not thread-safe. */
final class Totals {
    long serialised;
    long failed;
    long dropped;
    long threw;
    long inFlight;
    long deepestDeferred;
    long queueDepth;
    long reorderDepth;
    Duration headOfLineWait = Duration.ZERO;

    void add(Totals other) {
        serialised += other.serialised;
        failed += other.failed;
        dropped += other.dropped;
        threw += other.threw;
        inFlight += other.inFlight;
        deepestDeferred = Math.max(deepestDeferred, other.deepestDeferred);
    }
}
