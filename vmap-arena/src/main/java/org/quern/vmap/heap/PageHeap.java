package org.quern.vmap.heap;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.page.FreeRuns;
import org.quern.vmap.slab.GrowingBits;
import org.quern.vmap.slab.Latch;

/**
 * The pages of a region: which are free, and which may hold memory.
 *
 * <pre>
 *                  take                          give
 *     CLEAN  ---------------->  IN USE  ---------------------->  DIRTY        free, but still holds memory
 *    (free)                       ^                                |  |
 *       ^                         |            take                |  |
 *       |                         +--------------------------------+  |
 *       |                                                             |  purge: out of the free runs meanwhile
 *       +-------------------------------------------------------------+
 * </pre>
 *
 * Invariants (checked by {@link #verify}).
 * <ol>
 * <li>Every page is in exactly one of: the free runs, a run in use, a run being purged.
 * <li>A page in use is marked as populated; a page that is not marked holds no memory and reads as zeros.
 * <li>{@code dirty} is the number of free pages that are marked.
 * <li>What may be resident (marked pages) was granted by the budget.
 * </ol>
 *
 * <p>
 * Memory goes back late: a {@code madvise} for each freed slab made a free 70 times dearer. When the dirty pages exceed
 * 16 MiB and a quarter of the pages in use, the uppermost are purged, in coalesced runs, until half of that is left; best
 * fit hands out lower ones first. {@link #purgeStep} is the one place from which memory is given back.
 *
 * <p>
 * Thread-safe by a latch, which is not held while the system takes memory back.
 */
final class PageHeap {
    /** The system, and the budget, as this class needs them; tests let them fail. */
    interface Memory {
        /** Asks for pages that may become resident; false if they are not to be had. */
        boolean grant(long pages);

        /** Returns what was granted. */
        void returnGrant(long pages);

        /** Gives memory back to the system; throws, if it must, KernelException. */
        void decommit(long firstPage, long pages);
    }

    private static final long LONGEST_STEP_PAGES = 512; // 2 MiB: some 150 us

    private final long pages;
    private final long slackPages;
    private final long origin; // what page 0 is where alignment is counted
    private final Memory memory;
    private final Latch latch = new Latch();
    private final FreeRuns free;
    private final GrowingBits populated = new GrowingBits();
    private int runsOut; // runs in use or being purged
    private long usedPages;
    private long dirtyPages;
    private long purgingPages;
    private long populatedPages;
    private long high; // no page from here on was ever handed out
    private long failedPurges;
    private boolean surplusBeingPurged;
    private long holdOffPages; // after a refusal: no purge of a surplus before there are more dirty pages than this
    private boolean shut;

    /** A region of clean free pages; those below {@code firstPage} are never handed out. */
    PageHeap(long pages, long firstPage, long slackPages, long origin, Memory memory) {
        this.pages = pages;
        this.slackPages = slackPages;
        this.origin = origin;
        this.memory = memory;
        this.free = new FreeRuns(pages);
        if (firstPage > 0 && !free.takeAt(0, firstPage)) {
            throw new IllegalArgumentException("firstPage=" + firstPage + ": beyond " + pages);
        }
        this.runsOut = firstPage > 0 ? 1 : 0;
        this.usedPages = firstPage;
    }

    /** A run at a multiple of {@code alignment} pages; null if there is none, or the budget has no room for it. */
    @Nullable
    PageRun take(int count, long alignment) {
        latch.enter();
        try {
            if (shut) {
                return null;
            }
            free.prepare(runsOut + 3); // so that nothing below, and no later give, needs memory
            long first = alignment == 1 ? free.takeBestFit(count) : free.takeAligned(count, alignment, origin);
            if (first == FreeRuns.NONE) {
                return null;
            }
            PageRun run = null;
            try {
                run = populate(first, count);
            } finally {
                if (run == null) {
                    free.give(first, count);
                }
            }
            return run;
        } finally {
            latch.leave();
        }
    }

    private @Nullable PageRun populate(long first, int count) {
        long end = first + count;
        populated.ensure(end - 1);
        long missing = 0;
        for (long p = populated.nextClear(first, end); p < end; p = populated.nextClear(p + 1, end)) {
            missing++;
        }
        PageRun run = new PageRun(first, count, missing == count);
        if (!memory.grant(missing)) {
            return null;
        }
        for (long p = populated.nextClear(first, end); p < end; p = populated.nextClear(p + 1, end)) {
            populated.set(p);
        }
        populatedPages += missing;
        dirtyPages -= count - missing;
        usedPages += count;
        runsOut++;
        high = Math.max(high, end);
        return run;
    }

    /** Takes a run back; its pages stay populated. Then purges what is too much. */
    void give(PageRun run) {
        latch.enter();
        try {
            free.give(run.first(), run.pages());
            runsOut--;
            usedPages -= run.pages();
            dirtyPages += run.pages();
            long limit = surplusLimit();
            if (surplusBeingPurged || dirtyPages <= Math.max(limit, holdOffPages)) {
                return;
            }
            surplusBeingPurged = true; // one thread at a time
        } finally {
            latch.leave();
        }
        purgeSurplus();
    }

    private long surplusLimit() {
        return Math.max(slackPages, usedPages / 4);
    }

    private void purgeSurplus() {
        boolean refused = false;
        try {
            purge(counts().surplusLimit() / 2);
        } catch (RuntimeException e) {
            refused = true; // KernelException: pages locked by mlock(2): not this caller's fault; try again when there are more
        } finally {
            latch.enter();
            surplusBeingPurged = false;
            holdOffPages = refused ? 2 * dirtyPages : 0;
            latch.leave();
        }
    }

    /**
     * Gives the memory of dirty pages back, the uppermost first, until at most {@code keep} are left.
     *
     * @return how many pages were given back
     * @throws org.quern.kapi.KernelException if the system refuses; those pages stay dirty
     */
    long purge(long keep) {
        long purged = 0;
        long below = Long.MAX_VALUE;
        while (below >= 0) {
            long step = purgeStep(keep, below);
            if (step > 0) {
                purged += step;
            } else {
                below = step == 0 ? -1 : ~step;
            }
        }
        return purged;
    }

    /**
     * Purges one stretch of the uppermost free run that begins below {@code below}.
     *
     * @return pages purged; 0 if there is nothing to do; or, as a complement, where to go on because that run is clean
     */
    private long purgeStep(long keep, long below) {
        long first;
        long end;
        latch.enter();
        try {
            long start = dirtyPages <= keep ? FreeRuns.NONE : free.startBelow(below);
            if (start == FreeRuns.NONE) {
                return 0;
            }
            long limit = Math.min(free.endOfRun(start), high);
            first = start >= limit ? limit : populated.nextSet(start, limit);
            if (first >= limit) {
                return ~start;
            }
            end = Math.min(populated.nextClear(first, limit), first + Math.min(LONGEST_STEP_PAGES, dirtyPages - keep));
            free.prepare(runsOut + 3);
            free.takeAt(first, end - first);
            runsOut++;
            dirtyPages -= end - first;
            purgingPages += end - first;
        } finally {
            latch.leave();
        }
        boolean gone = false;
        try {
            memory.decommit(first, end - first);
            gone = true;
        } finally {
            finishPurge(first, end, gone);
        }
        return end - first;
    }

    private void finishPurge(long first, long end, boolean gone) {
        long count = end - first;
        boolean returned;
        latch.enter();
        try {
            returned = shut; // all grants were returned then
            free.give(first, count);
            runsOut--;
            purgingPages -= count;
            if (gone) {
                for (long p = first; p < end; p++) {
                    populated.clear(p);
                }
                populatedPages -= count;
            } else {
                dirtyPages += count;
                failedPurges++;
            }
        } finally {
            latch.leave();
        }
        if (gone && !returned) {
            memory.returnGrant(count);
        }
    }

    /** What the region holds, in pages. */
    record Counts(long used, long dirty, long populated, long largestRun, long surplusLimit, long failedPurges) {}

    Counts counts() {
        latch.enter();
        try {
            return new Counts(usedPages, dirtyPages, populatedPages, free.largestRun(), surplusLimit(), failedPurges);
        } finally {
            latch.leave();
        }
    }

    /** Hands nothing out any more, and returns what the budget granted; the caller sees to it that the memory goes. */
    void shut() {
        latch.enter();
        try {
            if (!shut) {
                shut = true;
                memory.returnGrant(populatedPages);
            }
        } finally {
            latch.leave();
        }
    }

    /** Checks the invariants; when no other thread is inside. */
    void verify() {
        latch.enter();
        try {
            free.verify();
            require(usedPages + purgingPages + free.freePages() == pages,
                    "used=" + usedPages + ", purging=" + purgingPages + ", free=" + free.freePages() + " of " + pages);
            require(populated.count(high) == populatedPages, "populated=" + populatedPages);
            long marked = 0;
            for (long start = free.startBelow(Long.MAX_VALUE); start != FreeRuns.NONE; start = free.startBelow(start)) {
                long end = Math.min(free.endOfRun(start), high);
                for (long p = start; p < end && (p = populated.nextSet(p, end)) < end; p++) {
                    marked++;
                }
            }
            require(marked == dirtyPages, "dirty=" + dirtyPages + ", marked and free=" + marked);
        } finally {
            latch.leave();
        }
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("page heap: " + what);
        }
    }
}
