package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** As ReplaceEraseStress, with objects. */
@JCStressTest
@Outcome(id = "one, two, null", expect = ACCEPTABLE, desc = "replaced, then taken away")
@Outcome(id = "null, one, two", expect = ACCEPTABLE, desc = "taken away, then stored")
@Outcome(expect = FORBIDDEN, desc = "an object was lost, or went to both")
@State
public class ObjectReplaceEraseStress {
    private final TestTree tree = TestTree.objects();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public ObjectReplaceEraseStress() {
        tree.share();
        tree.storeObject(64, "other");
        tree.storeObject(65, "one");
        tree.storeObject(66, "other");
    }

    @Actor
    public void replace(LLL_Result r) {
        r.r1 = tree.exchangeObjectInLeaf(65, "two");
    }

    @Actor
    public void erase(LLL_Result r) {
        r.r2 = tree.takeObjectInLeaf(65);
    }

    @Arbiter
    public void look(LLL_Result r) {
        r.r3 = tree.loadObject(65);
        tree.release();
    }
}
