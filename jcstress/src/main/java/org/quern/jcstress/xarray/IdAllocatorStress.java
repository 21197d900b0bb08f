package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJJ_Result;
import org.quern.xarray.IdAllocator;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** No identifier is handed out twice, and the lowest ones are: two threads take one each while the inline word gives way to the first page. */
@JCStressTest
@Outcome(id = "63, 64, 65", expect = ACCEPTABLE, desc = "the first thread first")
@Outcome(id = "64, 63, 65", expect = ACCEPTABLE, desc = "the second thread first")
@Outcome(expect = FORBIDDEN, desc = "the same twice, a higher one than needed, or one lost")
@State
public class IdAllocatorStress {
    private final IdAllocator ids = new IdAllocator();

    public IdAllocatorStress() {
        ids.allocateBlock(63, 0, 62);
    }

    @Actor
    public void one(JJJ_Result r) {
        r.r1 = ids.allocate();
    }

    @Actor
    public void two(JJJ_Result r) {
        r.r2 = ids.allocate();
    }

    @Arbiter
    public void look(JJJ_Result r) {
        r.r3 = ids.count();
    }
}
