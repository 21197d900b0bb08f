package org.quern.padata;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.quern.padata.CloseReport.Phase;
import org.quern.padata.CloseReport.StuckJob;
import org.quern.padata.run.AsymmetricFence;
import org.quern.padata.run.Waiters;

/**
 * How a shell closes: refuse, wait for the head to reach the tail with the token parked, and at the deadline give up
 * what is left. Giving up takes the parked token away for good, so that no serial phase begins afterwards; if the token
 * is out, its holder sees the closed state before the next job and lets it fall.
 */
final class ShellCloser {
    private static final CloseReport DRAINED = new CloseReport(true, 0, List.of(), List.of());
    private static final long ABANDON_LOOK_NANOS = 100_000;

    private final RingEngine engine;
    private final Ring ring;
    private final Waiters waiters;
    private @Nullable CloseReport report; // guarded by this

    ShellCloser(RingEngine engine, Ring ring, Waiters waiters) {
        this.engine = engine;
        this.ring = ring;
        this.waiters = waiters;
    }

    CloseReport close(CloseMode mode, long nanos) {
        long start = System.nanoTime();
        if (engine.startClosing()) {
            AsymmetricFence.heavy(); // pairs with the light fence between number and second look: A2 of Admission
            waiters.wakeAll(); // submitters that wait for room give up
        }
        if (mode == CloseMode.CANCEL) {
            engine.cancelAll();
        }
        boolean drained = waiters.await(() -> engine.isClosed() || ring.isDrained(),
                mode == CloseMode.ABANDON ? 0 : nanos);
        CloseReport result;
        synchronized (this) {
            if (report == null) {
                report = drained || ring.isDrained() ? DRAINED : giveUp(start);
                engine.setClosed();
                waiters.wakeAll(); // other closers
            }
            result = report;
        }
        if (mode == CloseMode.ABANDON) {
            awaitCallbacks(start, nanos);
        }
        return result;
    }

    /** Nothing signals that the last callback of a shell that was given up has returned: look now and then. */
    private void awaitCallbacks(long start, long nanos) {
        Waiters quiet = new Waiters();
        while (!engine.isQuiet() && System.nanoTime() - start < nanos) {
            quiet.await(engine::isQuiet, Math.min(ABANDON_LOOK_NANOS, nanos));
        }
    }

    private CloseReport giveUp(long start) {
        engine.setClosed();
        long head = ring.cursors.headVolatile();
        boolean parked = ring.words.retire(head);
        int abandoned = ring.inFlight();
        engine.served(abandoned);
        // With the token parked or gone the head stands still and the job there is the one to name. With the token out,
        // the job that is being serialised is the one before the head.
        StuckJob stuck = parked
                ? stuckInParallel(head, start)
                : new StuckJob(engine.shell().name(), serialised(head), Phase.SERIAL, since(start));
        return new CloseReport(false, abandoned, List.of(stuck), List.of());
    }

    private StuckJob stuckInParallel(long head, long start) {
        Completion token = engine.deferredAt(head);
        return token == null
                ? new StuckJob(engine.shell().name(), head, Phase.PARALLEL, since(start))
                : new StuckJob(engine.shell().name(), head, Phase.DEFERRED, since(token.sinceNanos));
    }

    /** The job everything waits for now; where it is not deferred, nobody has noted since when. */
    Optional<StuckJob> head() {
        long head = ring.cursors.headVolatile();
        if (ring.words.isParkedAt(head)) {
            return ring.cursors.tailVolatile() == head
                    ? Optional.empty()
                    : Optional.of(stuckInParallel(head, System.nanoTime()));
        }
        return ring.isDrained()
                ? Optional.empty()
                : Optional.of(new StuckJob(engine.shell().name(), serialised(head), Phase.SERIAL, Duration.ZERO));
    }

    /** The job that is being serialised, the token being out. */
    private long serialised(long head) {
        return ring.isFixed() ? ring.cursors.serialisedOpaque() : head - 1;
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }
}
