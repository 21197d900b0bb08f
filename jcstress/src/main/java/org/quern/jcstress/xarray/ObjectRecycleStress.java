package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The same rule for the mirror: a reader inside a recycled leaf never resolves to the object of another index. */
@JCStressTest
@Outcome(id = "2", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "-1", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "object of another index")
@State
public class ObjectRecycleStress {
    private final TestTree tree = TestTree.objects();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public ObjectRecycleStress() {
        tree.storeObject(0, 1L);
        tree.storeObject(64, 2L);
    }

    @Actor
    public void reuse() {
        tree.erase(64);
        tree.recycle();
        tree.storeObject(128, 3L);
    }

    @Actor
    public void load(J_Result r) {
        Object object = tree.loadObject(64);
        r.r1 = object == null ? -1 : (Long) object;
    }

    @Arbiter
    public void release(J_Result r) {
        tree.release();
    }
}
