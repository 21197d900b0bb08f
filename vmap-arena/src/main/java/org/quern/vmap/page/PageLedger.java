package org.quern.vmap.page;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The books of an arena's pages: which are free, which are leased and since which act, which belong to the arena itself.
 * Knows no memory and takes no lock; the arena calls it under its own.
 *
 * <p>
 * Invariant (checked by {@link #verify}): every page is in exactly one of the free runs, one lease, or the permanent
 * pages; generations ascend and are never reused. Ending a lease needs no memory, so it cannot fail.
 */
public final class PageLedger {
    private final long pages;
    private final FreeRuns free;
    private final Map<Long, Lease> leases = new HashMap<>(); // by first page
    private long permanentPages;
    private int permanentRuns;
    private long generation;

    /**
     * All pages free.
     *
     * @param pages how many there are, 1 or more
     */
    public PageLedger(long pages) {
        this.pages = pages;
        this.free = new FreeRuns(pages);
    }

    /**
     * Leases the best fit.
     *
     * @param count pages, 1 or more
     * @return null if no free run is long enough
     */
    public @Nullable Lease lease(long count) {
        prepare();
        long first = free.takeBestFit(count);
        if (first == FreeRuns.NONE) {
            return null;
        }
        boolean entered = false;
        try {
            Lease lease = new Lease(first, count, generation + 1);
            leases.put(first, lease);
            generation++;
            entered = true;
            return lease;
        } finally {
            if (!entered) {
                free.give(first, count);
            }
        }
    }

    /**
     * Takes pages for the arena itself, never to be returned.
     *
     * @param count pages, 1 or more
     * @param alignment a power of two, in pages
     * @param origin the number that page 0 has where alignment is counted
     * @return the first page, or {@link FreeRuns#NONE}
     */
    public long takePermanent(long count, long alignment, long origin) {
        prepare();
        long first = alignment == 1 ? free.takeBestFit(count) : free.takeAligned(count, alignment, origin);
        if (first != FreeRuns.NONE) {
            permanentPages += count;
            permanentRuns++;
        }
        return first;
    }

    /** Sees to it that giving back whatever is handed out, and one more, cannot fail for want of memory. */
    private void prepare() {
        free.prepare(leases.size() + permanentRuns + 2);
    }

    /**
     * The lease of an act of handing out.
     *
     * @param firstPage its first page
     * @param ofGeneration its generation
     * @return null if that lease has ended
     */
    public @Nullable Lease find(long firstPage, long ofGeneration) {
        Lease lease = leases.get(firstPage);
        return lease != null && lease.generation() == ofGeneration ? lease : null;
    }

    /**
     * Ends a lease whose pages were decommitted: they are free again.
     *
     * @param lease in state RELEASING
     */
    public void end(Lease lease) {
        free.give(lease.firstPage(), lease.pages());
        leases.remove(lease.firstPage());
    }

    /**
     * The leases that have not ended.
     *
     * @return a copy, in no order
     */
    public List<Lease> leases() {
        return new ArrayList<>(leases.values());
    }

    /**
     * How many leases have not ended.
     *
     * @return 0 or more
     */
    public int leaseCount() {
        return leases.size();
    }

    /**
     * The free pages.
     *
     * @return for asking only
     */
    public FreeRuns free() {
        return free;
    }

    /**
     * Checks the invariants.
     *
     * @throws IllegalStateException naming the first one that does not hold
     */
    public void verify() {
        free.verify();
        long leased = 0;
        long end = 0;
        List<Lease> sorted = leases();
        sorted.sort((a, b) -> Long.compare(a.firstPage(), b.firstPage()));
        for (Lease lease : sorted) {
            if (lease.firstPage() < end || lease.generation() > generation) {
                throw new IllegalStateException(
                        "lease " + lease.firstPage() + "+" + lease.pages() + ": overlaps or newer");
            }
            for (long page : new long[]{lease.firstPage(), lease.firstPage() + lease.pages() - 1}) {
                if (free.isFree(page, 1)) {
                    throw new IllegalStateException("page " + page + " is leased and free");
                }
            }
            end = lease.firstPage() + lease.pages();
            leased += lease.pages();
        }
        if (leased + permanentPages + free.freePages() != pages) {
            throw new IllegalStateException("leased=" + leased + ", permanent=" + permanentPages + ", free="
                    + free.freePages() + ": do not add up to " + pages);
        }
    }
}
