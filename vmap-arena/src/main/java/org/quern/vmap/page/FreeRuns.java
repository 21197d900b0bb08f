package org.quern.vmap.page;

import java.util.Arrays;

/**
 * Which pages are free: a set of page numbers kept as disjoint runs in two orders, by position (to coalesce, and to
 * answer for a given place) and by size (to find the best fit).
 *
 * <pre>
 *   pages     0         10        20        30        40
 *             |#####----------###-----######----------|        # handed out   - free
 *   runs            A(5,10)     B(18,5)     C(29,10)
 *   by position     A           B           C
 *   by size         B(5)        A(10)       C(10)              equal sizes: the lower position first
 * </pre>
 *
 * Invariants (checked by {@link #verify}).
 * <ol>
 * <li>Runs are disjoint and no two are adjacent: what could be one run is one run.
 * <li>Both orders hold exactly the same runs.
 * <li>A call that throws has changed nothing: the one node a call may need is got ready before the first change.
 * </ol>
 *
 * <p>
 * Not thread-safe. Costs: O(log runs) each, allocation-free but for the doubling of the arrays (32 bytes a run).
 * Rejected: two {@code TreeMap}s (an allocation per entry, and a failure half-way leaves the two orders different); a
 * bitmap with summaries (32 MiB of heap per TiB, and no best fit).
 */
public final class FreeRuns {
    /** What the takers return when there is no such run. */
    public static final long NONE = -1;

    private long[] start = new long[1]; // by node; node 0 is no run
    private long[] length = new long[1];
    private int[] spare = new int[0]; // nodes in no tree: spare[0..spares)
    private int spares;
    private int runs;
    private long freePages;
    private final long pages;
    private final Runnable growth;

    private final RunTree byPosition = new RunTree() {
        @Override
        boolean before(int a, int b) {
            return start[a] < start[b];
        }
    };
    private final RunTree bySize = new RunTree() {
        @Override
        boolean before(int a, int b) {
            return length[a] < length[b] || (length[a] == length[b] && start[a] < start[b]);
        }
    };

    /**
     * All pages free.
     *
     * @param pages how many there are, 1 or more: numbers {@code 0..pages-1}
     */
    public FreeRuns(long pages) {
        this(pages, () -> {});
        ready();
        add(0, pages);
        freePages = pages;
    }

    private FreeRuns(long pages, Runnable growth) {
        this.pages = pages;
        this.growth = growth;
    }

    /**
     * No page free.
     *
     * @param pages how many there are, 1 or more: numbers {@code 0..pages-1}
     * @param growth called before memory is needed; what it throws, the call that needs it throws
     * @return a new set
     */
    static FreeRuns none(long pages, Runnable growth) {
        return new FreeRuns(pages, growth);
    }

    /**
     * Takes the front of the smallest run that is large enough; of equal ones the lowest.
     *
     * @param count pages, 1 or more
     * @return the first page, or {@link #NONE}
     */
    public long takeBestFit(long count) {
        int run = ceilingBySize(count, 0);
        if (run == 0) {
            return NONE;
        }
        long first = start[run];
        carve(run, first, count);
        return first;
    }

    /**
     * Where {@link #takeBestFit} would take; nothing is taken.
     *
     * @param count pages, 1 or more
     * @return the first page, or {@link #NONE}
     */
    public long bestFit(long count) {
        int run = ceilingBySize(count, 0);
        return run == 0 ? NONE : start[run];
    }

    /**
     * Takes pages at an aligned place: in the smallest run in which an aligned place fits, at the lowest such place.
     *
     * @param count pages, 1 or more
     * @param alignment a power of two, in pages
     * @param origin the number that page 0 has where alignment is counted; 0 or more
     * @return the first page, such that {@code origin + first} is a multiple of the alignment, or {@link #NONE}
     */
    public long takeAligned(long count, long alignment, long origin) {
        for (int run = ceilingBySize(count, 0); run != 0; run = ceilingBySize(length[run], start[run] + 1)) {
            long first = ((origin + start[run] + alignment - 1) & -alignment) - origin;
            if (first + count <= start[run] + length[run]) {
                ready();
                carve(run, first, count);
                return first;
            }
        }
        return NONE;
    }

    /**
     * Takes exactly these pages if all of them are free.
     *
     * @param first the first page
     * @param count pages, 1 or more
     * @return false, and nothing changed, if any of them is not free or does not exist
     */
    public boolean takeAt(long first, long count) {
        if (!isFree(first, count)) {
            return false;
        }
        ready();
        carve(floorByPosition(first), first, count);
        return true;
    }

    /**
     * Whether all of these pages are free.
     *
     * @param first the first page
     * @param count pages, 1 or more
     * @return true if each of them exists and is free
     */
    public boolean isFree(long first, long count) {
        int run = floorByPosition(first);
        return run != 0 && count <= start[run] + length[run] - first;
    }

    /**
     * The first of these pages that is free.
     *
     * @param first the first page
     * @param count pages, 1 or more
     * @return its number, or {@link #NONE}
     */
    public long firstFree(long first, long count) {
        int run = floorByPosition(first);
        if (run != 0 && start[run] + length[run] > first) {
            return first;
        }
        run = higherByPosition(first);
        return run != 0 && start[run] - first < count ? start[run] : NONE;
    }

    /**
     * Where the run begins that a free page is in.
     *
     * @param page free
     * @return the first page of its run
     */
    public long startOfRun(long page) {
        return start[floorByPosition(page)];
    }

    /**
     * Where the run ends that a page is in.
     *
     * @param page a page
     * @return the page after the run; {@code page} itself if it is not free
     */
    public long endOfRun(long page) {
        int run = floorByPosition(page);
        return run == 0 ? page : Math.max(page, start[run] + length[run]);
    }

    /**
     * Takes whichever of these pages are free; at most one run more than before.
     *
     * @param first the first page
     * @param count pages, 1 or more
     * @return how many were free
     */
    public long takeAny(long first, long count) {
        ready();
        long before = freePages;
        for (long page = firstFree(first, count); page != NONE; page = firstFree(first, count)) {
            int run = floorByPosition(page);
            carve(run, page, Math.min(first + count, start[run] + length[run]) - page);
        }
        return before - freePages;
    }

    /**
     * Gives pages back. They merge with free neighbours.
     *
     * @param first the first page
     * @param count pages, 1 or more
     * @throws IllegalArgumentException if a page does not exist or is free already; nothing was changed
     */
    public void give(long first, long count) {
        int below = floorByPosition(first);
        int above = higherByPosition(first);
        long end = first + count;
        if (first < 0 || count < 1 || end > pages || end < 0 || (below != 0 && start[below] + length[below] > first)
                || (above != 0 && start[above] < end)) {
            throw new IllegalArgumentException("pages " + first + "+" + count + " of " + pages + ": not all in use");
        }
        boolean joinsBelow = below != 0 && start[below] + length[below] == first;
        boolean joinsAbove = above != 0 && start[above] == end;
        if (!joinsBelow && !joinsAbove) {
            ready();
        }
        long from = first;
        if (joinsBelow) {
            from = start[below];
            drop(below);
        }
        if (joinsAbove) {
            end = start[above] + length[above];
            drop(above);
        }
        add(from, end - from);
        freePages += count;
    }

    /** Takes [first, first + count) out of a run that contains it; at most one node more than before. */
    private void carve(int run, long first, long count) {
        long from = start[run];
        long end = from + length[run];
        drop(run);
        if (first > from) {
            add(from, first - from);
        }
        if (first + count < end) {
            add(first + count, end - first - count);
        }
        freePages -= count;
    }

    private void add(long from, long count) {
        int node = spare[--spares];
        start[node] = from;
        length[node] = count;
        byPosition.insert(node);
        bySize.insert(node);
        runs++;
    }

    private void drop(int node) {
        byPosition.remove(node);
        bySize.remove(node);
        spare[spares++] = node;
        runs--;
    }

    /**
     * Makes sure that the set can consist of so many runs without needing memory. Since there is at most one free run
     * more than there are runs in use, who prepares one for each piece handed out, and one, gives back without failing.
     *
     * @param count runs
     */
    public void prepare(int count) {
        while (start.length - 1 < count) {
            grow();
        }
    }

    /** Makes sure that one node can be added beyond those dropped. */
    private void ready() {
        if (spares == 0) {
            grow();
        }
    }

    /** Doubles the nodes. All that can fail is in here, and comes before the first change. */
    private void grow() {
        growth.run();
        int nodes = start.length;
        int more = Math.multiplyExact(nodes, 2);
        byPosition.grow(more);
        bySize.grow(more);
        long[] wideStart = Arrays.copyOf(start, more);
        long[] wideLength = Arrays.copyOf(length, more);
        int[] wideSpare = Arrays.copyOf(spare, more);
        for (int node = more - 1; node >= nodes; node--) {
            wideSpare[spares++] = node;
        }
        start = wideStart;
        length = wideLength;
        spare = wideSpare;
    }

    /** The run with the greatest start not above {@code page}, or 0. */
    private int floorByPosition(long page) {
        int found = 0;
        for (int node = byPosition.root(); node != 0;) {
            if (start[node] <= page) {
                found = node;
                node = byPosition.right(node);
            } else {
                node = byPosition.left(node);
            }
        }
        return found;
    }

    /** The run with the least start above {@code page}, or 0. */
    private int higherByPosition(long page) {
        int found = 0;
        for (int node = byPosition.root(); node != 0;) {
            if (start[node] > page) {
                found = node;
                node = byPosition.left(node);
            } else {
                node = byPosition.right(node);
            }
        }
        return found;
    }

    /** The first run, in the order of sizes, that is not before one of {@code count} pages at {@code from}; or 0. */
    private int ceilingBySize(long count, long from) {
        int found = 0;
        for (int node = bySize.root(); node != 0;) {
            if (length[node] > count || (length[node] == count && start[node] >= from)) {
                found = node;
                node = bySize.left(node);
            } else {
                node = bySize.right(node);
            }
        }
        return found;
    }

    /**
     * The next run, going down.
     *
     * @param page any number; {@code Long.MAX_VALUE} for the last run
     * @return the greatest start of a run that is below {@code page}, or {@link #NONE}
     */
    public long startBelow(long page) {
        int run = floorByPosition(page - 1);
        return run == 0 ? NONE : start[run];
    }

    /**
     * How many pages are free.
     *
     * @return 0..pages
     */
    public long freePages() {
        return freePages;
    }

    /**
     * The longest free run.
     *
     * @return pages; 0 if none is free
     */
    public long largestRun() {
        int node = bySize.root();
        while (node != 0 && bySize.right(node) != 0) {
            node = bySize.right(node);
        }
        return length[node];
    }

    /**
     * How many runs the free pages form.
     *
     * @return 0 or more
     */
    public int runs() {
        return runs;
    }

    /** Receives runs of pages. */
    @FunctionalInterface
    public interface RunSink {
        /**
         * One run.
         *
         * @param first its first page
         * @param count pages
         */
        void run(long first, long count);
    }

    /**
     * Tells all runs, ascending.
     *
     * @param sink receives them; must not change this set
     */
    public void forEach(RunSink sink) {
        for (int run = higherByPosition(-1); run != 0; run = higherByPosition(start[run])) {
            sink.run(start[run], length[run]);
        }
    }

    /**
     * Checks the invariants, in time proportional to the runs.
     *
     * @throws IllegalStateException naming the first one that does not hold
     */
    public void verify() {
        require(byPosition.verify() == runs, "by position: not " + runs + " runs");
        require(bySize.verify() == runs, "by size: not " + runs + " runs");
        require(runs + spares == start.length - 1, runs + " runs + " + spares + " spare nodes of " + start.length);
        long sum = 0;
        long end = -1;
        for (int run = higherByPosition(-1); run != 0; run = higherByPosition(start[run])) {
            require(length[run] > 0 && start[run] > end && start[run] + length[run] <= pages,
                    "run " + start[run] + "+" + length[run] + " after " + end);
            require(ceilingBySize(length[run], start[run]) == run, "run " + start[run] + " is not found by its size");
            end = start[run] + length[run];
            sum += length[run];
        }
        require(sum == freePages, "free=" + freePages + ", sum of runs=" + sum);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("free runs: " + what);
        }
    }
}
