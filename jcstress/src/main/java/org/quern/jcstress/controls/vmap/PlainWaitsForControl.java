package org.quern.jcstress.controls.vmap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of PageFillStress.Circle: what a thread waits for is announced by a plain store. Must be caught. */
@JCStressTest
@Outcome(id = {"0, 1", "1, 0", "1, 1"}, expect = ACCEPTABLE, desc = "at least one sees the circle")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "neither sees it: both wait for ever")
@State
public class PlainWaitsForControl {
    private int firstWaits;
    private int secondWaits;

    @Actor
    public void first(II_Result r) {
        firstWaits = 1;
        r.r1 = secondWaits;
    }

    @Actor
    public void second(II_Result r) {
        secondWaits = 1;
        r.r2 = firstWaits;
    }
}
