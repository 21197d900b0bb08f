package org.quern.jcstress.controls.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of ParkerStress: release stores and acquire loads, and no fence between store and load. */
@JCStressTest
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "asleep with work there: lost wake-up")
@Outcome(expect = ACCEPTABLE, desc = "awake, or woken")
@State
public class ReleaseParkerControl {
    private static final VarHandle WORK;
    private static final VarHandle SLEEPING;

    static {
        try {
            WORK = MethodHandles.lookup().findVarHandle(ReleaseParkerControl.class, "work", int.class);
            SLEEPING = MethodHandles.lookup().findVarHandle(ReleaseParkerControl.class, "sleeping", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private int work;
    private int sleeping;

    @Actor
    public void owner(II_Result r) {
        SLEEPING.setRelease(this, 1);
        r.r1 = (int) WORK.getAcquire(this) == 0 ? 1 : 0;
    }

    @Actor
    public void bringer(II_Result r) {
        WORK.setRelease(this, 1);
        r.r2 = (int) SLEEPING.getAcquire(this);
    }
}
