package org.quern.jcstress.padata;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.padata.run.LoopState;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Pair 21: a worker told to stop leaves its loop while it is wanted back. It goes on, or a new thread is started: not both, and not neither. */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "ended, and a new thread is started")
@Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "goes on")
@Outcome(expect = FORBIDDEN, desc = "two threads for one worker, or none")
@State
public class StopReviveStress {
    private final LoopState state = new LoopState();

    /** The worker has been told to stop. */
    public StopReviveStress() {
        state.stop();
    }

    @Actor
    public void worker(II_Result r) {
        r.r1 = state.end() ? 1 : 0;
    }

    @Actor
    public void masks(II_Result r) {
        r.r2 = state.revive() ? 1 : 0;
    }
}
