package org.quern.jcstress.controls.vmap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of AllocatorStress.TakeAgainstTake: two threads pop from one magazine without a latch. Must be caught. */
@JCStressTest
@Outcome(id = {"1, 2", "2, 1"}, expect = ACCEPTABLE, desc = "each its own")
@Outcome(id = {"1, 1", "2, 2"}, expect = FORBIDDEN, desc = "one block handed to both")
@State
public class SharedMagazineControl {
    private final long[] slots = {0, 1, 2};
    private int top = 2;

    private int take() {
        int t = top;
        long block = slots[t];
        top = t - 1;
        return (int) block;
    }

    @Actor
    public void first(II_Result r) {
        r.r1 = take();
    }

    @Actor
    public void second(II_Result r) {
        r.r2 = take();
    }
}
