package org.quern.jcstress.controls.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;
import org.quern.xarray.id.IdTree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of IdAllocatorStress: the same tree without the lock. Must be caught. */
@JCStressTest
@Outcome(id = "63, 64, 65", expect = ACCEPTABLE, desc = "the first thread first")
@Outcome(id = "64, 63, 65", expect = ACCEPTABLE, desc = "the second thread first")
@Outcome(expect = FORBIDDEN, desc = "the same twice, or one lost")
@State
public class UnlockedIdsControl {
    private final IdTree tree = new IdTree();

    public UnlockedIdsControl() {
        for (int id = 0; id < 63; id++) {
            tree.take(id);
        }
    }

    private long allocate() {
        long id = tree.nextFree(0);
        tree.take(id);
        return id;
    }

    @Actor
    public void one(JJJ_Result r) {
        r.r1 = allocate();
    }

    @Actor
    public void two(JJJ_Result r) {
        r.r2 = allocate();
    }

    @Arbiter
    public void look(JJJ_Result r) {
        r.r3 = tree.taken();
    }
}
