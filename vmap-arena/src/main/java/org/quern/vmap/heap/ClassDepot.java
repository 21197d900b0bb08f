package org.quern.vmap.heap;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.slab.GrowingBits;
import org.quern.vmap.slab.Latch;

/**
 * The blocks of one class that no thread has: batches in transit between threads, then slabs.
 *
 * <pre>
 *      flush                                take
 *        |     +-----------------------+      ^
 *        +---> | up to 16 half stacks  | -----+      a copy under the latch: what one thread gave back, another takes
 *        |     +-----------------------+      |
 *        | full                         empty |
 *        v                                    |
 *     slabs: full  partial  empty (one kept, the rest go back to the page heap)      the lowest partial one first
 * </pre>
 *
 * Invariants (checked by {@link #verify}): a block is in exactly one of: free in its slab, in a batch, with a thread (in a
 * magazine or in use). A slab is marked partial exactly if it has free blocks and is not the one kept.
 *
 * <p>
 * The batches let blocks freed by another thread travel back 8 to 32 at a time, in one acquisition of the latch at each end, and
 * they hold at most 1 MiB. The lowest slab first, so that the upper ones become empty. Lock order: this latch, then that
 * of the page heap.
 */
final class ClassDepot {
    private static final int MOST_BATCHES = 16;
    private static final long MOST_BATCHED_BYTES = 1 << 20;

    private final int sizeClass;
    private final PageHeap pages;
    private final long regionOffset;
    private final SlabTable slabs;
    private final Latch latch = new Latch();

    private final int batchCapacity;
    private final long[] batched; // batch i at [i * batchCapacity, + sizes[i])
    private final int[] sizes;
    private int batches;

    private final GrowingBits partial = new GrowingBits(); // by the slab's first page
    private long lowestPartial; // no partial slab begins below
    private long partialEnd; // none begins at or above
    private @Nullable Slab kept; // the one empty slab kept
    private long slabCount;
    private long blocksInSlabs;
    private long blocksBatched;
    private long refills;
    private long flushes;
    private long strays;

    ClassDepot(int sizeClass, PageHeap pages, long regionOffset, SlabTable slabs) {
        this.sizeClass = sizeClass;
        this.pages = pages;
        this.regionOffset = regionOffset;
        this.slabs = slabs;
        this.batchCapacity = Magazines.halfOf(sizeClass);
        long bytes = (long) batchCapacity * SizeClasses.bytes(sizeClass);
        int most = Math.clamp(MOST_BATCHED_BYTES / bytes, 2, MOST_BATCHES);
        this.sizes = new int[most];
        this.batched = new long[most * batchCapacity];
    }

    /**
     * Takes blocks: a batch, or else from slabs.
     *
     * @return how many, at most {@code want}; 0 if the page heap has none either
     */
    int take(long[] into, int at, int want) {
        latch.enter();
        try {
            refills++;
            if (batches > 0) {
                int last = batches - 1;
                int n = Math.min(want, sizes[last]);
                sizes[last] -= n;
                System.arraycopy(batched, last * batchCapacity + sizes[last], into, at, n);
                batches = sizes[last] == 0 ? last : batches;
                blocksBatched -= n;
                return n;
            }
            return takeFromSlabs(into, at, want);
        } finally {
            latch.leave();
        }
    }

    private int takeFromSlabs(long[] into, int at, int want) {
        int n = 0;
        while (n < want) {
            Slab slab = lowestPartialSlab();
            if (slab == null) {
                slab = n == 0 || kept != null ? openSlab() : null;
            }
            if (slab == null) {
                break;
            }
            n += slab.take(into, at + n, want - n);
            if (slab.isFull()) {
                partial.clear(slab.run.first());
            }
        }
        blocksInSlabs -= n;
        return n;
    }

    private @Nullable Slab lowestPartialSlab() {
        lowestPartial = partial.nextSet(Math.min(lowestPartial, partialEnd), partialEnd);
        return lowestPartial < partialEnd ? slabs.get(lowestPartial) : null;
    }

    /** The slab kept, or a new one, marked partial; null if there are no pages. */
    private @Nullable Slab openSlab() {
        Slab slab = kept;
        if (slab != null) {
            kept = null;
        } else {
            slab = newSlab();
            if (slab == null) {
                return null;
            }
        }
        markPartial(slab);
        return slab;
    }

    private void markPartial(Slab slab) {
        long first = slab.run.first();
        partial.set(first);
        lowestPartial = Math.min(lowestPartial, first);
        partialEnd = Math.max(partialEnd, first + 1);
    }

    private @Nullable Slab newSlab() {
        PageRun run = pages.take(SizeClasses.slabPages(sizeClass), 1);
        if (run == null) {
            return null;
        }
        Slab made = null;
        try {
            partial.ensure(run.first());
            slabs.ensure(run.first(), run.pages());
            long bytes = (long) run.pages() << Reservation.PAGE_SHIFT;
            made = new Slab(sizeClass, run, regionOffset + (run.first() << Reservation.PAGE_SHIFT),
                    (int) (bytes / SizeClasses.bytes(sizeClass)));
        } finally {
            if (made == null) {
                pages.give(run); // no memory on the heap: nothing has changed
            }
        }
        slabs.put(run.first(), run.pages(), made);
        slabCount++;
        blocksInSlabs += made.blocks;
        return made;
    }

    /** Takes blocks back: as a batch if there is room, else into their slabs. */
    void flush(long[] from, int at, int count) {
        Slab emptied = null;
        latch.enter();
        try {
            flushes++;
            if (batches < sizes.length && count <= batchCapacity) {
                System.arraycopy(from, at, batched, batches * batchCapacity, count);
                sizes[batches++] = count;
                blocksBatched += count;
                return;
            }
            emptied = giveToSlabs(from, at, count, null);
        } finally {
            latch.leave();
        }
        release(emptied);
    }

    /** Gives all batches to the slabs, and every empty slab to the page heap. */
    void drain() {
        Slab emptied = null;
        latch.enter();
        try {
            while (batches > 0) {
                batches--;
                emptied = giveToSlabs(batched, batches * batchCapacity, sizes[batches], emptied);
                blocksBatched -= sizes[batches];
            }
            Slab spare = kept;
            if (spare != null) {
                kept = null;
                emptied = retire(spare, emptied);
            }
        } finally {
            latch.leave();
        }
        release(emptied);
    }

    /** Puts blocks into their slabs; the slabs that became empty, linked in front of {@code emptied}. */
    private @Nullable Slab giveToSlabs(long[] from, int at, int count, @Nullable Slab emptied) {
        Slab released = emptied;
        for (int i = at; i < at + count; i++) {
            long offset = from[i] & ~Magazines.TAGS;
            Slab slab = slabs.get((offset - regionOffset) >>> Reservation.PAGE_SHIFT);
            if (slab == null || slab.sizeClass != sizeClass || !slab.give(offset)) {
                strays++; // two threads gave it back at the same instant: this is its second coming
                continue;
            }
            blocksInSlabs++;
            if (slab.isEmpty()) {
                partial.clear(slab.run.first());
                if (kept == null) {
                    kept = slab;
                } else {
                    released = retire(slab, released);
                }
            } else if (slab.freeBlocks() == 1) {
                markPartial(slab);
            }
        }
        return released;
    }

    private Slab retire(Slab slab, @Nullable Slab next) {
        slabs.put(slab.run.first(), slab.run.pages(), null);
        slabCount--;
        blocksInSlabs -= slab.blocks;
        slab.nextRetired = next;
        return slab;
    }

    /** Outside the latch, because giving pages back may purge. */
    private void release(@Nullable Slab retired) {
        for (Slab slab = retired; slab != null; slab = slab.nextRetired) {
            pages.give(slab.run);
        }
    }

    /** What the class holds. */
    record Counts(long slabs, long blocksOut, long blocksBatched, long blocksFree, long refills, long flushes,
            long strays) {}

    Counts counts() {
        latch.enter();
        try {
            long perSlab = ((long) SizeClasses.slabPages(sizeClass) << Reservation.PAGE_SHIFT)
                    / SizeClasses.bytes(sizeClass);
            return new Counts(slabCount, slabCount * perSlab - blocksInSlabs - blocksBatched, blocksBatched,
                    blocksInSlabs, refills, flushes, strays);
        } finally {
            latch.leave();
        }
    }

    /** Checks the invariants. */
    void verify() {
        latch.enter();
        try {
            long free = kept == null ? 0 : kept.freeBlocks();
            require(kept == null || kept.isEmpty(), "the slab kept is not empty");
            for (long p = partial.nextSet(0, partialEnd); p < partialEnd; p = partial.nextSet(p + 1, partialEnd)) {
                Slab slab = slabs.get(p);
                require(slab != null && slab.sizeClass == sizeClass && slab.run.first() == p && p >= lowestPartial
                        && slab != kept && !slab.isFull(), "partial slab at page " + p);
                if (slab != null) {
                    slab.verify();
                    free += slab.freeBlocks();
                }
            }
            require(free == blocksInSlabs, free + " free in slabs, counted " + blocksInSlabs);
            long waiting = 0;
            for (int i = 0; i < batches; i++) {
                waiting += sizes[i];
            }
            require(waiting == blocksBatched, waiting + " in batches, counted " + blocksBatched);
        } finally {
            latch.leave();
        }
    }

    private void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("depot of " + SizeClasses.bytes(sizeClass) + " bytes: " + what);
        }
    }
}
