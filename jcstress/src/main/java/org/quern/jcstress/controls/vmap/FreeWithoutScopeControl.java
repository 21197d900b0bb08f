package org.quern.jcstress.controls.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.PageRange;
import org.quern.vmap.VmapArena;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/**
 * The weakened copy of FreeWhileReadingStress: pages are discarded and handed on (here: written by the next owner through
 * the same range) without ending the reader's scope first. Must be caught.
 */
@JCStressTest
@Outcome(id = "7", expect = ACCEPTABLE, desc = "the range's own value")
@Outcome(id = "-1", expect = ACCEPTABLE, desc = "IllegalStateException")
@Outcome(id = {"0", "99"}, expect = FORBIDDEN, desc = "discarded under the reader, or a new owner's value")
@State
public class FreeWithoutScopeControl {
    private static final VmapArena ARENA = VmapArena.open(ArenaOptions.reserving(1L << 36));

    private final PageRange range = ARENA.allocatePages(1);
    private final MemorySegment segment = ARENA.segment(range);

    public FreeWithoutScopeControl() {
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
        ARENA.decommit(range);
        segment.set(ValueLayout.JAVA_LONG, 8, 99);
    }

    @Arbiter
    public void tidy(J_Result r) {
        ARENA.free(range);
    }
}
