package org.quern.jcstress.controls.vmap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Weakened: a handle looks whether it is closed, and closes, in two steps. Against {@code PinRecord.tryRelease}. */
@JCStressTest
@Outcome(id = {"1, 0", "0, 1"}, expect = ACCEPTABLE, desc = "as it should be")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "released twice")
@State
public class CheckThenCloseControl {
    private volatile boolean released;

    @Actor
    public void first(II_Result r) {
        r.r1 = close();
    }

    @Actor
    public void second(II_Result r) {
        r.r2 = close();
    }

    private int close() {
        if (released) {
            return 0;
        }
        released = true;
        return 1;
    }
}
