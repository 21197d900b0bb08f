package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.quern.xarray.XArray;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Two threads change one entry by a function; neither change is lost. Index 0 alone needs no memory, so each state has an array of its own. */
@JCStressTest
@Outcome(id = "2", expect = ACCEPTABLE, desc = "both")
@Outcome(expect = FORBIDDEN, desc = "one was lost")
@State
public class ComputeStress {
    private final XArray<Integer> counters = XArray.create();

    @Actor
    public void one() {
        increment();
    }

    @Actor
    public void other() {
        increment();
    }

    private void increment() {
        counters.merge(0, 1, Integer::sum);
    }

    @Arbiter
    public void sum(I_Result r) {
        Integer sum = counters.load(0);
        r.r1 = sum == null ? 0 : sum;
    }
}
