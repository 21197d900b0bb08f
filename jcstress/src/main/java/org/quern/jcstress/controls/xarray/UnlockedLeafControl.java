package org.quern.jcstress.controls.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.quern.jcstress.xarray.TestTree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of LeafWritersStress: writers in one leaf without its lock. Must be caught. */
@JCStressTest
@Outcome(id = "65, 66", expect = ACCEPTABLE, desc = "a search finds both")
@Outcome(expect = FORBIDDEN, desc = "the present bit of one was lost")
@State
public class UnlockedLeafControl {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public UnlockedLeafControl() {
        tree.share();
        tree.store(64, 5);
    }

    @Actor
    public void one() {
        tree.storeUnlocked(65, 1);
    }

    @Actor
    public void two() {
        tree.storeUnlocked(66, 1);
    }

    @Arbiter
    public void look(JJ_Result r) {
        r.r1 = tree.find(65)[0];
        r.r2 = tree.find(66)[0];
        tree.release();
    }
}
