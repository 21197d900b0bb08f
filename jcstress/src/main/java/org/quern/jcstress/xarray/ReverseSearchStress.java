package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.ReverseScan;
import org.quern.xarray.tree.Tree;
import org.quern.xarray.tree.Visit;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The permanent entry at 5 is never missed by a reverse search, though the leaf above it comes, goes and is used for another index meanwhile. */
@JCStressTest
@Outcome(id = "5", expect = ACCEPTABLE, desc = "the other is gone")
@Outcome(id = "64", expect = ACCEPTABLE, desc = "the other is there")
@Outcome(expect = FORBIDDEN, desc = "missed, or an index outside the range")
@State
public class ReverseSearchStress {
    private static final Visit<long[]> INDEX = new Visit<>() {
        @Override
        public int slot(Tree tree, long seen, long node, int slot, long index, long[] found) {
            long value = TestTree.decode(NodeAccess.slotAcquire(tree.basePlain() + node, slot));
            if (!tree.sequence().unchangedSince(seen)) {
                return MOVED;
            }
            found[0] = index;
            return value == TestTree.ABSENT ? NEXT : STOP;
        }

        @Override
        public int lone(Tree tree, long seen, long head, long[] found) {
            return NEXT;
        }
    };

    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public ReverseSearchStress() {
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
        long[] found = {-1};
        r.r1 = ReverseScan.run(tree.tree, INDEX, 0, 127, NodeLayout.PRESENT, found) ? found[0] : -1;
    }

    @Arbiter
    public void release(J_Result r) {
        tree.release();
    }
}
