package org.quern.jcstress.controls.vmap;

import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Weakened: the limit is looked at, and the pin added, in two steps. Against {@code PinWords.tryPin}. */
@JCStressTest
@Outcome(id = {"0"}, expect = ACCEPTABLE, desc = "as it should be")
@Outcome(id = "1", expect = FORBIDDEN, desc = "the count wrapped")
@State
public class CheckThenAddPinControl {
    private final AtomicInteger word = new AtomicInteger(((1 << 21) - 2) * 1024);

    @Actor
    public void first() {
        pin();
    }

    @Actor
    public void second() {
        pin();
    }

    private void pin() {
        if (word.get() <= Integer.MAX_VALUE - 1024) {
            word.getAndAdd(1024);
        }
    }

    @Arbiter
    public void look(I_Result r) {
        r.r1 = word.get() < 0 ? 1 : 0;
    }
}
