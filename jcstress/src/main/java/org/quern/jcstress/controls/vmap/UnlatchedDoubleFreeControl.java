package org.quern.jcstress.controls.vmap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of DoubleFreeStress: the in-use bit is checked and cleared without the latch. Must be caught. */
@JCStressTest
@Outcome(id = {"1, 0", "0, 1"}, expect = ACCEPTABLE, desc = "one of them")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "both: the block is on the stack twice")
@State
public class UnlatchedDoubleFreeControl {
    private long inUse = 2;

    private int giveBack() {
        if ((inUse & 2) == 0) {
            return 0;
        }
        inUse &= ~2;
        return 1;
    }

    @Actor
    public void first(II_Result r) {
        r.r1 = giveBack();
    }

    @Actor
    public void second(II_Result r) {
        r.r2 = giveBack();
    }
}
