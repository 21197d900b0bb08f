package org.quern.padata;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.quern.padata.run.Affinity;

/** The system's CPUs, by polling: there is no notification that a process without privileges could wait for. */
final class SystemCpus implements CpuSource {
    private static final System.Logger LOG = System.getLogger("org.quern.padata");

    private final CpuMask possible = CpuMask.of(Affinity.possible());
    private final Supplier<CpuMask> look;
    private final long intervalNanos;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile CpuMask online;
    private @Nullable Thread poller; // guarded by this

    SystemCpus(Duration interval) {
        this(interval, CpuMask::available);
    }

    /** @param look what the system says; for tests another one */
    SystemCpus(Duration interval, Supplier<CpuMask> look) {
        this.look = look;
        intervalNanos = interval.toNanos();
        online = look.get();
    }

    @Override
    public CpuMask possible() {
        return possible;
    }

    @Override
    public CpuMask online() {
        return online;
    }

    @Override
    public Registration listen(Listener listener) {
        synchronized (this) {
            listeners.add(listener);
            if (poller == null) {
                poller = Thread.ofPlatform().daemon().name("padata-cpus").start(this::poll);
            }
        }
        return () -> {
            synchronized (this) { // the lock also waits for a call that is under way
                listeners.remove(listener);
                if (listeners.isEmpty() && poller != null) {
                    poller.interrupt();
                    poller = null;
                }
            }
        };
    }

    private void poll() {
        while (!Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(intervalNanos);
            CpuMask now = look.get();
            if (!now.equals(online)) {
                changed(now);
            }
        }
    }

    private synchronized void changed(CpuMask now) {
        CpuMask before = online;
        online = now;
        for (int cpu : now.toArray()) { // first those that come: an instance should not run dry in between
            if (!before.contains(cpu)) {
                tell(listener -> listener.cameOnline(cpu));
            }
        }
        for (int cpu : before.toArray()) {
            if (!now.contains(cpu)) {
                tell(listener -> listener.goingOffline(cpu));
            }
        }
    }

    private void tell(java.util.function.Consumer<Listener> event) {
        for (Listener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.ERROR, "an instance could not follow a change of the CPUs", e);
            }
        }
    }
}
