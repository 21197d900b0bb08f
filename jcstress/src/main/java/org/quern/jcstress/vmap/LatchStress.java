package org.quern.jcstress.vmap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.quern.vmap.slab.Latch;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

/** L1: what is done between enter and leave excludes, and is seen whole by, what others do between enter and leave. */
public final class LatchStress {
    private LatchStress() {}

    /** Neither of two plain increments is lost. */
    @JCStressTest
    @Outcome(id = "2", expect = ACCEPTABLE, desc = "both counted")
    @State
    public static class Exclusion {
        private final Latch latch = new Latch();
        private int count;

        private void increment() {
            latch.enter();
            try {
                count++;
            } finally {
                latch.leave();
            }
        }

        @Actor
        public void first() {
            increment();
        }

        @Actor
        public void second() {
            increment();
        }

        @Arbiter
        public void total(I_Result r) {
            r.r1 = count;
        }
    }

    /** Two plain stores are seen together or not at all. */
    @JCStressTest
    @Outcome(id = {"0, 0", "1, 1"}, expect = ACCEPTABLE, desc = "before or after")
    @State
    public static class Publication {
        private final Latch latch = new Latch();
        private int x;
        private int y;

        @Actor
        public void write() {
            latch.enter();
            x = 1;
            y = 1;
            latch.leave();
        }

        @Actor
        public void read(II_Result r) {
            latch.enter();
            r.r1 = y;
            r.r2 = x;
            latch.leave();
        }
    }
}
