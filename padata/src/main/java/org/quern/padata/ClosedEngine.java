package org.quern.padata;

import java.util.List;
import java.util.Optional;

/** The engine of a shell that was closed before it was ever submitted to. */
final class ClosedEngine implements Engine {
    private static final CloseReport DRAINED = new CloseReport(true, 0, List.of(), List.of());

    private final int capacity;

    ClosedEngine(int capacity) {
        this.capacity = capacity;
    }

    @Override
    public Submission submit(Job job, int callbackCpu) {
        java.util.Objects.requireNonNull(job, "job");
        return Submission.STOPPED;
    }

    @Override
    public int submitAll(Job[] jobs, int from, int count, int callbackCpu) {
        return 0;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public int inFlight() {
        return 0;
    }

    @Override
    public State state() {
        return State.CLOSED;
    }

    @Override
    public CloseReport close(CloseMode mode, long nanos) {
        return DRAINED;
    }

    @Override
    public Optional<CloseReport.StuckJob> head() {
        return Optional.empty();
    }

    @Override
    public boolean expire(long sequence, Throwable cause) {
        return false;
    }

    @Override
    public void addTo(Totals totals) {}

    @Override
    public boolean isGone() {
        return true;
    }

    @Override
    public long tail() {
        return 0;
    }

    @Override
    public boolean hasPassed(long boundary) {
        return true;
    }

    @Override
    public void awaitSubmitters() {}

    @Override
    public void setGate() {}

    @Override
    public void wakeAll() {}
}
