package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** An entry of an object is split: its place in the mirror of the upper node is emptied, and no reader misses it. */
@JCStressTest
@Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "the object is there all the time")
@Outcome(expect = FORBIDDEN, desc = "the object was missed")
@State
public class ObjectSplitStress {
    private final TestTree tree = TestTree.objects();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public ObjectSplitStress() {
        tree.storeObject(4096, 7, 1L);
        tree.storeObject(0, 2L);
    }

    @Actor
    public void split() {
        tree.splitTo(4100, 3);
        tree.split(4160, 0);
    }

    @Actor
    public void load(JJ_Result r) {
        r.r1 = valueOf(tree.loadObject(4100));
        r.r2 = valueOf(tree.loadObject(4223));
    }

    private static long valueOf(Object object) {
        return object == null ? -1 : (Long) object;
    }

    @Arbiter
    public void release(JJ_Result r) {
        tree.release();
    }
}
