package org.quern.vmap.page;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

/**
 * The books of an arena's pages: which are free, which are leased and since which act, which belong to the arena itself.
 * Knows no memory and takes no lock; the arena calls it under its own.
 *
 * <p>
 * Invariant (checked by {@link #verify}): every page is in exactly one of the free runs, one lease (its guards included),
 * or the permanent pages; generations ascend and are never reused. A quarantined lease is still a lease, so its pages
 * are not to be had; the quarantine is a queue threaded through the leases, first in first out. Ending a lease and
 * quarantining it need no memory, so they cannot fail. A call that throws has changed nothing.
 */
public final class PageLedger {
    private final long pages;
    private final FreeRuns free;
    private final TreeMap<Long, Lease> leases = new TreeMap<>(); // by first page
    private final Runnable beforeMemory;
    private @Nullable Lease oldestQuarantined;
    private @Nullable Lease newestQuarantined;
    private int quarantinedLeases;
    private long quarantinedPages; // with guards
    private long leasedPages; // without
    private long permanentPages;
    private int permanentRuns;
    private long generation;

    /**
     * All pages free.
     *
     * @param pages how many there are, 1 or more
     */
    public PageLedger(long pages) {
        this(pages, () -> {});
    }

    /**
     * All pages free.
     *
     * @param pages how many there are, 1 or more
     * @param beforeMemory runs before each step that needs memory; a test makes it throw
     */
    public PageLedger(long pages, Runnable beforeMemory) {
        this.pages = pages;
        this.beforeMemory = beforeMemory;
        this.free = new FreeRuns(pages);
    }

    /**
     * Leases the best fit.
     *
     * @param count pages, 1 or more
     * @param guards pages behind them that are leased with them, 0 or more
     * @param alignment a power of two, in pages
     * @param origin the number that page 0 has where alignment is counted
     * @return null if no free run is long enough
     */
    public @Nullable Lease lease(long count, long guards, long alignment, long origin) {
        prepare();
        long span = count + guards;
        long first = alignment == 1 ? free.takeBestFit(span) : free.takeAligned(span, alignment, origin);
        if (first == FreeRuns.NONE) {
            return null;
        }
        boolean entered = false;
        try {
            beforeMemory.run();
            Lease lease = new Lease(first, count, guards, generation + 1);
            leases.put(lease.key(), lease);
            generation++;
            leasedPages += count;
            entered = true;
            return lease;
        } finally {
            if (!entered) {
                free.give(first, span);
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
        beforeMemory.run();
        free.prepare(leases.size() + permanentRuns + 2);
    }

    /**
     * The lease of an act of handing out.
     *
     * @param firstPage its first page
     * @param ofGeneration its generation
     * @return null if that lease has ended, or is in quarantine
     */
    public @Nullable Lease find(long firstPage, long ofGeneration) {
        Lease lease = leases.get(firstPage);
        return lease != null && lease.generation() == ofGeneration && lease.state() != Lease.State.QUARANTINED
                ? lease
                : null;
    }

    /**
     * The lease that a page belongs to.
     *
     * @param page its number
     * @return null if the page is not in use: free, in quarantine, a guard, or permanent
     */
    public @Nullable Lease containing(long page) {
        Map.Entry<Long, Lease> below = leases.floorEntry(page);
        if (below == null) {
            return null;
        }
        Lease lease = below.getValue();
        boolean inside = page < lease.firstPage() + lease.pages();
        return inside && lease.state() != Lease.State.QUARANTINED ? lease : null;
    }

    /**
     * The leases that a part meets, those in quarantine and those of which it meets only guards too.
     *
     * @param from first page
     * @param to after the last page
     * @return ascending
     */
    public List<Lease> overlapping(long from, long to) {
        List<Lease> found = new ArrayList<>();
        Long start = leases.floorKey(from);
        for (Lease lease : leases.subMap(start == null ? from : start, Math.max(from, to)).values()) {
            if (lease.firstPage() + lease.span() > from) {
                found.add(lease);
            }
        }
        return found;
    }

    /**
     * Ends a lease whose pages were decommitted: they are free again.
     *
     * @param lease in state RELEASING
     */
    public void end(Lease lease) {
        leasedPages -= lease.pages();
        remove(lease);
    }

    private void remove(Lease lease) {
        free.give(lease.firstPage(), lease.span());
        leases.remove(lease.key());
    }

    /**
     * Puts a lease whose pages were decommitted into quarantine: stale, and its pages are not to be had.
     *
     * @param lease in state RELEASING
     */
    public void quarantine(Lease lease) {
        lease.quarantine();
        leasedPages -= lease.pages();
        if (newestQuarantined == null) {
            oldestQuarantined = lease;
        } else {
            newestQuarantined.nextQuarantined(lease);
        }
        newestQuarantined = lease;
        quarantinedLeases++;
        quarantinedPages += lease.span();
    }

    /**
     * Lets the oldest out of quarantine, until what is left is not above a limit.
     *
     * @param limit pages, 0 or more
     * @return pages that are free again
     */
    public long flush(long limit) {
        long before = quarantinedPages;
        for (Lease lease = oldestQuarantined; lease != null && quarantinedPages > limit; lease = oldestQuarantined) {
            oldestQuarantined = lease.nextQuarantined();
            if (oldestQuarantined == null) {
                newestQuarantined = null;
            }
            quarantinedLeases--;
            quarantinedPages -= lease.span();
            remove(lease);
        }
        return before - quarantinedPages;
    }

    /**
     * Pages in quarantine, guards included.
     *
     * @return 0 or more
     */
    public long quarantinedPages() {
        return quarantinedPages;
    }

    /**
     * Pages leased, without guards.
     *
     * @return 0 or more
     */
    public long leasedPages() {
        return leasedPages;
    }

    /**
     * The leases that have not ended and are not in quarantine.
     *
     * @return a copy, ascending
     */
    public List<Lease> leases() {
        List<Lease> live = new ArrayList<>(leaseCount());
        for (Lease lease : leases.values()) {
            if (lease.state() != Lease.State.QUARANTINED) {
                live.add(lease);
            }
        }
        return live;
    }

    /**
     * All leases, those in quarantine too.
     *
     * @return ascending; for asking only
     */
    public Collection<Lease> allLeases() {
        return leases.values();
    }

    /**
     * How many leases have not ended and are not in quarantine.
     *
     * @return 0 or more
     */
    public int leaseCount() {
        return leases.size() - quarantinedLeases;
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
        long spans = 0;
        long leased = 0;
        long end = 0;
        for (Lease lease : leases.values()) {
            require(lease.firstPage() >= end && lease.generation() <= generation,
                    "lease " + lease.firstPage() + "+" + lease.span() + ": overlaps or newer");
            end = lease.firstPage() + lease.span();
            require(!free.isFree(lease.firstPage(), 1) && !free.isFree(end - 1, 1),
                    "lease " + lease.firstPage() + "+" + lease.span() + " is free, too");
            spans += lease.span();
            leased += lease.state() == Lease.State.QUARANTINED ? 0 : lease.pages();
        }
        require(leased == leasedPages, "leased=" + leased + ", counted " + leasedPages);
        require(spans + permanentPages + free.freePages() == pages, "leases=" + spans + ", permanent=" + permanentPages
                + ", free=" + free.freePages() + ": do not add up to " + pages);
        verifyQuarantine();
    }

    private void verifyQuarantine() {
        long count = 0;
        long sum = 0;
        Lease last = null;
        for (Lease lease = oldestQuarantined; lease != null; lease = lease.nextQuarantined()) {
            require(lease.state() == Lease.State.QUARANTINED && leases.get(lease.key()) == lease,
                    "lease " + lease.firstPage() + " in quarantine: " + lease.state());
            count++;
            sum += lease.span();
            last = lease;
        }
        require(last == newestQuarantined && count == quarantinedLeases && sum == quarantinedPages,
                "quarantine: " + count + " leases, " + sum + " pages; counted " + quarantinedLeases + ", "
                        + quarantinedPages);
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalStateException("page ledger: " + what);
        }
    }
}
