package org.quern.padata;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

import org.quern.padata.CloseReport.Phase;
import org.quern.padata.CloseReport.StuckJob;

/**
 * Reports jobs that stall their shell, and expires deferred ones after their limit. It looks at the head of each shell a
 * few times within the shorter of both limits, and is on nobody's way: no job needs it to be serialised, except one whose
 * completion never comes. Runs only where one of the limits was asked for.
 */
final class Watchdog {
    private static final System.Logger LOG = System.getLogger("org.quern.padata");
    private static final int LOOKS_PER_LIMIT = 4;
    private static final long SHORTEST_NANOS = 1_000_000;

    /** The head of a shell when it was first seen there. */
    private static final class Seen {
        final StuckJob job;
        final long since = System.nanoTime();
        boolean reported;

        Seen(StuckJob job) {
            this.job = job;
        }

        boolean isStill(StuckJob now) {
            return job.sequence() == now.sequence() && job.phase() == now.phase();
        }

        Duration age(StuckJob now) {
            Duration ours = Duration.ofNanos(System.nanoTime() - since);
            return ours.compareTo(now.atLeast()) > 0 ? ours : now.atLeast();
        }
    }

    private final PadataOptions.Draft options;
    private final Shells shells;
    private final Thread thread;
    private final Map<Shell, Seen> seen = new HashMap<>(); // the thread's
    private volatile boolean stopping;

    Watchdog(PadataOptions.Draft options, Shells shells) {
        this.options = options;
        this.shells = shells;
        thread = Thread.ofPlatform().daemon().name(options.name + "-watchdog").unstarted(this::loop);
    }

    static boolean isWanted(PadataOptions.Draft options) {
        return options.stallHandler != null || options.deferralLimit != null;
    }

    void start() {
        thread.start();
    }

    /** Returns when no report comes any more, or at once if called by the handler. */
    void stop() {
        stopping = true;
        LockSupport.unpark(thread);
        if (!Thread.currentThread().equals(thread)) {
            ThreadEnd.await(java.util.List.of(thread), 1_000_000_000);
        }
    }

    private void loop() {
        long interval = Math.max(SHORTEST_NANOS, shortest() / LOOKS_PER_LIMIT);
        while (!stopping) {
            shells.forEach(this::look);
            seen.keySet().removeIf(shell -> shell.inFlight() == 0);
            LockSupport.parkNanos(this, interval);
        }
    }

    private long shortest() {
        long stall = options.stallHandler == null ? Long.MAX_VALUE : Padata.nanos(options.stallAfter);
        Duration limit = options.deferralLimit;
        return Math.min(stall, limit == null ? Long.MAX_VALUE : Padata.nanos(limit));
    }

    private void look(Shell shell) {
        Optional<StuckJob> head = shell.inFlight() == 0 ? Optional.empty() : shell.head();
        if (head.isEmpty() || stopping) {
            return;
        }
        StuckJob now = head.get();
        Seen before = seen.get(shell);
        if (before == null || !before.isStill(now)) {
            before = new Seen(now);
            seen.put(shell, before);
        }
        Duration age = before.age(now);
        Duration limit = options.deferralLimit;
        if (limit != null && now.phase() == Phase.DEFERRED && age.compareTo(limit) >= 0) {
            shell.expire(now.sequence(), new TimeoutException("job sequence=" + Long.toUnsignedString(now.sequence())
                    + " of shell " + shell.name() + " was deferred for " + age + ", the limit is " + limit));
        } else if (options.stallHandler != null && !before.reported && age.compareTo(options.stallAfter) >= 0) {
            before.reported = true;
            report(options.stallHandler, shell, new StuckJob(now.shell(), now.sequence(), now.phase(), age));
        }
    }

    private static void report(StallHandler handler, Shell shell, StuckJob job) {
        try {
            handler.stalled(shell, job);
        } catch (Throwable t) {
            LOG.log(System.Logger.Level.ERROR, "the stall handler threw for " + job, t);
        }
    }
}
