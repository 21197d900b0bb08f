package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** K03, R9: an entry of four slots goes, and others take its slots; whoever loads index 3 never sees what was stored at index 0 alone. */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "1, -1", expect = ACCEPTABLE, desc = "between")
@Outcome(id = "-1, -1", expect = ACCEPTABLE, desc = "after")
@Outcome(id = "-1, 4", expect = ACCEPTABLE, desc = "after")
@Outcome(id = "1, 4", expect = ACCEPTABLE, desc = "between")
@Outcome(id = "4, 4", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "content of another index")
@State
public class RangeStoreStress {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public RangeStoreStress() {
        tree.store(64, 2, 1);
        tree.store(0, 9);
    }

    @Actor
    public void replace() {
        tree.erase(65);
        tree.store(64, 3); // the slot that was the first of the entry
        tree.store(67, 4);
    }

    @Actor
    public void load(JJ_Result r) {
        r.r1 = tree.load(67);
        r.r2 = tree.load(67);
    }

    @Arbiter
    public void release(JJ_Result r) {
        tree.release();
    }
}
