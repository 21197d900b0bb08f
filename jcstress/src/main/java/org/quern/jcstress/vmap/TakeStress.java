package org.quern.jcstress.vmap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;
import org.quern.vmap.BlockPool;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

/** BlockPool guarantee 1: two threads that take at the same time own different blocks, both real. */
@JCStressTest
@Outcome(id = "1", expect = ACCEPTABLE, desc = "two blocks")
@State
public class TakeStress {
    private static final BlockPool POOL = BlockPool.open("take-stress", 64, 1L << 30);

    private long a;
    private long b;

    @Actor
    public void first() {
        a = POOL.take();
    }

    @Actor
    public void second() {
        b = POOL.take();
    }

    @Arbiter
    public void compare(I_Result r) {
        r.r1 = a != 0 && b != 0 && a != b ? 1 : 0;
        POOL.giveBack(a); // LIFO: the next pair is these two again, so that reuse is what races
        POOL.giveBack(b);
    }
}
