package org.quern.jcstress.controls.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JI_Result;
import org.quern.jcstress.xarray.TestTree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of TaggedStoreStress: the tag lies beside the object, each with a release and an acquire of its own. Must be caught. */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "2, 3", expect = ACCEPTABLE, desc = "between")
@Outcome(id = "3, 1", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "object and tag of different stores")
@State
public class TagBesideObjectControl {
    private final TestTree tree = TestTree.objects();
    private final byte[] weight = new byte[TestTree.WEIGHT];
    private volatile int tag;

    public TagBesideObjectControl() {
        tree.storeObject(65, 1L);
    }

    @Actor
    public void store() {
        tree.storeObject(65, 2L);
        tag = 3;
        tree.storeObject(65, 3L);
        tag = 1;
    }

    @Actor
    public void load(JI_Result r) {
        r.r1 = (Long) tree.loadObject(65);
        r.r2 = tag;
    }

    @Arbiter
    public void release(JI_Result r) {
        tree.release();
    }
}
