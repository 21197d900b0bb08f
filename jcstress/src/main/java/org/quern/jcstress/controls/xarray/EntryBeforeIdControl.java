package org.quern.jcstress.controls.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;
import org.quern.jcstress.xarray.IdBeforeEntryStress.Session;
import org.quern.jcstress.xarray.TestTree;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of IdBeforeEntryStress: the object is told its id when it has been stored. Must be caught. */
@JCStressTest
@Outcome(id = "-1", expect = ACCEPTABLE, desc = "not there yet")
@Outcome(id = "70", expect = ACCEPTABLE, desc = "there, with its id")
@Outcome(expect = FORBIDDEN, desc = "an object without its id")
@State
public class EntryBeforeIdControl {
    private final TestTree tree = TestTree.objects();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    @Actor
    public void allocate() {
        Session session = new Session();
        tree.storeObject(70, session);
        for (int i = 0; i < 20; i++) {
            Thread.onSpinWait();
        }
        session.id = 70;
    }

    @Actor
    public void load(J_Result r) {
        Object found = tree.loadObject(70);
        for (int i = 0; i < 100 && !(found instanceof Session); i++) {
            found = tree.loadObject(70); // so that it is met in its first moment
        }
        r.r1 = found instanceof Session session ? session.id : -1;
    }

    @Arbiter
    public void release(J_Result r) {
        tree.release();
    }
}
