package org.quern.padata;

import java.lang.invoke.VarHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;
import org.quern.padata.CloseReport.Phase;
import org.quern.padata.CloseReport.StuckJob;
import org.quern.padata.order.KeyQueue;
import org.quern.padata.run.Waiters;

/** How a keyed shell closes: refuse, wait until no key is left, and at the deadline give up what is left. */
final class KeyedCloser {
    private final KeyedEngine engine;
    private final ConcurrentHashMap<Object, KeyQueue> keys;
    /** Tokens of deferred jobs that were not completed. */
    private final Set<Completion> open = ConcurrentHashMap.newKeySet();
    private final Waiters waiters = new Waiters();
    private @Nullable CloseReport report; // guarded by this

    KeyedCloser(KeyedEngine engine, ConcurrentHashMap<Object, KeyQueue> keys) {
        this.engine = engine;
        this.keys = keys;
    }

    void deferred(Completion token) {
        open.add(token);
        if (!token.isOpen()) {
            open.remove(token); // completed in between
        }
    }

    void completed(Completion token) {
        open.remove(token);
    }

    /** A key went. Fence between the map and the count of waiters: W1 of {@link Waiters}. */
    void keyGone() {
        VarHandle.fullFence();
        if (waiters.any() && keys.isEmpty()) {
            waiters.wakeAll();
        }
    }

    CloseReport close(CloseMode mode, long nanos) {
        long start = System.nanoTime();
        if (engine.startClosing()) {
            engine.awaitSubmitters();
        }
        if (mode == CloseMode.CANCEL) {
            engine.setCancelling(); // volatile, before the look at the tokens; pairs with Worker.defer
            for (Completion token : open) {
                token.release(new CancellationException("keyed shell " + engine.name() + " was closed"));
            }
        }
        boolean drained = waiters.await(() -> engine.isClosed() || keys.isEmpty(),
                mode == CloseMode.ABANDON ? 0 : nanos);
        synchronized (this) {
            if (report == null) {
                report = drained ? new CloseReport(true, 0, List.of(), List.of()) : giveUp(start);
                engine.setClosed();
                waiters.wakeAll();
            }
            return report;
        }
    }

    private CloseReport giveUp(long start) {
        engine.setClosed();
        List<StuckJob> stuck = new ArrayList<>();
        for (Completion token : open) {
            stuck.add(new StuckJob(engine.name(), token.sequence, Phase.DEFERRED, since(token.sinceNanos)));
        }
        if (stuck.isEmpty()) {
            stuck.add(new StuckJob(engine.name(), 0, Phase.PARALLEL, since(start)));
        }
        return new CloseReport(false, engine.inFlight(), List.copyOf(stuck), List.of());
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }
}
