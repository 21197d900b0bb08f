package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.node.NodeAccess;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.Scan;
import org.quern.xarray.tree.Tree;
import org.quern.xarray.tree.Visit;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** An insertion copies a packed node while a scan is in it, then an entry changes in the copy: the scan does not deliver less than what its thread has loaded meanwhile. */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "between")
@Outcome(id = "2, 2", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "the scan went back in time, or lost the entry")
@State
public class PackedCopyStress {
    private static final long FAR = 1L << 18;

    private final TestTree tree = TestTree.sparse();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public PackedCopyStress() {
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
        Scan.run(tree.tree, new Loading(tree), FAR, FAR + 5000, NodeLayout.PRESENT, r);
    }

    @Arbiter
    public void release(JJ_Result r) {
        tree.release();
    }

    /** At the first entry it loads the second; then that is delivered. */
    private record Loading(TestTree loaded) implements Visit<JJ_Result> {
        @Override
        public int slot(Tree tree, long seen, long node, int slot, long index, JJ_Result r) {
            long word = NodeAccess.slotAcquire(tree.basePlain() + node, slot);
            if (!tree.sequence().unchangedSince(seen)) {
                return MOVED;
            }
            if (index == FAR) {
                r.r1 = loaded.load(FAR + 5000);
                return NEXT;
            }
            r.r2 = Entry.toValue(word);
            return STOP;
        }

        @Override
        public int lone(Tree tree, long seen, long head, JJ_Result r) {
            return NEXT;
        }
    }
}
