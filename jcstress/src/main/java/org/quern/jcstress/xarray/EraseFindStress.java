package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** An entry of four slots is erased while it is searched for: it is found with its content at its first index, or not at all; the one behind it always. */
@JCStressTest
@Outcome(id = "64, 1", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "100, 2", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "half an entry, or the next one was missed")
@State
public class EraseFindStress {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public EraseFindStress() {
        tree.store(64, 2, 1);
        tree.store(100, 2);
    }

    @Actor
    public void erase() {
        tree.erase(66);
    }

    @Actor
    public void find(JJ_Result r) {
        long[] found = tree.find(0);
        r.r1 = found[0];
        r.r2 = found[1];
    }

    @Arbiter
    public void release(JJ_Result r) {
        tree.release();
    }
}
