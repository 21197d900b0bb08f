package org.quern.jcstress.xarray;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;
import org.quern.xarray.IdAllocator;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** A reader without a lock finds what is taken all the time, also while the tree becomes higher and lower and the inline word is left. */
@JCStressTest
@Outcome(id = "true, (true|false), false", expect = ACCEPTABLE, desc = "5 is always there, the other one comes and goes, 1000 never is")
@Outcome(expect = FORBIDDEN, desc = "lost, or invented")
@State
public class IdReaderStress {
    private static final long HIGH = 1L << 40;

    private final IdAllocator ids = new IdAllocator();

    public IdReaderStress() {
        ids.claim(5);
    }

    @Actor
    public void writer() {
        ids.claim(HIGH);
        ids.free(HIGH);
    }

    @Actor
    public void reader(ZZZ_Result r) {
        r.r1 = ids.isAllocated(5) && ids.nextAllocated(0) == 5;
        r.r2 = ids.isAllocated(HIGH);
        r.r3 = ids.isAllocated(1000);
    }
}
