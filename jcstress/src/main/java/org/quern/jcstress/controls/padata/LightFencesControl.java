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

/** The weakened copy of AsymmetricFenceStress: both sides have only what the frequent side has. */
@JCStressTest
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "neither saw the other: a job that nobody looks for")
@Outcome(expect = ACCEPTABLE, desc = "at least one saw the other")
@State
public class LightFencesControl {
    private static final VarHandle PUBLISHED;
    private static final VarHandle SERVING;

    static {
        try {
            PUBLISHED = MethodHandles.lookup().findVarHandle(LightFencesControl.class, "published", int.class);
            SERVING = MethodHandles.lookup().findVarHandle(LightFencesControl.class, "left", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    int published;
    int left;

    @Actor
    public void submitter(II_Result r) {
        PUBLISHED.setRelease(this, 1);
        VarHandle.acquireFence();
        r.r1 = (int) SERVING.getOpaque(this);
    }

    @Actor
    public void worker(II_Result r) {
        SERVING.setOpaque(this, 1);
        VarHandle.acquireFence();
        r.r2 = (int) PUBLISHED.getAcquire(this);
    }
}
