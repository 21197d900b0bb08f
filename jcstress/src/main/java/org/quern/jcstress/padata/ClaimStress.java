package org.quern.jcstress.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.quern.padata.range.Claims;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Two threads claim the two pieces of a range: each gets one, none is lost. */
@JCStressTest
@Outcome(id = {"0, 10", "10, 0"}, expect = ACCEPTABLE, desc = "one each")
@Outcome(expect = FORBIDDEN, desc = "a piece claimed twice, or lost")
@State
public class ClaimStress {
    private final Claims claims = new Claims(0, 20, 10);

    @Actor
    public void one(JJ_Result r) {
        r.r1 = claims.claim();
    }

    @Actor
    public void other(JJ_Result r) {
        r.r2 = claims.claim();
    }
}
