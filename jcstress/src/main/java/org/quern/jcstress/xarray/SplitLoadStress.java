package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** An entry is split down a level and again: nobody sees anything of it. */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the content is there all the time")
@Outcome(expect = FORBIDDEN, desc = "content was missing or wrong")
@State
public class SplitLoadStress {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public SplitLoadStress() {
        tree.store(4096, 7, 1);
        tree.store(0, 3);
    }

    @Actor
    public void split() {
        tree.splitTo(4100, 3);
        tree.split(4160, 0);
    }

    @Actor
    public void load(JJ_Result r) {
        r.r1 = tree.load(4100);
        r.r2 = tree.load(4223);
    }

    @Arbiter
    public void release(JJ_Result r) {
        tree.release();
    }
}
