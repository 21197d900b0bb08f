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

/** The weakened copy of PageFillStress.TwoTouchers: ABSENT is looked at, then claimed, without the room. Must be caught. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "one filled it")
@Outcome(id = "2", expect = FORBIDDEN, desc = "both asked the handler: one overwrites what the other published")
@State
public class CheckThenClaimControl {
    private static final int ABSENT = 0;
    private static final int FILLING = 1;
    private static final int PRESENT = 2;
    private final AtomicInteger asked = new AtomicInteger();
    private volatile int state = ABSENT;

    private void touch() {
        if (state == ABSENT) {
            state = FILLING;
            asked.incrementAndGet();
            state = PRESENT;
        }
    }

    @Actor
    public void first() {
        touch();
    }

    @Actor
    public void second() {
        touch();
    }

    @Arbiter
    public void count(I_Result r) {
        r.r1 = asked.get();
    }
}
