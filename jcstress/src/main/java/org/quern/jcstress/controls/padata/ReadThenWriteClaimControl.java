package org.quern.jcstress.controls.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.quern.padata.range.RangeArithmetic;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of ClaimStress: the position is read, then written, instead of one compare-and-set. */
@JCStressTest
@Outcome(id = {"0, 10", "10, 0"}, expect = ACCEPTABLE, desc = "one each")
@Outcome(expect = FORBIDDEN, desc = "a piece claimed twice, or lost")
@State
public class ReadThenWriteClaimControl {
    private volatile long next;

    @Actor
    public void one(JJ_Result r) {
        r.r1 = claim();
    }

    @Actor
    public void other(JJ_Result r) {
        r.r2 = claim();
    }

    private long claim() {
        long from = next;
        next = RangeArithmetic.pieceEnd(from, 20, 10);
        return from;
    }
}
