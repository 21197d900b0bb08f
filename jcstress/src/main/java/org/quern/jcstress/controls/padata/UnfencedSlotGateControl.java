package org.quern.jcstress.controls.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.padata.order.RingCursors;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of SlotGateStress: no fence on either side, the volatile store of the gate is taken for enough. */
@JCStressTest
@Outcome(id = {"1, 1", "0, 0"}, expect = ACCEPTABLE, desc = "waited for, or refused")
@Outcome(expect = FORBIDDEN, desc = "accepted, and not waited for")
@State
public class UnfencedSlotGateControl {
    private final RingCursors cursors = new RingCursors(4, 0, true);
    private volatile boolean shut;

    @Actor
    public void publish(II_Result r) {
        cursors.setTakenRelease(1);
        if (shut) {
            cursors.setTakenRelease(0);
        } else {
            cursors.setTailRelease(1);
            r.r1 = 1;
        }
    }

    @Actor
    public void close(II_Result r) {
        shut = true;
        while (cursors.tailVolatile() != cursors.takenVolatile()) {
            Thread.onSpinWait();
        }
        r.r2 = (int) cursors.tailVolatile();
    }
}
