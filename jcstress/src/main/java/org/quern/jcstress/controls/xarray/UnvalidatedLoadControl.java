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
import org.quern.xarray.tree.Descent;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of RecycleStress: a load that does not look at the sequence again. Must be caught. */
@JCStressTest
@Outcome(id = "2", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "-1", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "content of another index")
@State
public class UnvalidatedLoadControl {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public UnvalidatedLoadControl() {
        tree.store(0, 1);
        tree.store(64, 2);
    }

    @Actor
    public void reuse() {
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
        long base = tree.tree.basePlain();
        r.r1 = -1;
        for (int i = 0; i < 40 && r.r1 != 3; i++) {
            long root = tree.tree.headAcquire();
            long leaf = Entry.isRoot(root) ? Descent.leaf(base, tree.tree.linkMaskPlain(), root, 64) : 0;
            if (leaf != 0) {
                for (int wait = 0; wait < i; wait++) {
                    Thread.onSpinWait(); // a reader may be held up anywhere
                }
                r.r1 = TestTree.decode(NodeAccess.slotAcquire(base + leaf, 0));
            }
        }
    }

    @Arbiter
    public void release(J_Result r) {
        tree.release();
    }
}
