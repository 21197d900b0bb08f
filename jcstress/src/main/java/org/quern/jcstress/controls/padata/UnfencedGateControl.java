package org.quern.jcstress.controls.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.padata.order.RingCursors;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of SingleProducerGateStress: the closer's volatile store is taken for enough. */
@JCStressTest
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "accepted, and close saw an empty ring: a lost job")
@Outcome(expect = ACCEPTABLE, desc = "refused, or waited for")
@State
public class UnfencedGateControl {
    private final RingCursors cursors = new RingCursors(4, 0);
    private volatile boolean shut;

    @Actor
    public void submit(II_Result r) {
        cursors.setTailRelease(1);
        r.r1 = shut ? 0 : 1;
    }

    @Actor
    public void close(II_Result r) {
        shut = true;
        r.r2 = (int) cursors.tailVolatile();
    }
}
