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

/** The weakened copy of WriteMarkStress: the mark is set before the data. Must be caught. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "copied, in this epoch or the next")
@Outcome(id = "0", expect = FORBIDDEN, desc = "a write that no epoch reports")
@State
public class MarkBeforeDataControl {
    private final AtomicInteger mark = new AtomicInteger(1); // an older mark
    private int data;
    private int copy;

    @Actor
    public void writer() {
        mark.setRelease(1);
        data = 1;
    }

    @Actor
    public void scanner() {
        epoch();
    }

    private void epoch() {
        if (mark.getOpaque() != 0 && mark.getAndSet(0) != 0) {
            copy = data;
        }
    }

    @Arbiter
    public void nextEpoch(I_Result r) {
        epoch();
        r.r1 = copy;
    }
}
