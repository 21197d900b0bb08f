package org.quern.jcstress.vmap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.vmap.slab.ScratchChunk;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

/** Two threads that take pieces of one chunk at the same time get different bytes. */
@JCStressTest
@Outcome(id = {"0, 24", "24, 0"}, expect = ACCEPTABLE, desc = "one after the other")
@State
public class ScratchStress {
    private final ScratchChunk chunk = new ScratchChunk(0, 64);

    @Actor
    public void first(II_Result r) {
        r.r1 = (int) chunk.take(24, 8);
    }

    @Actor
    public void second(II_Result r) {
        r.r2 = (int) chunk.take(24, 8);
    }
}
