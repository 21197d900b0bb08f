package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Two writers in one leaf exclude each other: neither loses what the other does to the words that the leaf has for all its slots. */
@JCStressTest
@Outcome(id = "65, 66", expect = ACCEPTABLE, desc = "a search finds both")
@Outcome(expect = FORBIDDEN, desc = "the present bit of one was lost")
@State
public class LeafWritersStress {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public LeafWritersStress() {
        tree.share();
        tree.store(64, 5);
    }

    @Actor
    public void one() {
        tree.storeInLeaf(65, 1);
    }

    @Actor
    public void two() {
        tree.storeInLeaf(66, 1);
    }

    @Arbiter
    public void look(JJ_Result r) {
        r.r1 = tree.find(65)[0];
        r.r2 = tree.find(66)[0];
        tree.release();
    }
}
