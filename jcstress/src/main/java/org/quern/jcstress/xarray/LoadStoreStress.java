package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** R1, R3: a load beside an overwrite sees the old value or the new one, never nothing, and never goes back. */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "between")
@Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "torn, absent or backwards")
@State
public class LoadStoreStress {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public LoadStoreStress() {
        tree.store(5, 1);
        tree.store(64, 3);
    }

    @Actor
    public void store() {
        tree.store(5, 2);
    }

    @Actor
    public void load(JJ_Result r) {
        r.r1 = tree.load(5);
        r.r2 = tree.load(5);
    }

    @Arbiter
    public void release(JJ_Result r) {
        tree.release();
    }
}
