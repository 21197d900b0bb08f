package org.quern.padata;

import java.lang.invoke.VarHandle;

import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.jspecify.annotations.Nullable;
import org.quern.padata.run.Idling;
import org.quern.padata.run.Parker;
import org.quern.padata.run.SpinBudget;

/**
 * A lane: the thread that runs the serial phases of one callback CPU. It receives shells, not jobs; a shell that stands
 * in its queue has brought its drain token along, and can therefore stand in no other.
 */
final class SerialWorker {
    private final int cpu;
    private final MpscVarHandleArrayQueue<Served> shells;
    private volatile @Nullable Parker parker;
    private volatile boolean stopping;

    SerialWorker(int cpu, int maxShells) {
        this.cpu = cpu;
        shells = new MpscVarHandleArrayQueue<>(Math.max(2, maxShells));
    }

    /** Hands a shell and its drain token to this lane. */
    void offer(Served shell) {
        boolean fits = shells.offer(shell);
        assert fits : "more shells than maxShells";
        VarHandle.fullFence(); // P1: the element before the look at the parker; pairs with prepare() in loop
        wake();
    }

    void stop() {
        stopping = true;
        wake();
    }

    private void wake() {
        Parker current = parker;
        if (current != null) {
            current.signal();
        }
    }

    void loop() {
        Parker mine = new Parker(Thread.currentThread());
        parker = mine;
        Idling idling = new SpinBudget();
        while (!stopping || !shells.isEmpty()) {
            Served shell = shells.poll();
            if (shell != null) {
                idling.foundWork();
                shell.drainOnLane(cpu);
            } else if (!idling.lookAgain()) {
                idling.beforeSleep();
                sleep(mine);
                idling.afterSleep();
            }
        }
    }

    private void sleep(Parker mine) {
        mine.prepare();
        if (stopping || !shells.isEmpty()) {
            mine.cancel();
        } else {
            mine.sleep();
        }
    }
}
