package org.quern.jcstress.controls.vmap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/**
 * The weakened copy of PageFillStress.FailureDelivery: the end of the fill is announced before its failure is recorded, and
 * not under the lock of the room. Must be caught.
 */
@JCStressTest
@Outcome(id = {"0, 0", "0, 1", "1, 1"}, expect = ACCEPTABLE, desc = "still running, or told why it failed")
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "the waiter saw the end and takes the failed fill for a good one")
@State
public class ForgottenWaiterControl {
    private volatile int over;
    private volatile int failure;

    @Actor
    public void fail() {
        over = 1;
        failure = 1;
    }

    @Actor
    public void waiter(II_Result r) {
        r.r1 = over;
        r.r2 = failure;
    }
}
