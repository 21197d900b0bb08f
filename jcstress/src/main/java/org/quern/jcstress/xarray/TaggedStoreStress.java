package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JI_Result;
import org.quern.xarray.tree.Mirror;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** An object and its tag are one: nobody sees the object of one store with the tag of another, nor a pair in place of an object. */
@JCStressTest
@Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "before")
@Outcome(id = "2, 3", expect = ACCEPTABLE, desc = "between")
@Outcome(id = "3, 1", expect = ACCEPTABLE, desc = "after")
@Outcome(expect = FORBIDDEN, desc = "object and tag of different stores")
@State
public class TaggedStoreStress {
    private final TestTree tree = TestTree.objects();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    public TaggedStoreStress() {
        tree.storeObject(65, 1L);
    }

    @Actor
    public void store() {
        Mirror mirror = tree.tree.mirror();
        tree.storeObject(65, mirror.tagged(2L, 3));
        tree.storeObject(65, mirror.tagged(3L, 1));
    }

    @Actor
    public void load(JI_Result r) {
        Mirror mirror = tree.tree.mirror();
        Object content = tree.loadObject(65);
        r.r1 = mirror.objectOf(content) instanceof Long object ? object : -2;
        r.r2 = mirror.tagOf(content);
    }

    @Arbiter
    public void release(JI_Result r) {
        tree.release();
    }
}
