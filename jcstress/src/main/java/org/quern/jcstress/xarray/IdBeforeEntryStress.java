package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** Handing out an id: it is reserved, written into the object, and only then the object is published. So nobody finds an object that does not know its id. */
@JCStressTest
@Outcome(id = "-1", expect = ACCEPTABLE, desc = "not there yet")
@Outcome(id = "70", expect = ACCEPTABLE, desc = "there, with its id")
@Outcome(expect = FORBIDDEN, desc = "an object without its id")
@State
public class IdBeforeEntryStress {
    /** Plain: what orders it is the publication of the object. */
    public static final class Session {
        /** Set once. */
        public long id;
    }

    private final TestTree tree = TestTree.objects();
    private final byte[] weight = new byte[TestTree.WEIGHT];

    @Actor
    public void allocate() {
        tree.storeReserved(70);
        Session session = new Session();
        session.id = 70;
        tree.storeObject(70, session);
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
