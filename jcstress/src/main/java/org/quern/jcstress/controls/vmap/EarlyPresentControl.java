package org.quern.jcstress.controls.vmap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.vmap.fault.FillStates;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of PageFillStress.Publication: PRESENT before the content. Must be caught. */
@JCStressTest
@Outcome(id = {"0, 0", "0, 42", "1, 42"}, expect = ACCEPTABLE, desc = "not yet, or with its content")
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "present, and empty")
@State
public class EarlyPresentControl {
    private final FillStates states = new FillStates(1);
    private int content;

    public EarlyPresentControl() {
        states.transition(0, FillStates.ABSENT, FillStates.FILLING);
    }

    @Actor
    public void fill() {
        states.transition(0, FillStates.FILLING, FillStates.PRESENT);
        content = 42;
    }

    @Actor
    public void access(II_Result r) {
        r.r1 = states.getAcquire(0) == FillStates.PRESENT ? 1 : 0;
        r.r2 = content;
    }
}
