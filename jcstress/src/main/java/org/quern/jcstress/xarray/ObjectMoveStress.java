package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The object at 0 moves from a leaf into the head and out again; its old place is emptied each time, and no reader misses it. */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "always there")
@Outcome(expect = FORBIDDEN, desc = "the object was missed")
@State
public class ObjectMoveStress {
    private final TestTree tree = TestTree.objects();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public ObjectMoveStress() {
        tree.storeObject(0, 1L);
        tree.storeObject(1, 2L);
    }

    @Actor
    public void move() {
        tree.erase(1);
        tree.storeObject(1, 2L);
    }

    @Actor
    public void load(JJ_Result r) {
        r.r1 = valueOf(tree.loadObject(0));
        r.r2 = valueOf(tree.loadObject(0));
    }

    private static long valueOf(Object object) {
        return object == null ? -1 : (Long) object;
    }

    @Arbiter
    public void release(JJ_Result r) {
        tree.release();
    }
}
