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
import org.quern.xarray.tree.Place;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of PackedCopyStress: who is inside a packed node does not look whether it has moved. Must be caught. */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "between")
@Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "back in time")
@State
public class UnmovedCopyControl {
    private static final long FAR = 1L << 18;

    private final TestTree tree = TestTree.sparse();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public UnmovedCopyControl() {
        tree.store(FAR, 7);
        tree.store(FAR + 5000, 1);
    }

    @Actor
    public void copy() {
        tree.store(FAR + 9000, 3);
        tree.store(FAR + 5000, 2);
    }

    @Actor
    public void scan(JJ_Result r) {
        long place = tree.tree.place(tree.tree.headAcquire(), FAR + 5000);
        r.r1 = 1;
        for (int i = 0; i < 20 && r.r1 == 1; i++) {
            r.r1 = tree.load(FAR + 5000);
        }
        r.r2 = Entry.toValue(NodeAccess.slotAcquire(tree.tree.basePlain() + Place.node(place),
                Place.slot(place, FAR + 5000))); // should look whether that node has moved
    }

    @Arbiter
    public void release(JJ_Result r) {
        tree.release();
    }
}
