package org.quern.jcstress.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.padata.run.AsymmetricFence;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** F1: a submitter that publishes and looks, and a worker that says it leaves and looks: one of the two sees the other. */
@JCStressTest
@Outcome(id = "0, 0", expect = FORBIDDEN, desc = "neither saw the other: a job that nobody looks for")
@Outcome(expect = ACCEPTABLE, desc = "at least one saw the other")
@State
public class AsymmetricFenceStress {
    private static final VarHandle PUBLISHED;
    private static final VarHandle SERVING;

    static {
        try {
            PUBLISHED = MethodHandles.lookup().findVarHandle(AsymmetricFenceStress.class, "published", int.class);
            SERVING = MethodHandles.lookup().findVarHandle(AsymmetricFenceStress.class, "left", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    int published;
    int left;

    @Actor
    public void submitter(II_Result r) {
        PUBLISHED.setRelease(this, 1);
        AsymmetricFence.light();
        r.r1 = (int) SERVING.getOpaque(this);
    }

    @Actor
    public void worker(II_Result r) {
        SERVING.setOpaque(this, 1);
        AsymmetricFence.heavy();
        r.r2 = (int) PUBLISHED.getAcquire(this);
    }
}
