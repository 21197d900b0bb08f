package org.quern.jcstress.controls.kapi;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/**
 * The weakened copy of DescriptorStress: closing forbids new calls, but does not wait for the one that is being made.
 * The file is a flag here, so that the race is not lost among the kernel's locks. Must be caught.
 */
@JCStressTest
@Outcome(id = "0", expect = ACCEPTABLE, desc = "the call came first, and had the file open")
@Outcome(id = "1", expect = ACCEPTABLE, desc = "closing came first, and the call was refused")
@Outcome(id = "-9", expect = FORBIDDEN, desc = "a call on a closed file")
@State
public class UncountedDescriptorControl {
    private volatile boolean closed;
    private volatile boolean open = true;

    @Actor
    public void call(I_Result r) {
        if (closed) {
            r.r1 = 1;
            return;
        }
        r.r1 = open ? 0 : -9;
    }

    @Actor
    public void close() {
        closed = true;
        open = false;
    }
}
