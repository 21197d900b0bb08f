package org.quern.jcstress.controls.vmap;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;
import org.quern.vmap.Arena32;
import org.quern.vmap.MemoryFile;
import org.quern.vmap.PageGrant;
import org.quern.vmap.SparseArenaOptions;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

/**
 * The weakened copy of SparseAllocateStress.Exclusion: two attachments take the next place from a counter in shared memory,
 * without the lock in it. Must be caught.
 */
@JCStressTest
@Outcome(id = "true, true", expect = ACCEPTABLE, desc = "different places")
@Outcome(id = "true, false", expect = FORBIDDEN, desc = "one place handed out twice")
@State
public class PlainSharedBumpControl {
    private static final Arena32 HERE = Arena32.create(SparseArenaOptions.pages(16));
    private static final Arena32 THERE = Arena32.attach(MemoryFile.open(HERE.file().path()));
    private static final PageGrant COUNTER = HERE.allocate(1).granted();

    private long a;
    private long b;

    private static long take(Arena32 arena) {
        long next = arena.getLongPlain(COUNTER.handle());
        arena.setLongPlain(COUNTER.handle(), next + 1);
        return next;
    }

    @Actor
    public void here(ZZ_Result r) {
        a = take(HERE);
        r.r1 = true;
    }

    @Actor
    public void there() {
        b = take(THERE);
    }

    @Arbiter
    public void compare(ZZ_Result r) {
        r.r2 = a != b;
    }
}
