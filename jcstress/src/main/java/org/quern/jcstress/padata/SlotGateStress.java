package org.quern.jcstress.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.padata.order.RingCursors;
import org.quern.padata.run.AsymmetricFence;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/**
 * G2: the submitter of a slot shell takes its numbers, looks at the gate, and publishes them or gives them back; whoever
 * shuts the gate waits until tail and taken agree, and takes the tail for the last job. Plain contents: what is published
 * is complete.
 */
@JCStressTest
@Outcome(id = "1, 7", expect = ACCEPTABLE, desc = "published, and waited for")
@Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "refused, and given back")
@Outcome(expect = FORBIDDEN, desc = "accepted, and not waited for; or seen without its contents")
@State
public class SlotGateStress {
    private final RingCursors cursors = new RingCursors(4, 0, true);
    private int contents;
    private volatile boolean shut;

    @Actor
    public void publish(II_Result r) {
        contents = 7;
        cursors.setTakenRelease(1);
        AsymmetricFence.light();
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
        AsymmetricFence.heavy();
        while (cursors.tailVolatile() != cursors.takenVolatile()) {
            Thread.onSpinWait();
        }
        r.r2 = cursors.tailVolatile() == 1 ? contents : 0;
    }
}
