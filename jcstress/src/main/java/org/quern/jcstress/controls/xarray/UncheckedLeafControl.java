package org.quern.jcstress.controls.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;
import org.quern.jcstress.xarray.TestTree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of LeafAndWholeStress: the writer inside the leaf does not ask whether somebody has the whole array. Must be caught. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "the store went into a leaf of the tree")
@Outcome(expect = FORBIDDEN, desc = "it went into one that had been taken away")
@State
public class UncheckedLeafControl {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public UncheckedLeafControl() {
        tree.share();
        tree.store(64, 5);
        tree.store(1 << 12, 5);
    }

    @Actor
    public void inTheLeaf() {
        tree.storeUnlocked(65, 1);
    }

    @Actor
    public void takesTheLeafAway() {
        tree.eraseInLeaf(64);
    }

    @Arbiter
    public void look(J_Result r) {
        r.r1 = tree.load(65);
        tree.release();
    }
}
