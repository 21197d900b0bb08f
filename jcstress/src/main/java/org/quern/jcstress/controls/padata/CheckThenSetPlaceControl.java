package org.quern.jcstress.controls.padata;

import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of PlaceClaimStress: the free place is looked at, then stored, instead of compare-and-set. */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both can be found and woken")
@Outcome(expect = FORBIDDEN, desc = "one took the other's place: nobody will wake that one")
@State
public class CheckThenSetPlaceControl {
    private volatile Thread place;
    private volatile Thread another;
    private final AtomicInteger inside = new AtomicInteger();

    @Actor
    public void one(II_Result r) {
        r.r1 = standsInAPlace();
    }

    @Actor
    public void two(II_Result r) {
        r.r2 = standsInAPlace();
    }

    private int standsInAPlace() {
        Thread self = Thread.currentThread();
        if (place == null) {
            place = self;
        } else {
            another = self;
        }
        meet(2);
        boolean found = self.equals(place) || self.equals(another);
        meet(4);
        return found ? 1 : 0;
    }

    private void meet(int count) {
        inside.incrementAndGet();
        while (inside.get() < count) {
            Thread.yield();
        }
    }
}
