package org.quern.jcstress.controls.vmap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/**
 * The weakened copy of AllocatorStress.CheckedDoubleFree: a plain byte says "in use", as it does outside the checked mode.
 * Must be caught: it is why guarantee 4 of the allocator has an exception, and why the checked mode has a latch.
 */
@JCStressTest
@Outcome(id = {"1, 0", "0, 1"}, expect = ACCEPTABLE, desc = "one of them")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "both: the block is in two magazines")
@State
public class PlainInUseByteControl {
    private byte inUse = 1;

    private int giveBack() {
        if (inUse == 0) {
            return 0;
        }
        inUse = 0;
        return 1;
    }

    @Actor
    public void first(II_Result r) {
        r.r1 = giveBack();
    }

    @Actor
    public void second(II_Result r) {
        r.r2 = giveBack();
    }
}
