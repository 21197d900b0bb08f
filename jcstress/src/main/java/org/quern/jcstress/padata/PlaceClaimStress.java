package org.quern.jcstress.padata;

import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.padata.run.Waiters;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** W1: two threads that begin to wait at once, with one free place in the list: each stands in a place of its own. */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both can be found and woken")
@Outcome(expect = FORBIDDEN, desc = "one took the other's place: nobody will wake that one")
@State
public class PlaceClaimStress {
    private final Waiters waiters = new Waiters();
    private final AtomicInteger inside = new AtomicInteger();

    /** A free place is there. */
    public PlaceClaimStress() {
        waiters.awaitInterruptibly(() -> true, Waiters.FOREVER);
    }

    @Actor
    public void one(II_Result r) {
        r.r1 = standsInAPlace();
    }

    @Actor
    public void two(II_Result r) {
        r.r2 = standsInAPlace();
    }

    /** Looks when both have taken a place and neither has left it. */
    private int standsInAPlace() {
        boolean[] found = new boolean[1];
        waiters.awaitInterruptibly(() -> {
            meet(2);
            found[0] = waiters.hasPlace(Thread.currentThread());
            meet(4);
            return true;
        }, Waiters.FOREVER);
        return found[0] ? 1 : 0;
    }

    private void meet(int count) {
        inside.incrementAndGet();
        while (inside.get() < count) {
            Thread.yield();
        }
    }
}
