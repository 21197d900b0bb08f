package org.quern.jcstress.controls.padata;

import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/**
 * The weakened copy of KeyQueueStress: done is published with release and the consumer looks with acquire, but "is the
 * consumer scheduled" is a word of its own, looked at after. Each side may miss the other.
 */
@JCStressTest
@Outcome(id = {"1, 0", "0, 1", "1, 1"}, expect = ACCEPTABLE, desc = "somebody delivers")
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "an orphan")
@State
public class PlainKeyStateControl {
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger parked = new AtomicInteger();

    @Actor
    public void drainer(II_Result r) {
        parked.setRelease(1);
        r.r1 = done.getAcquire();
    }

    @Actor
    public void worker(II_Result r) {
        done.setRelease(1);
        r.r2 = parked.getAcquire();
    }
}
