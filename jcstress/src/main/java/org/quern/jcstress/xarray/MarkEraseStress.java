package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JI_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** R5: erase clears the mark before the entry; who saw the entry gone sees the mark gone. */
@JCStressTest
@Outcome(id = "2, 1", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "between")
@Outcome(id = "-1, 0", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "marked but absent")
@State
public class MarkEraseStress {
    private final TestTree tree = TestTree.values();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public MarkEraseStress() {
        tree.store(64, 1);
        tree.store(65, 2);
        tree.mark(65, 0);
    }

    @Actor
    public void erase() {
        tree.erase(65);
    }

    @Actor
    public void look(JI_Result r) {
        r.r1 = tree.load(65);
        r.r2 = tree.tree.isMarked(65, 0) ? 1 : 0;
    }

    @Arbiter
    public void release(JI_Result r) {
        tree.release();
    }
}
