package org.quern.padata;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The shells of an instance: making, forgetting, counting, closing all. */
final class Shells {
    private final Instance instance;
    /** Open shells, and closed ones that a queue or a worker still refers to. */
    private final Set<Shell> shells = ConcurrentHashMap.newKeySet();
    private final Set<KeyedEngine> keyed = ConcurrentHashMap.newKeySet();
    private final Totals ofForgotten = new Totals(); // guarded by this
    private int made; // guarded by this
    private volatile State state = State.RUNNING; // RUNNING -> CLOSING -> CLOSED

    Shells(Instance instance) {
        this.instance = instance;
    }

    synchronized Shell make(ShellOptions.Draft wanted) {
        refuseOneMore();
        Shell shell = new Shell(instance, wanted, made++);
        shells.add(shell);
        return shell;
    }

    synchronized KeyedEngine makeKeyed(KeyedShellOptions wanted) {
        refuseOneMore();
        KeyedEngine engine = new KeyedEngine(instance, wanted, made++);
        keyed.add(engine);
        return engine;
    }

    private void refuseOneMore() {
        PadataOptions.Draft defaults = instance.options();
        if (state != State.RUNNING) {
            throw new IllegalStateException("instance " + defaults.name + " is " + state);
        }
        int present = shells.size() + keyed.size();
        if (present >= defaults.maxShells) {
            throw new IllegalStateException("instance " + defaults.name + " has " + present + " shells: maxShells="
                    + defaults.maxShells);
        }
    }

    /** No shell is made from here on. */
    synchronized void startClosing() {
        state = state == State.RUNNING ? State.CLOSING : state;
    }

    void setClosed() {
        state = State.CLOSED;
    }

    State state() {
        return state;
    }

    void forgetIfGone(Shell shell) {
        if (shell.isGone()) {
            synchronized (this) {
                if (shells.remove(shell)) {
                    shell.addTo(ofForgotten);
                }
            }
        }
    }

    /** Drops a keyed shell that is closed. */
    synchronized void forget(KeyedEngine engine) {
        if (keyed.remove(engine)) {
            engine.addTo(ofForgotten);
            ofForgotten.inFlight = 0; // what was given up is in flight no more
        }
    }

    Totals total() {
        Totals totals = new Totals();
        synchronized (this) {
            totals.add(ofForgotten);
            shells.forEach(shell -> shell.addTo(totals));
            keyed.forEach(engine -> engine.addTo(totals));
        }
        return totals;
    }

    void forEachEngine(Consumer<Engine> action) {
        for (Shell shell : shells) {
            Engine engine = shell.engineOrNull();
            if (engine != null) {
                action.accept(engine);
            }
        }
    }

    void forEachKeyed(Consumer<KeyedEngine> action) {
        keyed.forEach(action);
    }

    void forEach(Consumer<Shell> action) {
        shells.forEach(action);
    }

    private List<CloseReport> closeEach(CloseMode mode, long nanos, long start) {
        List<CloseReport> reports = new ArrayList<>();
        for (Shell shell : shells) {
            reports.add(shell.closeUnchecked(mode, Math.max(0, nanos - (System.nanoTime() - start))));
        }
        for (KeyedEngine engine : keyed) {
            reports.add(engine.closer().close(mode, Math.max(0, nanos - (System.nanoTime() - start))));
            forget(engine);
        }
        return reports;
    }

    /** Closes each, sharing one deadline. The report knows nothing of threads yet. */
    CloseReport closeAll(CloseMode mode, long nanos) {
        long start = System.nanoTime();
        boolean drained = true;
        long abandoned = 0;
        List<CloseReport.StuckJob> stuck = new ArrayList<>();
        for (CloseReport one : closeEach(mode, nanos, start)) {
            drained &= one.drained();
            abandoned += one.abandoned();
            stuck.addAll(one.stuck());
        }
        return new CloseReport(drained, abandoned, List.copyOf(stuck), List.of());
    }
}
