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

/** The weakened copy of ReplaceEraseStress: who erases reads the slot, then empties it. Must be caught. */
@JCStressTest
@Outcome(id = "1, 2, -1", expect = ACCEPTABLE, desc = "replaced, then taken away")
@Outcome(id = "-1, 1, -1", expect = ACCEPTABLE, desc = "taken away; here nobody fills it again")
@Outcome(expect = FORBIDDEN, desc = "a value was lost, or went to both")
@State
public class ReadThenEmptyControl {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public ReadThenEmptyControl() {
        tree.share();
        tree.store(64, 5);
        tree.store(65, 1);
        tree.store(66, 5);
    }

    @Actor
    public void replace(JJJ_Result r) {
        r.r1 = tree.replaceInLeaf(65, 1, 2) ? 1 : -1;
    }

    @Actor
    public void erase(JJJ_Result r) {
        r.r2 = tree.readThenEmpty(65);
    }

    @Arbiter
    public void look(JJJ_Result r) {
        r.r3 = tree.load(65);
        tree.refill(65);
        tree.release();
    }
}
