package org.quern.jcstress.vmap;

import java.lang.foreign.ValueLayout;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.Hold;
import org.quern.vmap.PageRange;
import org.quern.vmap.Pin;
import org.quern.vmap.PinOptions;
import org.quern.vmap.PinOutcome;
import org.quern.vmap.RangeBusyException;
import org.quern.vmap.StaleHandleException;
import org.quern.vmap.VmapArena;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

/** Pins against frees, unpins and each other. */
public final class PinStress {
    private static final PinOptions OPTIONS = PinOptions.of("stress");
    private static final VmapArena ARENA = VmapArena.open(ArenaOptions.reserving(1L << 30));

    private PinStress() {}

    private static PageRange range(int pages) {
        PageRange range = ARENA.allocatePages(pages);
        ARENA.pins().pin(range, OPTIONS).close(); // so that the way without a lock is taken
        return range;
    }

    /** A page is pinned or freed; who pins it finds its own data as long as the pin is open. */
    @JCStressTest
    @Outcome(id = {"1, 0", "0, 1"}, expect = ACCEPTABLE, desc = "one of them")
    @Outcome(id = "1, 1", expect = ACCEPTABLE, desc = "pinned, unpinned, then freed")
    @State
    public static class PinAgainstFree {
        private final PageRange range = range(2);

        public PinAgainstFree() {
            ARENA.segment(range).set(ValueLayout.JAVA_LONG, 0, 42);
        }

        @Actor
        public void pinner(II_Result r) {
            try (Pin pin = ARENA.pins().pin(range, OPTIONS)) {
                r.r1 = pin.segment().get(ValueLayout.JAVA_LONG, 0) == 42 ? 1 : 2;
            } catch (StaleHandleException e) {
                r.r1 = 0;
            }
        }

        @Actor
        public void freer(II_Result r) {
            try {
                ARENA.free(range);
                r.r2 = 1;
            } catch (RangeBusyException e) {
                r.r2 = 0;
            }
        }

        @Arbiter
        public void clean() {
            try {
                ARENA.free(range);
            } catch (StaleHandleException e) {
                // freed
            }
        }
    }

    /** Of a range whose free was deferred the last of two pins, of different pages, frees it. */
    @JCStressTest
    @Outcome(id = "1", expect = ACCEPTABLE, desc = "freed: a hold finds it gone")
    @State
    public static class DeferredFree {
        private final PageRange range = range(3);
        private final Pin first = ARENA.pins().pin(range, 0, 1, OPTIONS);
        private final Pin second = ARENA.pins().pin(range, 2, 1, OPTIONS);
        private final Hold hold = ARENA.pins().hold(range, "stress");

        @Actor
        public void first() {
            first.close();
        }

        @Actor
        public void second() {
            second.close();
        }

        @Actor
        public void freer() {
            ARENA.freeWhenUnpinned(range);
        }

        @Arbiter
        public void look(I_Result r) {
            r.r1 = hold.isGone() ? 1 : 0;
            hold.close();
        }
    }

    /** Of two that close a pin one succeeds. */
    @JCStressTest
    @Outcome(id = {"1, 0", "0, 1"}, expect = ACCEPTABLE, desc = "one of them")
    @State
    public static class DoubleClose {
        private static final PageRange RANGE = range(2);

        private final Pin pin = ARENA.pins().pin(RANGE, OPTIONS);

        @Actor
        public void first(II_Result r) {
            r.r1 = close();
        }

        @Actor
        public void second(II_Result r) {
            r.r2 = close();
        }

        private int close() {
            try {
                pin.close();
                return 1;
            } catch (IllegalStateException e) {
                return 0;
            }
        }
    }

    /** Pins of overlapping parts, taken and dropped at once, leave nothing behind. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "balanced")
    @State
    public static class PinAgainstUnpin {
        private final PageRange range = range(3);
        private final Pin before = ARENA.pins().pin(range, 0, 2, OPTIONS);

        @Actor
        public void unpinner() {
            before.close();
        }

        @Actor
        public void pinner() {
            PinOutcome outcome = ARENA.pins().tryPin(range, 1, 2, OPTIONS);
            ((Pin) outcome).close();
        }

        @Arbiter
        public void look(I_Result r) {
            r.r1 = ARENA.pins().maybePinned(range) ? 1 : 0;
            ARENA.free(range);
        }
    }
}
