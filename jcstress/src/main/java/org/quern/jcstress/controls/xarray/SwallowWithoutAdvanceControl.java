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

/** The weakened copy of SwallowStress: the memory of the replaced leaf is used again though the sequence was not advanced. Must be caught. */
@JCStressTest
@Outcome(id = "2", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "5", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "content of another index")
@State
public class SwallowWithoutAdvanceControl {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public SwallowWithoutAdvanceControl() {
        tree.store(0, 1);
        tree.store(65, 2);
    }

    @Actor
    public void swallow() {
        tree.locked(() -> {
            long root = tree.tree.basePlain() + Entry.rootOffset(tree.tree.headPlain());
            long link = NodeAccess.slotPlain(root, 1);
            long leaf = tree.tree.basePlain() + Entry.toOffset(link);
            for (int i = 0; i < 16; i++) { // and back, and again, for more chances
                NodeAccess.setSlotRelease(root, 1, Entry.value(5));
                NodeAccess.setSlotRelease(leaf, 1, Entry.value(7)); // somebody else's by now
                NodeAccess.setSlotRelease(leaf, 1, Entry.value(2));
                NodeAccess.setSlotRelease(root, 1, link);
            }
        });
    }

    @Actor
    public void load(J_Result r) {
        r.r1 = 2;
        for (int i = 0; i < 60 && r.r1 != 7; i++) {
            r.r1 = tree.load(65);
        }
    }

    @Arbiter
    public void release(J_Result r) {
        tree.release();
    }
}
