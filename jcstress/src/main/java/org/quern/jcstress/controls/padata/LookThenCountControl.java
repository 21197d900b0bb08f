package org.quern.jcstress.controls.padata;

import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of WaitersStress: the waiter looks, is counted, and would park without looking again. */
@JCStressTest
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "neither saw the room nor was counted: lost wake-up")
@Outcome(expect = ACCEPTABLE, desc = "saw the room, or was counted")
@State
public class LookThenCountControl {
    private final AtomicInteger room = new AtomicInteger();
    private final AtomicInteger count = new AtomicInteger();

    @Actor
    public void waiter(II_Result r) {
        r.r1 = room.get();
        count.incrementAndGet();
    }

    @Actor
    public void drainer(II_Result r) {
        room.getAndSet(1);
        r.r2 = count.get();
    }
}
