package org.quern.jcstress.xarray;

import java.util.Arrays;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.quern.xarray.tree.LoadGroup;
import org.quern.xarray.tree.WriteGroup;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Values over values in a batch: in the order given, also for who reads without a lock. */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "partly done, in order")
@Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "the later one without the earlier one")
@State
public class BatchStoreStress {
    private final TestTree tree = TestTree.values();
    private final long[] indices = new long[LoadGroup.MOST];
    private final WriteGroup group = tree.group();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public BatchStoreStress() {
        tree.store(5, 1);
        tree.store(64, 1);
        tree.store(130, 1);
        Arrays.fill(indices, 64); // there is time between the first and the last
        indices[0] = 5;
        indices[LoadGroup.MOST - 1] = 130;
    }

    @Actor
    public void store() {
        tree.storeAll(group, indices, 2);
    }

    @Actor
    public void load(JJ_Result r) {
        for (int i = 0; i < 500 && r.r1 == r.r2 && r.r1 < 2; i++) {
            r.r1 = tree.load(130);
            r.r2 = tree.load(5);
        }
    }

    @Arbiter
    public void release(JJ_Result r) {
        tree.release();
    }
}
