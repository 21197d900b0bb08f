package org.quern.jcstress.controls.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.padata.order.RingCursors;
import org.quern.padata.run.AsymmetricFence;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of EpochGateStress: the epoch is replaced without waiting for the numbers taken. */
@JCStressTest
@Outcome(id = "-1, 0", expect = ACCEPTABLE, desc = "refused for now")
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "old epoch, below the boundary")
@Outcome(expect = FORBIDDEN, desc = "old epoch beyond the boundary, or the new one with the gate shut")
@State
public class HastyEpochControl {
    private final RingCursors cursors = new RingCursors(4, 0, true);
    private volatile boolean shut;
    private volatile int epoch = 1;

    @Actor
    public void submit(II_Result r) {
        cursors.setTakenRelease(1);
        AsymmetricFence.light();
        if (shut) {
            cursors.setTakenRelease(0);
            r.r1 = -1;
        } else {
            for (int wait = 0; wait < 128; wait++) {
                Thread.onSpinWait(); // a submitter may be held up here; the heavy fence takes a microsecond
            }
            r.r1 = epoch;
            cursors.setTailRelease(1);
        }
    }

    @Actor
    public void replace(II_Result r) {
        shut = true;
        AsymmetricFence.heavy();
        epoch = 2;
        r.r2 = (int) cursors.tailVolatile();
    }
}
