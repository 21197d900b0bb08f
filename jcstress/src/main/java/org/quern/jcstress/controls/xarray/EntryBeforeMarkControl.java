package org.quern.jcstress.controls.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JI_Result;
import org.quern.jcstress.xarray.TestTree;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.Descent;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of MarkEraseStress: the entry goes before its mark. Must be caught. */
@JCStressTest
@Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "between")
@Outcome(id = "-1, 0", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "marked but absent")
@State
public class EntryBeforeMarkControl {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public EntryBeforeMarkControl() {
        tree.store(64, 1);
        tree.store(65, 2);
        tree.mark(65, 0);
    }

    @Actor
    public void erase() {
        long leaf = tree.tree.basePlain()
                + Descent.leaf(tree.tree.basePlain(), tree.tree.linkMaskPlain(), tree.tree.headPlain(), 65);
        NodeAccess.setSlotRelease(leaf, 1, Entry.ABSENT);
        NodeAccess.setBitmapRelease(leaf, NodeLayout.marks(0), 0);
    }

    @Actor
    public void look(JI_Result r) {
        r.r1 = tree.load(65);
        r.r2 = tree.tree.isMarked(65, 0) ? 1 : 0;
    }

    @Arbiter
    public void release(JI_Result r) {
        tree.release();
    }
}
