package org.quern.vmap.share;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Errno;
import org.quern.vmap.page.FreeRuns;
import org.quern.vmap.page.RangeSet;

/**
 * Which pages are what, as one process knows it: the free and the unavailable runs in a {@link RangeSet}, everything that is
 * not free by position.
 *
 * <p>
 * Derived: the truth is in the {@link ControlBlock}'s heads. So a call that throws need not have changed nothing; whoever
 * sees one throw discards the books and {@linkplain #read reads} them anew.
 *
 * <p>
 * Invariants (checked by {@link #verify}): every page is in exactly one run; free runs are as long as can be; the pages of
 * each owner are what {@link #charged} says. Not thread-safe. Costs: O(log runs) and O(runs replaced).
 */
public final class RunBooks {

    private final long pages;
    private final Runnable memory;
    private final RangeSet set;
    private final TreeMap<Long, Run> runs = new TreeMap<>(); // all that are not FREE, by first page
    private final long[] pagesIn = new long[RunState.COUNT];
    private final long[] charged = new long[1 << Run.OWNER_BITS];

    /**
     * All pages free.
     *
     * @param pages how many there are
     * @param memory called before memory is needed; what it throws, the call that needs it throws
     */
    public RunBooks(long pages, Runnable memory) {
        this.pages = pages;
        this.memory = memory;
        this.set = new RangeSet(pages, memory);
        set.set(0, pages, true);
        pagesIn[RunState.FREE.code()] = pages;
    }

    /**
     * Derives the books from the heads.
     *
     * @param block where they stand
     * @param pages how many pages there are
     * @param memory as in the constructor
     * @return the books
     * @throws IllegalStateException if the heads do not tile the arena: somebody has written over them
     */
    static RunBooks read(ControlBlock block, long pages, Runnable memory) {
        RunBooks books = new RunBooks(pages, memory);
        for (long page = 0; page < pages;) {
            Run run = Run.of(page, block.getPlain(ControlBlock.head(page)),
                    block.getPlain(ControlBlock.head(page) + Long.BYTES));
            if (run.count() < 1 || run.count() > pages - page) {
                throw new IllegalStateException("head of page " + page + ": a run of " + run.count() + " pages, of "
                        + (pages - page) + " left: the shared books were overwritten");
            }
            if (run.state() != RunState.FREE) {
                books.assign(run);
            }
            page = run.end();
        }
        return books;
    }

    /**
     * Makes pages what the run says, whatever they were.
     *
     * @param run pages within the arena
     */
    public void assign(Run run) {
        carve(run.first(), run.end());
        switch (run.state()) {
            case FREE -> set.set(run.first(), run.count(), true);
            case UNAVAILABLE -> set.set(run.first(), run.count(), false);
            case ALLOCATED, RESERVED -> {
                // All that was there is out of the map; what is left of the set goes.
                set.set(run.first(), run.count(), true);
                set.clear(run.first(), run.count());
            }
        }
        if (run.state() != RunState.FREE) {
            put(run);
        }
    }

    /** Takes everything that is not free out of [from, to); what it leaves on either side stays what it was. */
    private void carve(long from, long to) {
        Map.Entry<Long, Run> below = runs.lowerEntry(from);
        if (below != null && below.getValue().end() > from) {
            Run run = below.getValue();
            take(run);
            put(run.part(run.first(), from));
            if (run.end() > to) {
                put(run.part(to, run.end()));
                return;
            }
        }
        for (Map.Entry<Long, Run> at = runs.ceilingEntry(from); at != null
                && at.getKey() < to; at = runs.ceilingEntry(from)) {
            Run run = at.getValue();
            take(run);
            if (run.end() > to) {
                put(run.part(to, run.end()));
            }
        }
    }

    private void take(Run run) {
        runs.remove(run.first());
        account(run, -run.count());
    }

    private void put(Run run) {
        memory.run();
        runs.put(run.first(), run);
        account(run, run.count());
    }

    private void account(Run run, long count) {
        pagesIn[run.state().code()] += count;
        pagesIn[RunState.FREE.code()] -= count;
        if (run.state() == RunState.ALLOCATED) {
            charged[run.owner()] += count;
        }
    }

    /**
     * The run a page is in; free runs as long as can be.
     *
     * @param page within the arena
     * @return its run
     */
    public Run at(long page) {
        Run run = inUse(page);
        if (run != null) {
            return run;
        }
        long first = set.available().startOfRun(page);
        return new Run(first, set.available().endOfRun(page) - first, RunState.FREE, 0, 0);
    }

    private @Nullable Run inUse(long page) {
        Map.Entry<Long, Run> below = runs.floorEntry(page);
        return below != null && below.getValue().end() > page ? below.getValue() : null;
    }

    /**
     * The first of these pages that is not in a state.
     *
     * @param first the first page
     * @param count pages, 1 or more, within the arena
     * @param state the state
     * @return the run it is in, or null if all are in that state
     */
    public @Nullable Run firstNot(RunState state, long first, long count) {
        for (long page = first; page < first + count;) {
            Run run = at(page);
            if (run.state() != state) {
                return run;
            }
            page = run.end();
        }
        return null;
    }

    /**
     * Where the best fit is.
     *
     * @param count pages, 1 or more
     * @return the first page, or {@link FreeRuns#NONE}
     */
    public long find(long count) {
        long found = set.find(count);
        return found == -Errno.ENOENT.number() ? FreeRuns.NONE : found;
    }

    /**
     * The first run of unavailable pages at or after a page.
     *
     * @param from a page
     * @return null if there is none
     */
    public @Nullable Run nextUnavailable(long from) {
        long page = from >= pages ? FreeRuns.NONE : set.firstUnavailable(from, pages - from);
        return page == FreeRuns.NONE ? null : inUse(page);
    }

    /**
     * How many pages are in a state.
     *
     * @param state the state
     * @return pages
     */
    public long pagesIn(RunState state) {
        return pagesIn[state.code()];
    }

    /**
     * How many allocated pages a process has.
     *
     * @param owner its slot
     * @return pages
     */
    public long charged(int owner) {
        return charged[owner];
    }

    /**
     * The longest free run.
     *
     * @return pages
     */
    public long largestFree() {
        return set.available().largestRun();
    }

    /**
     * How many runs the free pages form.
     *
     * @return runs
     */
    public int freeRuns() {
        return set.available().runs();
    }

    /**
     * Checks the invariants, in time proportional to the runs.
     *
     * @throws IllegalStateException naming the first one that does not hold
     */
    public void verify() {
        set.verify();
        long end = 0;
        long[] counted = new long[pagesIn.length];
        long[] owned = new long[charged.length];
        for (Run run : runs.values()) {
            require(run.first() >= end && run.count() > 0 && run.end() <= pages, run + " after page " + end);
            if (run.first() > end) {
                require(set.isAvailable(end, run.first() - end), "pages from " + end + ": neither free nor in a run");
            }
            boolean unavailable = run.state() == RunState.UNAVAILABLE;
            require(set.isSet(run.first(), run.count()) == 0 == unavailable
                    && set.firstAvailable(run.first(), run.count()) == FreeRuns.NONE, run + " and the set disagree");
            counted[run.state().code()] += run.count();
            owned[run.owner()] += run.state() == RunState.ALLOCATED ? run.count() : 0;
            end = run.end();
        }
        require(end == pages || set.isAvailable(end, pages - end), "pages from " + end + ": not free");
        counted[RunState.FREE.code()] = set.available().freePages();
        require(Arrays.equals(counted, pagesIn) && Arrays.equals(owned, charged),
                "accounts: counted " + Arrays.toString(counted) + ", kept "
                        + Arrays.toString(pagesIn));
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("run books: " + what);
        }
    }
}
