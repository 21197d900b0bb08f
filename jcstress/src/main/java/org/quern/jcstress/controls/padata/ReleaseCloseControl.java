package org.quern.jcstress.controls.padata;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.padata.order.RingCursors;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/** The weakened copy of CloseVersusSubmitStress: close stores its state with release only. */
@JCStressTest
@Outcome(id = "1, 0", expect = FORBIDDEN, desc = "accepted, and close saw an empty ring: a lost job")
@Outcome(expect = ACCEPTABLE, desc = "refused, or waited for")
@State
public class ReleaseCloseControl {
    private static final VarHandle CLOSING;

    static {
        try {
            CLOSING = MethodHandles.lookup().findVarHandle(ReleaseCloseControl.class, "closing", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final RingCursors cursors = new RingCursors(4, 0);
    private boolean closing;

    @Actor
    public void submit(II_Result r) {
        if (cursors.casTail(0, 1)) {
            r.r1 = (boolean) CLOSING.getAcquire(this) ? 0 : 1;
        }
    }

    @Actor
    public void close(II_Result r) {
        CLOSING.setRelease(this, true);
        r.r2 = (int) cursors.tailVolatile();
    }
}
