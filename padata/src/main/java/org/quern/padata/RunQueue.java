package org.quern.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;
import org.quern.padata.run.AsymmetricFence;
import org.quern.padata.run.Sleepers;

/**
 * Shells that have something for a parallel worker, each at most once (its {@code queued} flag sees to that), and the
 * workers that have nothing to do: those that look, and those that sleep.
 * <p>
 * Bounded by the number of shells, hence practically never full; {@link Shells} forgets a closed shell only when it has left.
 */
final class RunQueue {
    private static final VarHandle IDLE;

    static {
        try {
            IDLE = MethodHandles.lookup().findVarHandle(RunQueue.class, "idle", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final MpmcVarHandleArrayQueue<Served> shells;
    private final Sleepers sleepers;
    /** Workers that serve no shell. */
    private volatile int idle;
    /** How many threads are expected to claim from one ring: the workers and a helping submitter. */
    private volatile int claimants = 2;

    RunQueue(int maxShells, Sleepers sleepers) {
        shells = new MpmcVarHandleArrayQueue<>(Math.max(2, maxShells));
        this.sleepers = sleepers;
    }

    /** Puts a shell in and wakes a worker. The caller has just raised the shell's flag. */
    void offer(Served shell) {
        while (!shells.offer(shell)) {
            Thread.onSpinWait(); // a shell announced while it closed stands in somebody's place; workers take it out
        }
        // P1: the queue publishes its element by a release store; without this fence the look at the sleepers could
        // come before it, and both sides would miss each other. Pairs with Sleepers.sleep.
        VarHandle.fullFence();
        sleepers.wakeOne();
    }

    /** Takes a shell; wakes another worker if there are more, so that one long job delays no other shell. */
    @Nullable
    Served poll() {
        Served shell = shells.poll();
        if (shell != null && !shells.isEmpty()) {
            sleepers.wakeOne();
        }
        return shell;
    }

    boolean isEmpty() {
        return shells.isEmpty();
    }

    /** Whether a worker has nothing to do. Volatile; pairs with {@link #becomeIdle} by the fences there. */
    boolean anyIdle() {
        return idle != 0;
    }

    /** A worker has nothing to do, and looks once more what there is: S2 of {@link Scheduling}. */
    void becomeIdle() {
        IDLE.getAndAdd(this, 1);
        AsymmetricFence.heavy(); // pairs with the light fence before announce
    }

    void noLongerIdle() {
        IDLE.getAndAdd(this, -1);
    }

    int claimants() {
        return claimants;
    }

    void setClaimants(int count) {
        claimants = count;
    }
}
