package org.quern.jcstress.controls.vmap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of LatchStress: the latch is checked, then set, instead of compared and set. Must be caught. */
@JCStressTest
@Outcome(id = "2", expect = ACCEPTABLE, desc = "both counted")
@Outcome(id = "1", expect = FORBIDDEN, desc = "one increment lost: two threads held the latch")
@State
public class CheckThenSetLatchControl {
    private volatile boolean held;
    private int count;

    private void increment() {
        while (held) {
            Thread.onSpinWait();
        }
        held = true;
        count++;
        held = false;
    }

    @Actor
    public void first() {
        increment();
    }

    @Actor
    public void second() {
        increment();
    }

    @Arbiter
    public void total(I_Result r) {
        r.r1 = count;
    }
}
