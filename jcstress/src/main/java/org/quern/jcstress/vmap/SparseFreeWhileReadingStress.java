package org.quern.jcstress.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;
import org.quern.vmap.Arena32;
import org.quern.vmap.FreeOutcome;
import org.quern.vmap.PageGrant;
import org.quern.vmap.SparseArenaOptions;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

/**
 * SparseArena guarantee 2: an access through a segment of pages that are freed and handed on gives their own value or throws.
 * Zeros (given back under the reader) or the next owner's value would be a failure. By segment, and by handle of the page,
 * which is then gone or the next owner's new page.
 */
public class SparseFreeWhileReadingStress {
    private static final Arena32 ARENA = Arena32.create(SparseArenaOptions.pages(1 << 18).budgetPages(1 << 18));

    static void freeAndReuse(PageGrant grant) {
        if (ARENA.free(grant) == FreeOutcome.FREED && ARENA.allocateAt(grant.handle(), 1) instanceof PageGrant next) {
            ARENA.setLongPlain(next.handle() + 8, 99);
            ARENA.free(next);
        }
    }

    /** Through a segment. */
    @JCStressTest
    @Outcome(id = "7", expect = ACCEPTABLE, desc = "the pages' own value")
    @Outcome(id = "-1", expect = ACCEPTABLE, desc = "IllegalStateException")
    @State
    public static class Segment {
        private final PageGrant grant = ARENA.allocate(1).granted();
        private final MemorySegment segment = ARENA.segment(grant);

        public Segment() {
            segment.set(ValueLayout.JAVA_LONG, 8, 7);
        }

        @Actor
        public void read(J_Result r) {
            try {
                r.r1 = segment.get(ValueLayout.JAVA_LONG, 8);
            } catch (IllegalStateException e) {
                r.r1 = -1;
            }
        }

        @Actor
        public void free() {
            freeAndReuse(grant);
        }
    }

    /** Deferred: freed by one thread, completed by another. */
    @JCStressTest
    @Outcome(id = "7", expect = ACCEPTABLE, desc = "the pages' own value")
    @Outcome(id = "-1", expect = ACCEPTABLE, desc = "IllegalStateException")
    @State
    public static class Deferred {
        private final PageGrant grant = ARENA.allocate(1).granted();
        private final MemorySegment segment = ARENA.segment(grant);

        public Deferred() {
            segment.set(ValueLayout.JAVA_LONG, 8, 7);
        }

        @Actor
        public void read(J_Result r) {
            try {
                r.r1 = segment.get(ValueLayout.JAVA_LONG, 8);
            } catch (IllegalStateException e) {
                r.r1 = -1;
            }
        }

        @Actor
        public void free() {
            ARENA.freeAsync(grant.handle(), 1);
        }

        @Actor
        public void drain() {
            ARENA.drain();
        }
    }
}
