package org.quern.jcstress.controls.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;
import org.quern.jcstress.xarray.TestTree;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.tree.Descent;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of RangeLoadStress: a leaf copied out without a look at the sequence after it. Must be caught. */
@JCStressTest
@Outcome(id = {"2", "-1"}, expect = ACCEPTABLE, desc = "the entry, or nothing")
@Outcome(expect = FORBIDDEN, desc = "the content of another index")
@State
public class UnvalidatedRangeControl {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public UnvalidatedRangeControl() {
        tree.store(5, 1);
        tree.store(64, 2);
    }

    @Actor
    public void churn() {
        for (int i = 0; i < 4; i++) {
            tree.erase(64);
            tree.recycle();
            tree.store(128, 3);
            tree.erase(128);
            tree.recycle();
            tree.store(64, 2);
        }
    }

    @Actor
    public void load(J_Result r) {
        r.r1 = -1;
        for (int i = 0; i < 40 && r.r1 != 3; i++) {
            long root = tree.tree.headAcquire();
            if (Entry.isRoot(root)) {
                long base = tree.tree.basePlain();
                long leaf = Descent.leaf(base, tree.tree.linkMaskPlain(), root, 64);
                for (int wait = 0; wait < i; wait++) {
                    Thread.onSpinWait(); // the leaves before it
                }
                long[] values = {-1};
                if (leaf != 0) {
                    NodeAccess.valuesPlain(base + leaf, Geometry.leafSlot(64), 1, values, 0);
                }
                r.r1 = values[0];
            }
        }
    }

    @Arbiter
    public void release(J_Result r) {
        tree.release();
    }
}
