package org.quern.jcstress.controls.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;
import org.quern.vmap.Arena32;
import org.quern.vmap.PageGrant;
import org.quern.vmap.SparseArenaOptions;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/**
 * The weakened copy of SparseFreeWhileReadingStress: pages are given back and handed on (here: written by the next owner at
 * the same place) without ending the reader's scope first. Must be caught.
 */
@JCStressTest
@Outcome(id = "7", expect = ACCEPTABLE, desc = "the pages' own value")
@Outcome(id = "-1", expect = ACCEPTABLE, desc = "IllegalStateException")
@Outcome(id = {"0", "99"}, expect = FORBIDDEN, desc = "given back under the reader, or a new owner's value")
@State
public class SparseFreeWithoutScopeControl {
    private static final Arena32 ARENA = Arena32.create(SparseArenaOptions.pages(1 << 18).budgetPages(1 << 18));

    private final PageGrant grant = ARENA.allocate(1).granted();
    private final MemorySegment segment = ARENA.segment(grant);

    public SparseFreeWithoutScopeControl() {
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
    public void freeAndReuse() {
        ARENA.decommit(grant.handle(), 1);
        ARENA.setLongPlain(grant.handle() + 8, 99);
    }

    @Arbiter
    public void tidy(J_Result r) {
        ARENA.free(grant);
    }
}
