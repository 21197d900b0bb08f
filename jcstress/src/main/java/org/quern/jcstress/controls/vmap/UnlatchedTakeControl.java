package org.quern.jcstress.controls.vmap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of TakeStress: the stack of given-back blocks without the latch. Must be caught. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "two blocks")
@Outcome(expect = FORBIDDEN, desc = "one block handed out twice")
@State
public class UnlatchedTakeControl {
    private final int[] givenBack = {64, 128};
    private int size = 2;
    private int a;
    private int b;

    private int take() {
        int top = size - 1;
        int block = givenBack[top];
        size = top;
        return block;
    }

    @Actor
    public void first() {
        a = take();
    }

    @Actor
    public void second() {
        b = take();
    }

    @Arbiter
    public void compare(I_Result r) {
        r.r1 = a != b ? 1 : 0;
    }
}
