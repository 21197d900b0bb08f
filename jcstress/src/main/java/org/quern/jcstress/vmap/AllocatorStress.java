package org.quern.jcstress.vmap;

import java.lang.foreign.ValueLayout;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.quern.vmap.AllocatorOptions;
import org.quern.vmap.SizeClassAllocator;
import org.quern.vmap.StaleHandleException;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

/** What threads do to one allocator at once. Blocks of 64 KiB, because their magazines are the shortest: half moves every few calls. */
public final class AllocatorStress {
    private static final int SIZE = 64 << 10;

    private AllocatorStress() {}

    /** A block freed by one thread and one taken by another are never the same while both are in use. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "what the taker wrote is what it reads")
    @State
    public static class FreeAgainstTake {
        private static final SizeClassAllocator ALLOCATOR = SizeClassAllocator
                .open(AllocatorOptions.reserving(1L << 32));

        private final long block = ALLOCATOR.take(SIZE);

        @Actor
        public void freer() {
            ALLOCATOR.memory().set(ValueLayout.JAVA_LONG, block, 1);
            ALLOCATOR.giveBack(block);
        }

        @Actor
        public void taker(I_Result r) {
            long mine = ALLOCATOR.take(SIZE);
            ALLOCATOR.memory().set(ValueLayout.JAVA_LONG, mine, 2);
            Thread.onSpinWait();
            r.r1 = ALLOCATOR.memory().get(ValueLayout.JAVA_LONG, mine) == 2 ? 0 : 1;
            ALLOCATOR.giveBack(mine);
        }
    }

    /** Checked mode: of two threads that give the same block back, exactly one succeeds. */
    @JCStressTest
    @Outcome(id = {"1, 0", "0, 1"}, expect = ACCEPTABLE, desc = "one of them")
    @State
    public static class CheckedDoubleFree {
        private static final SizeClassAllocator ALLOCATOR = SizeClassAllocator
                .open(AllocatorOptions.reserving(1L << 32).checked(true).sampling(0).quarantine(0));

        private final long block = ALLOCATOR.take(64);

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
                ALLOCATOR.giveBack(block);
                return 1;
            } catch (StaleHandleException e) {
                return 0;
            }
        }
    }

    /** A large block: the record decides, so also without checks exactly one succeeds. */
    @JCStressTest
    @Outcome(id = {"1, 0", "0, 1"}, expect = ACCEPTABLE, desc = "one of them")
    @State
    public static class LargeDoubleFree {
        private static final SizeClassAllocator ALLOCATOR = SizeClassAllocator
                .open(AllocatorOptions.reserving(1L << 32));

        private final long block = ALLOCATOR.take(2 * SIZE);

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
                ALLOCATOR.giveBack(block);
                return 1;
            } catch (StaleHandleException e) {
                return 0;
            }
        }
    }

    /** Two threads that take at once never get the same block, whether from a depot's batch or from a slab. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "each its own")
    @State
    public static class TakeAgainstTake {
        private static final SizeClassAllocator ALLOCATOR = SizeClassAllocator
                .open(AllocatorOptions.reserving(1L << 32));

        @Actor
        public void first(II_Result r) {
            r.r1 = mark(1);
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = mark(2);
        }

        /** Takes nine, more than a magazine holds, so that the depot is asked; 1 if one of them was somebody else's too. */
        private static int mark(long who) {
            long[] mine = new long[9];
            for (int i = 0; i < mine.length; i++) {
                mine[i] = ALLOCATOR.take(SIZE);
                ALLOCATOR.memory().set(ValueLayout.JAVA_LONG, mine[i], who);
            }
            int foreign = 0;
            for (long block : mine) {
                foreign |= ALLOCATOR.memory().get(ValueLayout.JAVA_LONG, block) == who ? 0 : 1;
                ALLOCATOR.giveBack(block);
            }
            return foreign;
        }
    }
}
