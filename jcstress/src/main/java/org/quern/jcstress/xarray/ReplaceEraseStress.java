package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Beside each other in one leaf, who replaces a value and who takes it away: each value goes to one of them. */
@JCStressTest
@Outcome(id = "1, 2, -1", expect = ACCEPTABLE, desc = "replaced, then taken away")
@Outcome(id = "-1, 1, 2", expect = ACCEPTABLE, desc = "taken away, then stored")
@Outcome(expect = FORBIDDEN, desc = "a value was lost, or went to both")
@State
public class ReplaceEraseStress {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public ReplaceEraseStress() {
        tree.share();
        tree.store(64, 5);
        tree.store(65, 1);
        tree.store(66, 5);
    }

    @Actor
    public void replace(JJJ_Result r) {
        r.r1 = tree.exchangeInLeaf(65, 2);
    }

    @Actor
    public void erase(JJJ_Result r) {
        r.r2 = tree.takeInLeaf(65);
    }

    @Arbiter
    public void look(JJJ_Result r) {
        r.r3 = tree.load(65);
        tree.release();
    }
}
