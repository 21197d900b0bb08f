package org.quern.jcstress.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.padata.order.RingCursors;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** A submission that is accepted while close begins is waited for: submit moves the tail, then looks; close the reverse. */
@JCStressTest
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "accepted, and close saw an empty ring: a lost job")
@Outcome(expect = ACCEPTABLE, desc = "refused, or waited for")
@State
public class CloseVersusSubmitStress {
    private final RingCursors cursors = new RingCursors(4, 0);
    private volatile boolean closing;

    @Actor
    public void submit(II_Result r) {
        if (cursors.casTail(0, 1)) {
            r.r1 = closing ? 0 : 1;
        }
    }

    @Actor
    public void close(II_Result r) {
        closing = true;
        r.r2 = (int) cursors.tailVolatile();
    }
}
