package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** R3, R4: erasing the only high index drops two roots and a leaf and moves the entry at 0 into the head; it is there all the time. */
@JCStressTest
@Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "1, -1", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "the entry at 0 was lost")
@State
public class LoadEraseShrinkStress {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public LoadEraseShrinkStress() {
        tree.store(0, 1);
        tree.store(4096, 2);
    }

    @Actor
    public void erase() {
        tree.erase(4096);
    }

    @Actor
    public void load(JJ_Result r) {
        r.r2 = tree.load(4096);
        r.r1 = tree.load(0);
    }

    @Arbiter
    public void release(JJ_Result r) {
        tree.release();
    }
}
