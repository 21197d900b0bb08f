package org.quern.padata;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.quern.padata.CloseReport.Phase;
import org.quern.padata.CloseReport.StuckJob;
import org.quern.padata.run.Waiters;

/**
 * How a shell closes: refuse, wait for the head to reach the tail with the token parked, and at the deadline give up
 * what is left. Giving up takes the parked token away for good, so that no serial phase begins afterwards; if the token
 * is out, its holder sees the closed state before the next job and lets it fall.
 */
final class ShellCloser {
    private static final CloseReport DRAINED = new CloseReport(true, 0, List.of(), List.of());

    private final Shell shell;
    private final Ring ring;
    private final Waiters waiters;
    private @Nullable CloseReport report; // guarded by this

    ShellCloser(Shell shell, Ring ring, Waiters waiters) {
        this.shell = shell;
        this.ring = ring;
        this.waiters = waiters;
    }

    CloseReport close(long nanos) {
        long start = System.nanoTime();
        if (shell.startClosing()) {
            waiters.wakeAll(); // submitters that wait for room give up
        }
        boolean drained = waiters.await(() -> shell.isClosed() || ring.isDrained(), nanos);
        synchronized (this) {
            if (report == null) {
                report = drained || ring.isDrained() ? DRAINED : giveUp(start);
                shell.setClosed();
                waiters.wakeAll(); // other closers
            }
            return report;
        }
    }

    private CloseReport giveUp(long start) {
        shell.setClosed();
        long head = ring.cursors.headVolatile();
        boolean parked = ring.words.retire(head);
        // With the token parked or gone the head stands still and the job there is the one to name. With the token out,
        // the job that is being serialised is the one before the head.
        StuckJob stuck = parked
                ? stuckInParallel(head, start)
                : new StuckJob(shell.name(), head - 1, Phase.SERIAL, since(start));
        return new CloseReport(false, ring.inFlight(), List.of(stuck), List.of());
    }

    private StuckJob stuckInParallel(long head, long start) {
        Job job = ring.peekAcquire(head);
        Completion token = job == null ? null : job.deferred;
        if (token == null || token.sequence != head) {
            return new StuckJob(shell.name(), head, Phase.PARALLEL, since(start));
        }
        return new StuckJob(shell.name(), head, Phase.DEFERRED, since(token.sinceNanos));
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }
}
