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

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of LoadEraseShrinkStress: the entry moves from the leaf into the head and its old place is emptied, but the sequence is not advanced. Must be caught. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "always there")
@Outcome(expect = FORBIDDEN, desc = "the entry at 0 was lost")
@State
public class MoveWithoutAdvanceControl {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public MoveWithoutAdvanceControl() {
        tree.store(0, 1);
        tree.store(1, 2);
    }

    @Actor
    public void move() {
        long root = tree.tree.headAcquire();
        long leaf = tree.tree.basePlain() + Entry.rootOffset(root);
        tree.tree.setHeadRelease(Entry.value(1));
        NodeAccess.setSlotRelease(leaf, 0, Entry.ABSENT);
        for (int i = 0; i < 16; i++) { // and back, and again, for more chances
            NodeAccess.setSlotRelease(leaf, 0, Entry.value(1));
            tree.tree.setHeadRelease(root);
            tree.tree.setHeadRelease(Entry.value(1));
            NodeAccess.setSlotRelease(leaf, 0, Entry.ABSENT);
        }
        NodeAccess.setSlotRelease(leaf, 0, Entry.value(1));
        tree.tree.setHeadRelease(root);
    }

    @Actor
    public void load(J_Result r) {
        r.r1 = 1;
        for (int i = 0; i < 40 && r.r1 == 1; i++) {
            r.r1 = tree.load(0);
        }
    }

    @Arbiter
    public void release(J_Result r) {
        tree.release();
    }
}
