package org.quern.jcstress.controls.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;
import org.quern.jcstress.xarray.TestTree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of SharedAddStress: the value is read, then the sum is stored. Must be caught. */
@JCStressTest
@Outcome(id = {"0, 1, 11", "10, 0, 11"}, expect = ACCEPTABLE, desc = "one after the other")
@Outcome(expect = FORBIDDEN, desc = "an addition was lost")
@State
public class ReadThenAddControl {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public ReadThenAddControl() {
        tree.share();
        tree.store(64, 5);
        tree.store(65, 0);
    }

    @Actor
    public void one(JJJ_Result r) {
        r.r1 = tree.load(65);
        tree.storeInLeaf(65, r.r1 + 1);
    }

    @Actor
    public void two(JJJ_Result r) {
        r.r2 = tree.load(65);
        tree.storeInLeaf(65, r.r2 + 10);
    }

    @Arbiter
    public void look(JJJ_Result r) {
        r.r3 = tree.load(65);
        tree.release();
    }
}
