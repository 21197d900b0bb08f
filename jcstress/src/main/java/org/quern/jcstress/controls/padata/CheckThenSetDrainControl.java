package org.quern.jcstress.controls.padata;

import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of DrainTokenStress: both sides look, then store, instead of one read-modify-write. */
@JCStressTest
@Outcome(id = {"1, 0", "0, 1"}, expect = ACCEPTABLE, desc = "one serialises")
@Outcome(expect = FORBIDDEN, desc = "an orphan, or both")
@State
public class CheckThenSetDrainControl {
    private static final int PENDING = 0;
    private static final int DONE = 1;
    private static final int WAITING = 2;
    private final AtomicInteger word = new AtomicInteger(PENDING);

    @Actor
    public void drainer(II_Result r) {
        if (word.get() == DONE) {
            r.r1 = 1;
        } else {
            word.set(WAITING);
        }
    }

    @Actor
    public void completer(II_Result r) {
        int found = word.get();
        word.set(DONE);
        if (found == WAITING) {
            r.r2 = 1;
        }
    }
}
