package org.quern.jcstress.controls.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.quern.xarray.XArray;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of ComputeStress: computes and stores without looking whether it was overtaken. Must be caught. */
@JCStressTest
@Outcome(id = "2", expect = ACCEPTABLE, desc = "both")
@Outcome(expect = FORBIDDEN, desc = "one was lost")
@State
public class LoadThenStoreControl {
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
        Integer old = counters.load(0);
        counters.store(0, old == null ? 1 : old + 1);
    }

    @Arbiter
    public void sum(I_Result r) {
        Integer sum = counters.load(0);
        r.r1 = sum == null ? 0 : sum;
    }
}
