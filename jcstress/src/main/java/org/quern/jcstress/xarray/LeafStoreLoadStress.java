package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** As StoreLoadStress for stores that lock only a leaf: each is visible to everybody when it returns, so one of two threads that store, in different leaves, and then load sees the other. */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both")
@Outcome(id = "1, -1", expect = ACCEPTABLE, desc = "one")
@Outcome(id = "-1, 1", expect = ACCEPTABLE, desc = "one")
@Outcome(expect = FORBIDDEN, desc = "neither store was visible")
@State
public class LeafStoreLoadStress {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public LeafStoreLoadStress() {
        tree.share();
        tree.store(64, 5);
        tree.store(64 + 64, 5);
    }

    @Actor
    public void one(JJ_Result r) {
        tree.storeInLeaf(65, 1);
        r.r1 = tree.load(66 + 64);
    }

    @Actor
    public void two(JJ_Result r) {
        tree.storeInLeaf(66 + 64, 1);
        r.r2 = tree.load(65);
    }

    @Arbiter
    public void release(JJ_Result r) {
        tree.release();
    }
}
