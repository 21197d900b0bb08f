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

/** The weakened copy of CancelDeferStress: token and ticket by release and acquire, where volatile accesses are needed. */
@JCStressTest
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "the cancellation saw no token, the deferral no cancellation: stuck")
@Outcome(expect = ACCEPTABLE, desc = "one saw the other")
@State
public class ReleaseCancelControl {
    private static final VarHandle TICKET;
    private static final VarHandle DEFERRED;

    static {
        try {
            TICKET = MethodHandles.lookup().findVarHandle(ReleaseCancelControl.class, "ticket", int.class);
            DEFERRED = MethodHandles.lookup().findVarHandle(ReleaseCancelControl.class, "deferred", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private int ticket;
    private int deferred;

    @Actor
    public void cancel(II_Result r) {
        TICKET.setRelease(this, 1);
        r.r1 = (int) DEFERRED.getAcquire(this);
    }

    @Actor
    public void defer(II_Result r) {
        DEFERRED.setRelease(this, 1);
        r.r2 = (int) TICKET.getAcquire(this);
    }
}
