package org.quern.vmap.slab;

import java.util.function.LongPredicate;

/**
 * The books of a pool of equal blocks: which are in use, which comes next, which pages may hold memory. Not thread-safe;
 * the pool calls it under its {@link Latch}.
 *
 * <pre>
 *   block   0      1      2      3      4      5      6      7 ...            blocks
 *         +------+------+------+------+------+------+------+------+----------+
 *         | null | used | free | used | free | used |  never used            |
 *         +------+------+------+------+------+------+------+------+----------+
 *                         ^             ^             ^
 *     given-back stack: [ 2, 4 ]  top --+             +-- fresh
 * </pre>
 *
 * Invariants (checked by {@link #verify}).
 * <ol>
 * <li>Block 0 is never handed out: 1 &lt;= fresh &lt;= blocks.
 * <li>A block is in exactly one of: in use (bit set), given back (once on the stack), never used (&gt;= fresh).
 * <li>Every page that a block in use touches is marked populated. (The converse does not hold: a page stays marked after
 * its blocks were given back, until it is decommitted. So the marked pages are an upper bound of resident memory.)
 * <li>A call that throws or refuses has changed nothing: what can fail comes before the first change.
 * </ol>
 *
 * <p>
 * Bytes of bookkeeping per block: 1 bit in use, 4 bytes while given back, and a bit per page: 4.2 at most for blocks of
 * 64 bytes and more. Rejected: links inside free blocks (no bytes at all, but a reader that is still looking at the block
 * would take a link for data, and an overflow from the block before would corrupt the list); a bitmap alone (a search per
 * take, and no LIFO, which is what finds the block still in the cache).
 */
public final class BlockLedger {
    /** What {@link #take} returns when there is no block. */
    public static final long NONE = 0;

    /** The outcome of giving a block back. */
    public enum GiveBack {
        /** It is free now. */
        DONE,
        /** It was not in use: never handed out, or given back before. */
        NOT_IN_USE
    }

    /** Gives the memory of pages back to the system. */
    @FunctionalInterface
    public interface PageSink {
        /**
         * Decommits.
         *
         * @param firstPage the first page
         * @param pages how many
         */
        void decommit(long firstPage, long pages);
    }

    /** Pages looked at in one call of {@link #trim}, so that its caller's latch is not held for long. */
    private static final long SCAN_PAGES = 1 << 14;

    private final long blockBytes;
    private final int pageShift;
    private final int blocks;
    private final GrowingBits inUse = new GrowingBits();
    private final GrowingBits populated = new GrowingBits();
    private final GrowingStack givenBack = new GrowingStack();
    private int fresh = 1;
    private int used;
    private long populatedPages;
    private boolean trimmed; // whether a block that was given back may lie on a page that is not marked

    /**
     * Books of {@code blocks} blocks, all never used.
     *
     * @param blockBytes the size of a block
     * @param pageShift log2 of the page size
     * @param blocks how many there are, counting block 0, at least 1
     */
    public BlockLedger(long blockBytes, int pageShift, int blocks) {
        this.blockBytes = blockBytes;
        this.pageShift = pageShift;
        this.blocks = blocks;
    }

    /**
     * Takes the block given back last, or else the lowest never used.
     *
     * @param grant asked for the pages that the block would populate, if any; nothing has changed yet when it is asked,
     *        and nothing fails after it has agreed
     * @return its number, or {@link #NONE} if all are in use or the pages were not granted
     */
    public long take(LongPredicate grant) {
        boolean reuse = !givenBack.isEmpty();
        int block = reuse ? givenBack.peek() : fresh;
        if (block == blocks) {
            return NONE;
        }
        if (!reuse) {
            inUse.ensure(block);
        }
        if ((!reuse || trimmed) && !populate(firstPageOf(block), lastPageOf(block), grant)) {
            return NONE;
        }
        if (reuse) {
            givenBack.pop();
        } else {
            fresh++;
        }
        inUse.set(block);
        used++;
        return block;
    }

    private boolean populate(long first, long last, LongPredicate grant) {
        if (populated.nextClear(first, last + 1) > last) {
            return true;
        }
        populated.ensure(last);
        long missing = 0;
        for (long p = populated.nextClear(first, last + 1); p <= last; p = populated.nextClear(p + 1, last + 1)) {
            missing++;
        }
        if (!grant.test(missing)) {
            return false;
        }
        for (long p = populated.nextClear(first, last + 1); p <= last; p = populated.nextClear(p + 1, last + 1)) {
            populated.set(p);
        }
        populatedPages += missing;
        return true;
    }

    /**
     * Gives a block back.
     *
     * @param block any number
     * @return whether it was in use
     */
    public GiveBack giveBack(long block) {
        if (block <= 0 || block >= fresh || !inUse.testAndClear(block)) {
            return GiveBack.NOT_IN_USE;
        }
        boolean pushed = false;
        try {
            givenBack.push((int) block);
            pushed = true;
        } finally {
            if (!pushed) {
                inUse.set(block); // no memory for another chunk: nothing has changed
            }
        }
        used--;
        return GiveBack.DONE;
    }

    /**
     * Whether a block is in use.
     *
     * @param block any number
     * @return true from {@link #take} to {@link #giveBack}
     */
    public boolean isInUse(long block) {
        return block > 0 && block < fresh && inUse.get(block);
    }

    /**
     * Decommits the next run of populated pages that lie wholly in blocks not in use.
     *
     * @param fromPage where to go on: 0, or what the last call returned
     * @param atMost pages to decommit in this call, at least 1
     * @param sink decommits; if it throws, the pages stay marked
     * @return the page to go on from, or -1 when there is nothing left
     */
    public long trim(long fromPage, long atMost, PageSink sink) {
        long endPage = lastPageOf(fresh - 1) + 1;
        long window = Math.min(endPage, fromPage + SCAN_PAGES);
        long page = fromPage;
        while (page < window) {
            long run = populated.nextSet(page, window);
            page = freePageFrom(run, window);
            if (page == run && run < window) {
                long end = Math.min(freeEnd(run), Math.min(populated.nextClear(run, window), run + atMost));
                sink.decommit(run, end - run);
                trimmed = true;
                clearPopulated(run, end);
                return end;
            }
        }
        return page < endPage ? page : -1;
    }

    private void clearPopulated(long from, long to) {
        for (long p = from; p < to; p++) {
            populated.clear(p);
        }
        populatedPages -= to - from;
    }

    /** The first page in {@code [page, window)} that lies wholly in blocks not in use; else some page beyond. */
    private long freePageFrom(long page, long window) {
        long p = page;
        while (p < window) {
            long block = inUse.nextSet(firstBlockOf(p), fresh);
            if (block == fresh || block >= blockAfter(p)) {
                return p;
            }
            long free = inUse.nextClear(block, fresh);
            p = (free * blockBytes + (1L << pageShift) - 1) >>> pageShift;
        }
        return p;
    }

    /** Where the run of free pages that contains {@code page} ends. */
    private long freeEnd(long page) {
        long block = inUse.nextSet(firstBlockOf(page), fresh);
        return block == fresh ? Long.MAX_VALUE : firstPageOf(block);
    }

    private long firstPageOf(long block) {
        return (block * blockBytes) >>> pageShift;
    }

    private long lastPageOf(long block) {
        return ((block + 1) * blockBytes - 1) >>> pageShift;
    }

    private long firstBlockOf(long page) {
        return (page << pageShift) / blockBytes;
    }

    /** The first block that has no byte in the page. */
    private long blockAfter(long page) {
        return (((page + 1) << pageShift) - 1) / blockBytes + 1;
    }

    /**
     * How many blocks are in use.
     *
     * @return 0..blocks-1
     */
    public int used() {
        return used;
    }

    /**
     * How many blocks were ever used, and block 0.
     *
     * @return 1..blocks
     */
    public int fresh() {
        return fresh;
    }

    /**
     * How many pages may hold memory: those that a block in use has touched since they were last decommitted.
     *
     * @return pages
     */
    public long populatedPages() {
        return populatedPages;
    }

    /**
     * What the books cost.
     *
     * @return heap bytes, without object headers
     */
    public long heapBytes() {
        return inUse.heapBytes() + populated.heapBytes() + givenBack.heapBytes();
    }

    /**
     * Checks the invariants, in time proportional to the blocks ever used.
     *
     * @throws IllegalStateException naming the first one that does not hold
     */
    public void verify() {
        require(fresh >= 1 && fresh <= blocks, "fresh=" + fresh + " of " + blocks);
        require(!inUse.get(0), "block 0 is in use");
        require(inUse.count(fresh) == used, "used=" + used + ", bits=" + inUse.count(fresh));
        require(used + givenBack.size() == fresh - 1,
                "used=" + used + ", given back=" + givenBack.size() + ", fresh=" + fresh);
        GrowingBits seen = new GrowingBits();
        seen.ensure(fresh);
        for (int i = 0; i < givenBack.size(); i++) {
            int block = givenBack.get(i);
            require(block > 0 && block < fresh && !inUse.get(block) && !seen.get(block), "stack holds block " + block);
            seen.set(block);
        }
        for (long b = inUse.nextSet(1, fresh); b < fresh; b = inUse.nextSet(b + 1, fresh)) {
            long last = lastPageOf(b);
            require(populated.nextClear(firstPageOf(b), last + 1) > last, "block " + b + " in use on an unmarked page");
        }
        long end = lastPageOf(fresh - 1) + 1;
        require(populated.count(end) == populatedPages,
                "populated=" + populatedPages + ", bits=" + populated.count(end));
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("block ledger: " + what);
        }
    }
}
