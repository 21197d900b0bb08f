package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** An entry takes the place of a leaf, whose memory is used for another index at once: index 65 has the old or the new content. */
@JCStressTest
@Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "2, 5", expect = ACCEPTABLE, desc = "between")
@Outcome(id = "5, 5", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "absent, or content of another index")
@State
public class SwallowStress {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public SwallowStress() {
        tree.store(0, 1);
        tree.store(65, 2);
    }

    @Actor
    public void swallow() {
        tree.store(64, 6, 5);
        tree.store(129, 7); // in the node that was the leaf of 65
    }

    @Actor
    public void load(JJ_Result r) {
        r.r1 = tree.load(65);
        r.r2 = tree.load(65);
    }

    @Arbiter
    public void release(JJ_Result r) {
        tree.release();
    }
}
