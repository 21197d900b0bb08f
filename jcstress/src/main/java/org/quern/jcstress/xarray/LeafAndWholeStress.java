package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** A writer inside a leaf and one that takes the whole array exclude each other: the last entry of a leaf goes, and with it the leaf, or another comes before that. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "the store went into a leaf of the tree")
@Outcome(expect = FORBIDDEN, desc = "it went into one that had been taken away")
@State
public class LeafAndWholeStress {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public LeafAndWholeStress() {
        tree.share();
        tree.store(64, 5);
        tree.store(1 << 12, 5);
    }

    @Actor
    public void inTheLeaf() {
        tree.storeInLeaf(65, 1);
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
