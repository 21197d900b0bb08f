package org.quern.padata;

import java.lang.invoke.VarHandle;

import org.jctools.queues.varhandle.MpmcVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;
import org.quern.padata.run.Sleepers;

/**
 * Shells that have something for a parallel worker, each at most once (its {@code scheduled} flag sees to that), and
 * the workers that sleep because there is none.
 * <p>
 * Bounded by the number of shells, hence never full; {@link Padata} forgets a closed shell only when it has left.
 */
final class RunQueue {
    private final MpmcVarHandleArrayQueue<Shell> shells;
    private final Sleepers sleepers;

    RunQueue(int maxShells, Sleepers sleepers) {
        shells = new MpmcVarHandleArrayQueue<>(Math.max(2, maxShells));
        this.sleepers = sleepers;
    }

    /** Puts a shell in and wakes a worker. The caller has just raised the shell's flag, or left it raised. */
    void offer(Shell shell) {
        boolean fits = shells.offer(shell);
        assert fits : "more shells than maxShells";
        // P1: the queue publishes its element by a release store; without this fence the look at the sleepers could
        // come before it, and both sides would miss each other. Pairs with Sleepers.sleep.
        VarHandle.fullFence();
        sleepers.wakeOne();
    }

    /** Takes a shell; wakes another worker if there are more, so that one long job delays no other shell. */
    @Nullable
    Shell poll() {
        Shell shell = shells.poll();
        if (shell != null && !shells.isEmpty()) {
            sleepers.wakeOne();
        }
        return shell;
    }

    boolean isEmpty() {
        return shells.isEmpty();
    }
}
