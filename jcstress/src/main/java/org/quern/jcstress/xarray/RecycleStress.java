package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The recycle rule: a leaf is emptied, recycled and used for another index with other content; a reader that was inside it never reports that content. */
@JCStressTest
@Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "-1, 0", expect = ACCEPTABLE, desc = "after")
@Outcome(id = "-1, 3", expect = ACCEPTABLE, desc = "after")
@Outcome(id = "2, 3", expect = ACCEPTABLE, desc = "between")
@Outcome(expect = FORBIDDEN, desc = "content of another index")
@State
public class RecycleStress {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public RecycleStress() {
        tree.store(0, 1);
        tree.store(64, 2);
    }

    @Actor
    public void reuse() {
        tree.erase(64);
        tree.recycle();
        tree.store(128, 3);
    }

    @Actor
    public void load(JJ_Result r) {
        r.r1 = tree.load(64);
        r.r2 = Math.max(0, tree.load(128));
    }

    @Arbiter
    public void release(JJ_Result r) {
        tree.release();
    }
}
