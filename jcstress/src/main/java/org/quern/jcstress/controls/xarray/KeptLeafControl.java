package org.quern.jcstress.controls.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;
import org.quern.jcstress.xarray.TestTree;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.tree.Descent;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of MappedBatchStress: a map whose number stays when the leaf goes, with the sequence looked at as it should be. Must be caught. */
@JCStressTest
@Outcome(id = {"2", "-1"}, expect = ACCEPTABLE, desc = "the entry, or nothing")
@Outcome(expect = FORBIDDEN, desc = "the content of another index")
@State
public class KeptLeafControl {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];
    private final long leaf;

    public KeptLeafControl() {
        tree.store(5, 1);
        tree.store(64, 2);
        leaf = Descent.leaf(tree.tree.basePlain(), tree.tree.linkMaskPlain(), tree.tree.headAcquire(), 64);
    }

    @Actor
    public void churn() {
        tree.erase(64);
        tree.recycle();
        tree.store(128, 3);
    }

    @Actor
    public void load(J_Result r) {
        long seen;
        do {
            seen = tree.tree.sequence().readAcquire();
            r.r1 = TestTree.decode(NodeAccess.slotAcquire(tree.tree.basePlain() + leaf, Geometry.leafSlot(64 + 64)));
        } while (!tree.tree.sequence().unchangedSince(seen));
    }

    @Arbiter
    public void release(J_Result r) {
        tree.release();
    }
}
