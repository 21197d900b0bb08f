package org.quern.jcstress.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.padata.order.RingCursors;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** R3: two threads that claim at once never get the same job. */
@JCStressTest
@Outcome(id = {"1, 2", "2, 1"}, expect = ACCEPTABLE, desc = "one each")
@Outcome(id = {"1, 0", "0, 1"}, expect = ACCEPTABLE, desc = "one lost the race and would look again")
@Outcome(expect = FORBIDDEN, desc = "claimed twice, or by nobody")
@State
public class TwoClaimersStress {
    private final RingCursors cursors = new RingCursors(4, 0);

    private int claim() {
        long claim = cursors.claimVolatile();
        return cursors.casClaim(claim, 1) ? (int) claim + 1 : 0;
    }

    @Actor
    public void one(II_Result r) {
        r.r1 = claim();
    }

    @Actor
    public void two(II_Result r) {
        r.r2 = claim();
    }
}
