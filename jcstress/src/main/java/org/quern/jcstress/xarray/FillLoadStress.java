package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** A range is filled across two leaves and an entry above them: each index goes straight from old to new. */
@JCStressTest
@Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "8, 2", expect = ACCEPTABLE, desc = "between")
@Outcome(id = "1, 8", expect = ACCEPTABLE, desc = "between")
@Outcome(id = "8, 8", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "neither old nor new")
@State
public class FillLoadStress {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public FillLoadStress() {
        tree.store(64, 6, 1);
        tree.store(130, 2);
        tree.store(0, 3);
    }

    @Actor
    public void fill() {
        tree.fill(100, 140, 8);
    }

    @Actor
    public void load(JJ_Result r) {
        r.r1 = tree.load(101);
        r.r2 = tree.load(130);
    }

    @Arbiter
    public void release(JJ_Result r) {
        tree.release();
    }
}
