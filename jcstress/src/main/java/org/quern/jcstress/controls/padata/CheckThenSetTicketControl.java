package org.quern.jcstress.controls.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of SameJobTwiceStress: the ticket is looked at, then stored, instead of compare-and-set. */
@JCStressTest
@Outcome(id = {"1, 0", "0, 1"}, expect = ACCEPTABLE, desc = "one refused")
@Outcome(expect = FORBIDDEN, desc = "the same job in flight twice")
@State
public class CheckThenSetTicketControl {
    private volatile long ticket;

    private int submit(long mine) {
        if (ticket != 0) {
            return 0;
        }
        ticket = mine;
        return 1;
    }

    @Actor
    public void one(II_Result r) {
        r.r1 = submit(1);
    }

    @Actor
    public void two(II_Result r) {
        r.r2 = submit(2);
    }
}
