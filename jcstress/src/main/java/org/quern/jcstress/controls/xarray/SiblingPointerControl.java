package org.quern.jcstress.controls.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;
import org.quern.jcstress.xarray.TestTree;
import org.quern.xarray.entry.Run;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.Descent;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of RangeStoreStress: a reader of index 67 takes the content from the first slot of its run, as it was when it looked. Must be caught. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "4", expect = ACCEPTABLE, desc = "after")
@Outcome(id = "-1", expect = ACCEPTABLE, desc = "between")
@Outcome(expect = FORBIDDEN, desc = "content of another index")
@State
public class SiblingPointerControl {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public SiblingPointerControl() {
        tree.store(64, 2, 1);
        tree.store(120, 9); // keeps the leaf: an emptied one would be given back, and the reader's moment would seldom come
        tree.store(0, 9);
    }

    @Actor
    public void replace() {
        for (int i = 0; i < 8; i++) {
            tree.erase(65);
            tree.store(64, 3);
            tree.store(67, 4);
            tree.store(64, 2, 1);
        }
    }

    @Actor
    public void load(J_Result r) {
        long base = tree.tree.basePlain();
        r.r1 = -1;
        for (int i = 0; i < 60 && r.r1 != 3; i++) {
            long root = tree.tree.headAcquire();
            long leaf = Descent.leaf(base, tree.tree.linkMaskPlain(), root, 67);
            if (leaf != 0) {
                int first = Run.start(NodeAccess.bitmapAcquire(base + leaf, NodeLayout.SIBLINGS), 3);
                for (int wait = 0; wait < i; wait++) {
                    Thread.onSpinWait(); // a reader may be held up anywhere
                }
                if (first == 0) {
                    r.r1 = TestTree.decode(NodeAccess.slotAcquire(base + leaf, first));
                }
            }
        }
    }

    @Arbiter
    public void release(J_Result r) {
        tree.release();
    }
}
