package org.quern.jcstress.controls.vmap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.vmap.fault.FillStates;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of PageFillStress.ViewBeforeState: the state is read before the view. Must be caught. */
@JCStressTest
@Outcome(id = {"1, 0", "1, 1", "2, 0"}, expect = ACCEPTABLE, desc = "the old view, or the page is seen to go")
@Outcome(id = "2, 1", expect = FORBIDDEN, desc = "a view that does not end shows a page that is emptied")
@State
public class StateBeforeViewControl {
    private final FillStates states = new FillStates(1);
    private volatile int view = 1;

    public StateBeforeViewControl() {
        states.transition(0, FillStates.ABSENT, FillStates.FILLING);
        states.transition(0, FillStates.FILLING, FillStates.PRESENT);
    }

    @Actor
    public void discard() {
        states.transition(0, FillStates.PRESENT, FillStates.DISCARDING);
        view = 2;
    }

    @Actor
    public void access(II_Result r) {
        r.r2 = states.getAcquire(0) == FillStates.PRESENT ? 1 : 0;
        r.r1 = view;
    }
}
