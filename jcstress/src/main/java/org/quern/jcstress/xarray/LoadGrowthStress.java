package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** R2, R10: growth from the head over three levels; the lone entry stays, the new one appears complete. */
@JCStressTest
@Outcome(id = "-1, 1", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "an entry was lost or is foreign")
@State
public class LoadGrowthStress {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public LoadGrowthStress() {
        tree.store(0, 1);
    }

    @Actor
    public void grow() {
        tree.store(4096, 2);
    }

    @Actor
    public void load(JJ_Result r) {
        r.r1 = tree.load(4096);
        r.r2 = tree.load(0);
    }

    @Arbiter
    public void release(JJ_Result r) {
        tree.release();
    }
}
