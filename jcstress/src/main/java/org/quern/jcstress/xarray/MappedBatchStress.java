package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;
import org.quern.xarray.tree.LoadGroup;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** As BatchLoadStress, by the map of the leaves: the leaf of the middle index goes, is recycled, and comes back for another index. */
@JCStressTest
@Outcome(id = "1, 2, 4", expect = ACCEPTABLE, desc = "the middle one is there")
@Outcome(id = "1, -1, 4", expect = ACCEPTABLE, desc = "the middle one is gone")
@Outcome(expect = FORBIDDEN, desc = "a permanent entry missed, or foreign content")
@State
public class MappedBatchStress {
    private final TestTree tree = TestTree.values();
    private final LoadGroup group = new LoadGroup();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public MappedBatchStress() {
        tree.store(5, 1);
        tree.store(64, 2);
        tree.store(500, 4);
    }

    @Actor
    public void churn() {
        for (int i = 0; i < 4; i++) {
            tree.erase(64);
            tree.recycle();
            tree.store(128, 3); // the leaf that 64 had
            tree.erase(128);
            tree.recycle();
            tree.store(64, 2);
        }
    }

    @Actor
    public void load(JJJ_Result r) {
        long[] words = new long[3];
        group.words(tree.tree, new long[]{5, 64, 500}, 0, 3, words);
        r.r1 = TestTree.decode(words[0]);
        r.r2 = TestTree.decode(words[1]);
        r.r3 = TestTree.decode(words[2]);
    }

    @Arbiter
    public void release(JJJ_Result r) {
        tree.release();
    }
}
