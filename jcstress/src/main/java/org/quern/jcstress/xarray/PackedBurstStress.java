package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** What is packed is burst down to a leaf for an entry of two indices, and packed again when that goes, and the memory is used for others: nobody sees anything of it. */
@JCStressTest
@Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "both are there all the time")
@Outcome(expect = FORBIDDEN, desc = "an entry was missed, or gave the content of another")
@State
public class PackedBurstStress {
    private static final long FAR = 1L << 18;

    private final TestTree tree = TestTree.sparse();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public PackedBurstStress() {
        tree.store(FAR, 1);
        tree.store(FAR + 5000, 2);
    }

    @Actor
    public void burst() {
        tree.store(FAR + 2, 1, 3);
        tree.erase(FAR + 2, 1);
        tree.store(5, 4);
        tree.store(FAR + 9000, 5);
    }

    @Actor
    public void load(JJ_Result r) {
        r.r1 = tree.load(FAR);
        r.r2 = tree.load(FAR + 5000);
    }

    @Arbiter
    public void release(JJ_Result r) {
        tree.release();
    }
}
