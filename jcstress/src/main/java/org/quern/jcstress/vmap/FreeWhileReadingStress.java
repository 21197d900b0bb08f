package org.quern.jcstress.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.PageRange;
import org.quern.vmap.VmapArena;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

/**
 * VmapArena guarantee 2: an access through the segment of a range that is freed, and whose pages get a new owner, gives
 * the range's own value or throws. Zeros (discarded under the reader) or the new owner's value would be a failure.
 */
@JCStressTest
@Outcome(id = "7", expect = ACCEPTABLE, desc = "the range's own value")
@Outcome(id = "-1", expect = ACCEPTABLE, desc = "IllegalStateException")
@State
public class FreeWhileReadingStress {
    private static final VmapArena ARENA = VmapArena.open(ArenaOptions.reserving(1L << 36));

    private final PageRange range = ARENA.allocatePages(1);
    private final MemorySegment segment = ARENA.segment(range);

    public FreeWhileReadingStress() {
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
        ARENA.free(range);
        PageRange next = ARENA.allocatePages(1);
        ARENA.segment(next).set(ValueLayout.JAVA_LONG, 8, 99);
        ARENA.free(next);
    }
}
