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

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of LoadGrowthStress: the link to the new leaf is published before the leaf is filled. Must be caught. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "always there")
@Outcome(expect = FORBIDDEN, desc = "an incomplete node was seen")
@State
public class EarlyPublicationControl {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public EarlyPublicationControl() {
        tree.store(0, 1);
        tree.store(1, 2);
    }

    @Actor
    public void grow() {
        tree.locked(() -> {
            long old = tree.tree.basePlain() + Entry.rootOffset(tree.tree.headPlain());
            if (tree.nodes().reserve(1)) {
                long leaf = tree.nodes().take();
                tree.tree.setHeadRelease(Entry.root(leaf, 0)); // should come last
                NodeAccess.initPlain(tree.tree.basePlain() + leaf, 0, 0);
                for (int slot = 0; slot < 2; slot++) {
                    NodeAccess.addCountsPlain(tree.tree.basePlain() + leaf, 1, 1);
                    NodeAccess.setSlotRelease(tree.tree.basePlain() + leaf, slot, NodeAccess.slotPlain(old, slot));
                }
                NodeAccess.setBitmapRelease(tree.tree.basePlain() + leaf, NodeLayout.PRESENT, 3);
                tree.nodes().discard(Entry.rootOffset(Entry.root(old - tree.tree.basePlain(), 0)));
            }
        });
    }

    @Actor
    public void load(J_Result r) {
        r.r1 = 1;
        for (int i = 0; i < 8 && r.r1 == 1; i++) {
            r.r1 = tree.load(0);
        }
    }

    @Arbiter
    public void release(J_Result r) {
        tree.release();
    }
}
