package org.quern.jcstress.controls.vmap;

import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Weakened: a pin looks for the block and adds in two steps. Against {@code PinWords.tryPin}. */
@JCStressTest
@Outcome(id = {"1, 0", "0, 1", "0, 0"}, expect = ACCEPTABLE, desc = "as it should be")
@Outcome(id = "1, 1", expect = FORBIDDEN, desc = "pinned and discarded")
@State
public class CheckThenPinControl {
    private static final int BLOCKED = Integer.MIN_VALUE;

    private final AtomicInteger word = new AtomicInteger();

    @Actor
    public void pinner(II_Result r) {
        if (word.get() >= 0) {
            word.getAndAdd(1024);
            r.r1 = 1;
        }
    }

    @Actor
    public void freer(II_Result r) {
        int seen = word.getAndUpdate(count -> count | BLOCKED);
        r.r2 = (seen & Integer.MAX_VALUE) < 1024 ? 1 : 0;
    }
}
