package org.quern.vmap.heap;

import org.quern.vmap.page.PageBudget;
import org.quern.vmap.reserve.Reservation;

/**
 * What all threads share: two regions of pages, a depot for each class, the large blocks, and the map. No state of its own;
 * each part has its latch.
 *
 * <p>
 * When pages run out, {@link #reclaim} is tried once before a request fails: batches and empty slabs go back to the page heaps,
 * whose dirty pages are purged, so that the budget has room again.
 */
public final class CentralHeap {
    private static final long SLACK_BYTES = 16 << 20;

    private final BlockMap map;
    private final long regionBytes;
    private final PageHeap fine;
    private final PageHeap coarse;
    private final ClassDepot[] depots = new ClassDepot[SizeClasses.COUNT];
    private final LargeBlocks large;
    private final Runnable recoverCaches;

    /**
     * A heap of which nothing is handed out.
     *
     * @param memory two regions
     * @param books {@link BlockMap#bytesFor} bytes or more, zero
     * @param budget what may be resident, in pages
     * @param recoverCaches called, without any latch, when memory runs out: drains what nobody uses
     */
    public CentralHeap(Reservation memory, Reservation books, PageBudget budget, Runnable recoverCaches) {
        this(memory, books, recoverCaches, new Region(memory, 0, budget),
                new Region(memory, memory.bytes() / 2, budget));
    }

    /** For tests: with a system that fails on demand. */
    CentralHeap(Reservation memory, Reservation books, Runnable recoverCaches, PageHeap.Memory coarseMemory,
            PageHeap.Memory fineMemory) {
        this.recoverCaches = recoverCaches;
        this.regionBytes = memory.bytes() / 2;
        this.map = new BlockMap(books, Long.numberOfTrailingZeros(regionBytes));
        long pages = regionBytes >>> Reservation.PAGE_SHIFT;
        long slack = SLACK_BYTES >>> Reservation.PAGE_SHIFT;
        long origin = memory.base() >>> Reservation.PAGE_SHIFT;
        this.coarse = new PageHeap(pages, 1, slack, origin, coarseMemory); // offset 0: "none"
        this.fine = new PageHeap(pages, 0, slack, origin + pages, fineMemory);
        SlabTable fineSlabs = new SlabTable();
        SlabTable coarseSlabs = new SlabTable();
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            depots[c] = c < SizeClasses.FIRST_COARSE
                    ? new ClassDepot(c, fine, regionBytes, fineSlabs)
                    : new ClassDepot(c, coarse, 0, coarseSlabs);
        }
        this.large = new LargeBlocks(coarse, map);
    }

    /**
     * The pages of one region, as the page heap sees the system.
     *
     * @param memory both regions
     * @param offset where this one begins
     * @param budget what may be resident
     */
    private record Region(Reservation memory, long offset, PageBudget budget) implements PageHeap.Memory {
        @Override
        public boolean grant(long pages) {
            return budget.tryTake(pages);
        }

        @Override
        public void returnGrant(long pages) {
            budget.giveBack(pages);
        }

        @Override
        public void decommit(long firstPage, long pages) {
            memory.decommit(offset + (firstPage << Reservation.PAGE_SHIFT), pages << Reservation.PAGE_SHIFT);
        }
    }

    BlockMap map() {
        return map;
    }

    int refill(int sizeClass, long[] into, int at, int want) {
        int got = depots[sizeClass].take(into, at, want);
        if (got == 0) {
            reclaim();
            got = depots[sizeClass].take(into, at, want);
        }
        return got;
    }

    void flush(int sizeClass, long[] from, int at, int count) {
        depots[sizeClass].flush(from, at, count);
    }

    /**
     * Takes a block of pages of its own.
     *
     * @param bytes more than 0
     * @param alignmentPages a power of two, in pages
     * @return an entry as of {@link Magazines#take}; 0 if there is none
     */
    public long takeLarge(long bytes, long alignmentPages) {
        if (bytes > regionBytes || alignmentPages > regionBytes >>> Reservation.PAGE_SHIFT) {
            return 0;
        }
        long entry = large.take(bytes, alignmentPages);
        if (entry == 0) {
            reclaim();
            entry = large.take(bytes, alignmentPages);
        }
        return entry;
    }

    /**
     * Gives a block of pages of its own back.
     *
     * @param offset any number
     * @return false if no such block begins there
     */
    public boolean giveBackLarge(long offset) {
        return large.giveBack(offset);
    }

    /**
     * How long the block in use is that begins at an offset.
     *
     * @param offset any number
     * @return bytes; 0 if none begins there
     */
    public long bytesOf(long offset) {
        if (!map.isPlausible(offset)) {
            return 0;
        }
        int value = map.getPlain(offset);
        if (value == BlockMap.LARGE) {
            return large.bytes(offset);
        }
        return value == 0 ? 0 : SizeClasses.bytes(value - 1);
    }

    /**
     * Whether an offset could be a block's.
     *
     * @param offset any number
     * @return true if it lies in the heap at a multiple of what blocks there are multiples of
     */
    public boolean isPlausible(long offset) {
        return offset != 0 && map.isPlausible(offset);
    }

    /** What no thread holds goes back to the page heaps, and from there to the system. */
    private void reclaim() {
        recoverCaches.run();
        try {
            trim();
        } catch (RuntimeException e) {
            return; // pages locked by mlock(2): not this caller's fault, who is told that there is no memory
        }
    }

    /**
     * Gives all memory back that is not in a block handed out, in a thread's magazine, or beside one in its slab.
     *
     * @return bytes given back
     * @throws org.quern.kapi.KernelException if the system refuses
     */
    public long trim() {
        for (ClassDepot depot : depots) {
            depot.drain();
        }
        return (fine.purge(0) + coarse.purge(0)) << Reservation.PAGE_SHIFT;
    }

    /** Hands nothing out any more, and returns what the budget granted. */
    public void shut() {
        fine.shut();
        coarse.shut();
    }

    /**
     * What a class holds.
     *
     * @param sizeClass the class
     * @return counts at one instant
     */
    public ClassCounts counts(int sizeClass) {
        ClassDepot.Counts counts = depots[sizeClass].counts();
        return new ClassCounts(counts.slabs(), counts.blocksOut(), counts.blocksBatched() + counts.blocksFree(),
                counts.refills(), counts.flushes(), counts.strays());
    }

    /**
     * What a class holds.
     *
     * @param slabs how many slabs
     * @param out blocks with threads: in use or in their magazines
     * @param free blocks in depots and slabs
     * @param refills how often a thread fetched blocks
     * @param flushes how often a thread handed blocks over
     * @param strays blocks given back twice by a race, found at the slab
     */
    public record ClassCounts(long slabs, long out, long free, long refills, long flushes, long strays) {}

    /**
     * What the pages are used for.
     *
     * @return counts, read one after the other
     */
    public PageCounts pages() {
        PageHeap.Counts a = fine.counts();
        PageHeap.Counts b = coarse.counts();
        LargeBlocks.Counts l = large.counts();
        return new PageCounts(a.used() + b.used() - 1, a.dirty() + b.dirty(), a.populated() + b.populated(), l.blocks(),
                l.pages(), Math.max(a.largestRun(), b.largestRun()), a.failedPurges() + b.failedPurges());
    }

    /**
     * What the pages are used for.
     *
     * @param used pages of slabs and large blocks
     * @param dirty free pages that may still hold memory
     * @param populated pages that may hold memory
     * @param largeBlocks blocks with pages of their own
     * @param largePages their pages
     * @param largestRun the longest free run
     * @param failedPurges how often the system did not take memory back
     */
    public record PageCounts(long used, long dirty, long populated, int largeBlocks, long largePages, long largestRun,
            long failedPurges) {}

    /** Checks the invariants of all parts; when no other thread is inside. */
    public void verify() {
        fine.verify();
        coarse.verify();
        long slabPages = 0;
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            depots[c].verify();
            slabPages += counts(c).slabs() * SizeClasses.slabPages(c);
        }
        PageCounts counts = pages();
        if (slabPages + counts.largePages() != counts.used()) {
            throw new IllegalStateException("slabs have " + slabPages + " pages, large blocks " + counts.largePages()
                    + ", in use are " + counts.used());
        }
    }
}
