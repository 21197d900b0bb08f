package org.quern.jcstress.vmap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.BlockPool;
import org.quern.vmap.PageRange;
import org.quern.vmap.StaleHandleException;
import org.quern.vmap.VmapArena;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

/** Of two threads that give the same thing back, exactly one succeeds; the other is told that its handle is stale. */
public final class DoubleFreeStress {
    private DoubleFreeStress() {}

    /** A block. */
    @JCStressTest
    @Outcome(id = {"1, 0", "0, 1"}, expect = ACCEPTABLE, desc = "one of them")
    @State
    public static class Block {
        private static final BlockPool POOL = BlockPool.open("double-free-stress", 64, 1L << 30);

        private final long offset = POOL.take();

        @Actor
        public void first(II_Result r) {
            r.r1 = giveBack();
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = giveBack();
        }

        private int giveBack() {
            try {
                POOL.giveBack(offset);
                return 1;
            } catch (StaleHandleException e) {
                return 0;
            }
        }
    }

    /** A range of pages, with a segment whose scope must be closed once. */
    @JCStressTest
    @Outcome(id = {"1, 0", "0, 1"}, expect = ACCEPTABLE, desc = "one of them")
    @State
    public static class Range {
        private static final VmapArena ARENA = VmapArena.open(ArenaOptions.reserving(1L << 36));

        private final PageRange range = ARENA.allocatePages(1);

        public Range() {
            ARENA.segment(range);
        }

        @Actor
        public void first(II_Result r) {
            r.r1 = free();
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = free();
        }

        private int free() {
            try {
                ARENA.free(range);
                return 1;
            } catch (StaleHandleException e) {
                return 0;
            }
        }
    }
}
