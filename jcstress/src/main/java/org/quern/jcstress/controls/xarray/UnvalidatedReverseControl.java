package org.quern.jcstress.controls.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;
import org.quern.jcstress.xarray.TestTree;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.Place;
import org.quern.xarray.tree.ReverseSearch;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of ReverseSearchStress: what the search found is believed without a look at the sequence. Must be caught. */
@JCStressTest
@Outcome(id = {"0", "64", "-1"}, expect = ACCEPTABLE, desc = "nothing, or the first index of a leaf in the range")
@Outcome(expect = FORBIDDEN, desc = "an index outside the range")
@State
public class UnvalidatedReverseControl {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public UnvalidatedReverseControl() {
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
    public void search(J_Result r) {
        r.r1 = -1;
        for (int i = 0; i < 40 && r.r1 <= 127; i++) {
            long root = tree.tree.headAcquire();
            long found = Entry.isRoot(root)
                    ? ReverseSearch.slot(tree.tree, tree.tree.sequence().readAcquire(), root, 127, NodeLayout.PRESENT)
                    : 0;
            for (int wait = 0; wait < i; wait++) {
                Thread.onSpinWait(); // a reader may be held up anywhere
            }
            r.r1 = found == 0 ? -1 : NodeAccess.basePlain(tree.tree.basePlain() + Place.node(found));
        }
    }

    @Arbiter
    public void release(J_Result r) {
        tree.release();
    }
}
