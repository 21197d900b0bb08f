package org.quern.jcstress.vmap;

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
import org.quern.vmap.StaleHandleException;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;

/** SparseArena guarantee 1, with two attachments that share nothing but the file, as two processes do. */
public class SparseAllocateStress {
    private static final Arena32 HERE = Arena32.create(SparseArenaOptions.pages(1 << 16));
    private static final Arena32 THERE = Arena32.attach(MemoryFile.open(HERE.file().path()));

    /** No page is handed out twice. */
    @JCStressTest
    @Outcome(id = "true, true", expect = ACCEPTABLE, desc = "both have pages, different ones")
    @State
    public static class Exclusion {
        private PageGrant a = new PageGrant(0, 1, 0);
        private PageGrant b = new PageGrant(0, 1, 0);

        @Actor
        public void here(ZZ_Result r) {
            a = HERE.allocate(1).granted();
            r.r1 = true;
        }

        @Actor
        public void there() {
            b = THERE.allocate(1).granted();
        }

        @Arbiter
        public void tidy(ZZ_Result r) {
            r.r2 = a.handle() != b.handle() && a.generation() != b.generation();
            HERE.free(b); // what one handed out the other can free
            THERE.free(a);
        }
    }

    /** Of two that free a grant one succeeds. */
    @JCStressTest
    @Outcome(id = {"true, false", "false, true"}, expect = ACCEPTABLE, desc = "one of them")
    @State
    public static class DoubleFree {
        private final PageGrant grant = HERE.allocate(1).granted();

        @Actor
        public void here(ZZ_Result r) {
            r.r1 = freed(HERE);
        }

        @Actor
        public void there(ZZ_Result r) {
            r.r2 = freed(THERE);
        }

        private boolean freed(Arena32 arena) {
            try {
                arena.free(grant);
                return true;
            } catch (StaleHandleException e) {
                return false;
            }
        }
    }

    /** What was written before a release is seen after the acquire, through another mapping. */
    @JCStressTest
    @Outcome(id = {"false, true", "true, true"}, expect = ACCEPTABLE, desc = "nothing seen, or all of it")
    @State
    public static class Publication {
        private final PageGrant grant = HERE.allocate(1).granted();

        @Actor
        public void write() {
            HERE.setLongPlain(grant.handle() + 64, 42);
            HERE.setLongRelease(grant.handle(), 1); // pairs with the acquire in read
        }

        @Actor
        public void read(ZZ_Result r) {
            r.r1 = THERE.getLongAcquire(grant.handle()) == 1; // pairs with the release in write
            r.r2 = !r.r1 || THERE.getLongPlain(grant.handle() + 64) == 42;
        }

        @Arbiter
        public void tidy(ZZ_Result r) {
            THERE.free(grant);
            HERE.drain();
            THERE.drain();
        }
    }
}
