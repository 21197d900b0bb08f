package org.quern.padata;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import org.quern.kapi.Operation;

/**
 * CPUs that come and go when told to: for tests, and for applications that manage their CPUs by themselves. Nothing is
 * pinned to simulated CPUs.
 */
@Operation(threads = Operation.Threads.ANY)
public final class SimulatedCpus implements CpuSource {
    private final CpuMask possible;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile CpuMask online;

    /**
     * All of them online.
     *
     * @param possible the CPUs there are
     * @throws IllegalArgumentException if there are none
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public SimulatedCpus(CpuMask possible) {
        if (possible.isEmpty()) {
            throw new IllegalArgumentException("possible=" + possible + ": must not be empty");
        }
        this.possible = possible;
        online = possible;
    }

    @Override
    public CpuMask possible() {
        return possible;
    }

    @Override
    public CpuMask online() {
        return online;
    }

    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "the source's lock")
    @Override
    public Registration listen(Listener listener) {
        listeners.add(listener);
        return () -> {
            synchronized (this) { // waits for a call that is under way
                listeners.remove(listener);
            }
        };
    }

    /**
     * Brings a CPU online; without effect if it is. Waits for each instance to have followed.
     *
     * @param cpu one of the possible CPUs
     * @throws IllegalArgumentException if it is not
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = "the source's lock, then each instance's", errors = IllegalArgumentException.class)
    public synchronized void bringOnline(int cpu) {
        check(cpu);
        if (!online.contains(cpu)) {
            BitSet more = online.toBitSet();
            more.set(cpu);
            online = CpuMask.of(more);
            listeners.forEach(listener -> listener.cameOnline(cpu));
        }
    }

    /**
     * Takes a CPU offline; without effect if it is. Waits for each instance to have followed; if one cannot, the CPU
     * stays online for all.
     *
     * @param cpu one of the possible CPUs
     * @throws IllegalArgumentException if it is not
     * @throws RuntimeException what the instance threw that cannot do without the CPU
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = "the source's lock, then each instance's", errors = {
            IllegalArgumentException.class, RuntimeException.class})
    public synchronized void takeOffline(int cpu) {
        check(cpu);
        if (!online.contains(cpu)) {
            return;
        }
        List<Listener> followed = new ArrayList<>();
        try {
            for (Listener listener : listeners) {
                listener.goingOffline(cpu);
                followed.add(listener);
            }
        } catch (RuntimeException e) {
            followed.forEach(listener -> listener.cameOnline(cpu));
            throw e;
        }
        BitSet fewer = online.toBitSet();
        fewer.clear(cpu);
        online = CpuMask.of(fewer);
    }

    private void check(int cpu) {
        if (!possible.contains(cpu)) {
            throw new IllegalArgumentException("cpu=" + cpu + ": must be one of " + possible);
        }
    }
}
