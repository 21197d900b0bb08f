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
import org.quern.xarray.node.PackAccess;
import org.quern.xarray.recycle.PackPool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of PackedBurstStress: a leaf whose entries have been packed is emptied though the sequence was not advanced. Must be caught. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "there all the time")
@Outcome(expect = FORBIDDEN, desc = "missed")
@State
public class CompressWithoutAdvanceControl {
    private static final long INDEX = 65;

    private final TestTree tree = TestTree.sparse();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public CompressWithoutAdvanceControl() {
        tree.store(64, 1, 2); // an entry of two indices has a leaf
    }

    @Actor
    public void compress() {
        tree.locked(() -> {
            PackPool pool = tree.tree.packs().pool();
            long packed = pool.take(0);
            long pack = pool.addressOf(packed);
            PackAccess.initPlain(pack, 0, 1);
            PackAccess.setKeyPlain(pack, 0, 0, INDEX);
            NodeAccess.setSlotPlain(pack, 0, Entry.value(1));
            NodeAccess.setBitmapRelease(pack, NodeLayout.PRESENT, 1);
            long root = tree.tree.basePlain() + Entry.rootOffset(tree.tree.headPlain());
            long link = NodeAccess.slotPlain(root, 1);
            long leaf = tree.tree.basePlain() + Entry.toOffset(link);
            long word = NodeAccess.slotPlain(leaf, 1);
            for (int i = 0; i < 64; i++) { // and back, and again, for more chances
                NodeAccess.setSlotRelease(root, 1, packed);
                NodeAccess.setSlotRelease(leaf, 1, Entry.ABSENT); // before it the sequence should be advanced
                NodeAccess.setSlotRelease(leaf, 1, word);
                NodeAccess.setSlotRelease(root, 1, link);
            }
            pool.discard(packed);
        });
    }

    @Actor
    public void load(J_Result r) {
        r.r1 = 1;
        for (int i = 0; i < 60 && r.r1 != TestTree.ABSENT; i++) {
            r.r1 = tree.load(INDEX) == TestTree.ABSENT ? TestTree.ABSENT : 1;
        }
    }

    @Arbiter
    public void release(J_Result r) {
        tree.release();
    }
}
