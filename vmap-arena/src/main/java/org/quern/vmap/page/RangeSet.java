package org.quern.vmap.page;

import org.quern.kapi.Errno;

/**
 * A set of page numbers kept as runs, of which each is <em>available</em> or <em>unavailable</em>: pages that may be handed
 * out, and pages that were given back but may not be handed out yet, because somebody may still be reading them.
 *
 * <pre>
 *   in the set                 available                unavailable
 *   not in the set      #####----------####~~~~~~~----########        - available   ~ unavailable   # not in the set
 *                            A(5,10)       U(19,7)A(26,4)             unequal neighbours do not merge
 * </pre>
 *
 * The answers are those of the kernel's sparse arena: a start or 0, or a negative error number. {@link #find} is a best fit
 * over the available runs; {@link #isSet} asks about both kinds; {@link #clear} takes out what is there and skips what is
 * not, but refuses to touch an unavailable run; {@link #set} puts in, whatever was there.
 *
 * <p>
 * Invariants (checked by {@link #verify}): no page is of both kinds; equal neighbours are one run. A call that throws has
 * changed nothing: all it needs is got ready before the first change.
 *
 * <p>
 * Not thread-safe. Costs: O(log runs), and O(runs taken out); no allocation but for the doubling of the arrays.
 */
public final class RangeSet {
    private final long pages;
    private final FreeRuns available;
    private final FreeRuns unavailable;

    /**
     * No page in the set.
     *
     * @param pages how many there are, 1 or more: numbers {@code 0..pages-1}
     * @param growth called before memory is needed; what it throws, the call that needs it throws
     */
    public RangeSet(long pages, Runnable growth) {
        this.pages = pages;
        this.available = FreeRuns.none(pages, growth);
        this.unavailable = FreeRuns.none(pages, growth);
    }

    /**
     * The smallest available run that is long enough; of equal ones the lowest.
     *
     * @param count pages, 1 or more
     * @return its first page, or -ENOENT
     */
    public long find(long count) {
        long first = available.bestFit(count);
        return first == FreeRuns.NONE ? -Errno.ENOENT.number() : first;
    }

    /**
     * Whether all of these pages are in the set, available or not.
     *
     * @param first the first page, 0 or more
     * @param count pages, 1 or more
     * @return 0, or -ESRCH if any of them is not
     */
    public int isSet(long first, long count) {
        long end = first + count;
        for (long page = first; page < end;) {
            long covered = Math.max(available.endOfRun(page), unavailable.endOfRun(page));
            if (covered == page) {
                return -Errno.ESRCH.number();
            }
            page = covered;
        }
        return 0;
    }

    /**
     * Whether all of these pages are available.
     *
     * @param first the first page, 0 or more
     * @param count pages, 1 or more
     * @return true if each of them is
     */
    public boolean isAvailable(long first, long count) {
        return available.isFree(first, count);
    }

    /**
     * The first of these pages that is unavailable.
     *
     * @param first the first page
     * @param count pages, 1 or more
     * @return its number, or {@link FreeRuns#NONE}
     */
    public long firstUnavailable(long first, long count) {
        return unavailable.firstFree(first, count);
    }

    /**
     * The first of these pages that is available.
     *
     * @param first the first page
     * @param count pages, 1 or more
     * @return its number, or {@link FreeRuns#NONE}
     */
    public long firstAvailable(long first, long count) {
        return available.firstFree(first, count);
    }

    /**
     * Takes pages out. Those that are not in the set are skipped.
     *
     * @param first the first page, 0 or more
     * @param count pages, 1 or more
     * @return 0, or -EAGAIN, and nothing changed, if one of them is unavailable
     */
    public int clear(long first, long count) {
        check(first, count);
        if (unavailable.firstFree(first, count) != FreeRuns.NONE) {
            return -Errno.EAGAIN.number();
        }
        available.takeAny(first, count);
        return 0;
    }

    /**
     * Puts pages in, or changes their kind. They merge with equal neighbours.
     *
     * @param first the first page, 0 or more
     * @param count pages, 1 or more
     * @param asAvailable which kind they are from now on
     */
    public void set(long first, long count, boolean asAvailable) {
        check(first, count);
        FreeRuns to = asAvailable ? available : unavailable;
        FreeRuns from = asAvailable ? unavailable : available;
        to.prepare(to.runs() + 2); // a split and one more, before the first change
        from.prepare(from.runs() + 1);
        from.takeAny(first, count);
        to.takeAny(first, count);
        to.give(first, count);
    }

    private void check(long first, long count) {
        if (first < 0 || count < 1 || first > pages - count) {
            throw new IllegalArgumentException("pages " + first + "+" + count + ": not within " + pages);
        }
    }

    /**
     * The available pages, as runs.
     *
     * @return for asking only
     */
    public FreeRuns available() {
        return available;
    }

    /**
     * The unavailable pages, as runs.
     *
     * @return for asking only
     */
    public FreeRuns unavailable() {
        return unavailable;
    }

    /**
     * Checks the invariants, in time proportional to the runs.
     *
     * @throws IllegalStateException naming the first one that does not hold
     */
    public void verify() {
        available.verify();
        unavailable.verify();
        for (long page = unavailable.firstFree(0, pages); page != FreeRuns.NONE;) {
            long end = unavailable.endOfRun(page);
            long both = available.firstFree(page, end - page);
            if (both != FreeRuns.NONE) {
                throw new IllegalStateException("range set: page " + both + " is available and unavailable");
            }
            page = end == pages ? FreeRuns.NONE : unavailable.firstFree(end, pages - end);
        }
    }
}
