package org.quern.jcstress.controls.vmap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of ScratchStress: the bump pointer is read, then written. Must be caught. */
@JCStressTest
@Outcome(id = {"0, 24", "24, 0"}, expect = ACCEPTABLE, desc = "one after the other")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "the same bytes twice")
@State
public class PlainScratchControl {
    private int next;

    private int take(int bytes) {
        int at = next;
        next = at + bytes;
        return at;
    }

    @Actor
    public void first(II_Result r) {
        r.r1 = take(24);
    }

    @Actor
    public void second(II_Result r) {
        r.r2 = take(24);
    }
}
