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

/** Weakened: who defers a free looks at the count before it blocks. Against {@code PinUnit.doom}. */
@JCStressTest
@Outcome(id = {"1"}, expect = ACCEPTABLE, desc = "as it should be")
@Outcome(id = "0", expect = FORBIDDEN, desc = "nobody frees")
@State
public class ForgottenFreeControl {
    private static final int BLOCKED = Integer.MIN_VALUE;

    private final AtomicInteger word = new AtomicInteger(1024);
    private final AtomicInteger freed = new AtomicInteger();

    @Actor
    public void unpinner() {
        if (word.getAndAdd(-1024) < 0) {
            freed.set(1);
        }
    }

    @Actor
    public void freer() {
        boolean pinned = word.get() >= 1024;
        word.getAndUpdate(count -> count | BLOCKED);
        if (!pinned) {
            freed.set(1);
        }
    }

    @Arbiter
    public void look(I_Result r) {
        r.r1 = freed.get();
    }
}
