package org.quern.jcstress.controls.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.quern.jcstress.xarray.TestTree;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.tree.Descent;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of StoreLoadStress: a store with no fence before it returns. Must be caught. */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "both")
@Outcome(id = "1, -1", expect = ACCEPTABLE, desc = "one")
@Outcome(id = "-1, 1", expect = ACCEPTABLE, desc = "one")
@Outcome(expect = FORBIDDEN, desc = "neither store was visible")
@State
public class UnfencedStoreControl {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public UnfencedStoreControl() {
        tree.store(64, 5);
    }

    private void store(int slot) {
        long leaf = Descent.leaf(tree.tree.basePlain(), tree.tree.linkMaskPlain(), tree.tree.headPlain(), 64);
        NodeAccess.setSlotRelease(tree.tree.basePlain() + leaf, slot, Entry.value(1));
    }

    @Actor
    public void one(JJ_Result r) {
        store(1);
        r.r1 = tree.load(66);
    }

    @Actor
    public void two(JJ_Result r) {
        store(2);
        r.r2 = tree.load(65);
    }

    @Arbiter
    public void release(JJ_Result r) {
        tree.release();
    }
}
