package org.quern.jcstress.padata;

import java.lang.invoke.VarHandle;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.padata.run.Parker;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** P1: a worker that goes to sleep and a thread that brings work: the worker sees the work, or is woken, or both. */
@JCStressTest
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "asleep with work there: lost wake-up")
@Outcome(expect = ACCEPTABLE, desc = "awake, or woken")
@State
public class ParkerStress {
    private final Parker parker = new Parker(Thread.currentThread());
    private volatile int work;

    @Actor
    public void owner(II_Result r) {
        parker.prepare();
        r.r1 = work == 0 ? 1 : 0;
    }

    @Actor
    public void bringer(II_Result r) {
        WORK.setRelease(this, 1);
        VarHandle.fullFence();
        r.r2 = parker.signal() ? 1 : 0;
    }

    private static final VarHandle WORK;

    static {
        try {
            WORK = java.lang.invoke.MethodHandles.lookup().findVarHandle(ParkerStress.class, "work", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }
}
