package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Who loads an object sees what was done to it before it was stored; here its plain field, through a leaf that is new as well. */
@JCStressTest
@Outcome(id = "-1", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "42", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "not initialised")
@State
public class ObjectPublicationStress {
    private final TestTree tree = TestTree.objects();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public ObjectPublicationStress() {}

    private static final class Box {
        private long content;
    }

    @Actor
    public void store() {
        Box box = new Box();
        box.content = 42;
        tree.storeObject(70, box);
    }

    @Actor
    public void load(J_Result r) {
        Box box = (Box) tree.loadObject(70);
        r.r1 = box == null ? -1 : box.content;
    }

    @Arbiter
    public void release(J_Result r) {
        tree.release();
    }
}
