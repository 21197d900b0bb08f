package org.quern.jcstress.controls.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of StopReviveStress: each side looks, then stores. */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "ended, and a new thread is started")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "goes on")
@Outcome(expect = FORBIDDEN, desc = "two threads for one worker, or none")
@State
public class LookThenReviveControl {
    private static final int RUNNING = 0;
    private static final int STOPPING = 1;
    private static final int ENDED = 2;
    private volatile int state = STOPPING;

    @Actor
    public void worker(II_Result r) {
        if (state == STOPPING) {
            state = ENDED;
            r.r1 = 1;
        }
    }

    @Actor
    public void masks(II_Result r) {
        if (state == STOPPING) {
            state = RUNNING;
            r.r2 = 1;
        }
    }
}
