package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Additions to one value beside each other: none is lost. */
@JCStressTest
@Outcome(id = {"0, 1, 11", "10, 0, 11"}, expect = ACCEPTABLE, desc = "one after the other")
@Outcome(expect = FORBIDDEN, desc = "an addition was lost")
@State
public class SharedAddStress {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public SharedAddStress() {
        tree.share();
        tree.store(64, 5);
        tree.store(65, 0);
    }

    @Actor
    public void one(JJJ_Result r) {
        r.r1 = tree.addInLeaf(65, 1);
    }

    @Actor
    public void two(JJJ_Result r) {
        r.r2 = tree.addInLeaf(65, 10);
    }

    @Arbiter
    public void look(JJJ_Result r) {
        r.r3 = tree.load(65);
        tree.release();
    }
}
