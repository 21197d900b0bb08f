package org.quern.jcstress.controls.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of TwoClaimersStress: the cursor is read, then stored. */
@JCStressTest
@Outcome(id = {"1, 2", "2, 1"}, expect = ACCEPTABLE, desc = "one each")
@Outcome(expect = FORBIDDEN, desc = "claimed twice")
@State
public class CheckThenSetClaimControl {
    private volatile int claim;

    private int take() {
        int mine = claim;
        claim = mine + 1;
        return mine + 1;
    }

    @Actor
    public void one(II_Result r) {
        r.r1 = take();
    }

    @Actor
    public void two(II_Result r) {
        r.r2 = take();
    }
}
