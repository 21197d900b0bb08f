package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;
import org.quern.xarray.tree.RangeLoad;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Adjacent indices of three leaves loaded together while the middle leaf is recycled and used for other indices: each reads its own content, or nothing where there is nothing. */
@JCStressTest
@Outcome(id = "1, 2, 4", expect = ACCEPTABLE, desc = "the middle one is there")
@Outcome(id = "1, -1, 4", expect = ACCEPTABLE, desc = "the middle one is gone")
@Outcome(expect = FORBIDDEN, desc = "a permanent entry missed, or foreign content")
@State
public class RangeLoadStress {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public RangeLoadStress() {
        tree.store(63, 1);
        tree.store(64, 2);
        tree.store(128, 4);
    }

    @Actor
    public void churn() {
        for (int i = 0; i < 4; i++) {
            tree.erase(64);
            tree.recycle();
            tree.store(192, 3); // the leaf that 64 had
            tree.erase(192);
            tree.recycle();
            tree.store(64, 2);
        }
    }

    @Actor
    public void load(JJJ_Result r) {
        long[] values = new long[66];
        RangeLoad.values(tree.tree, 63, 66, values, 0);
        r.r1 = values[0];
        r.r2 = values[1];
        r.r3 = values[65];
    }

    @Arbiter
    public void release(JJJ_Result r) {
        tree.release();
    }
}
