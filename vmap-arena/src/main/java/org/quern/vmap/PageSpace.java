package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.LongConsumer;
import java.util.function.ToLongFunction;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.KernelException;
import org.quern.vmap.event.SlowAllocationEvent;
import org.quern.vmap.page.FreeRuns;
import org.quern.vmap.page.Lease;
import org.quern.vmap.page.PageBudget;
import org.quern.vmap.page.PageLedger;
import org.quern.vmap.pin.OpenHandles;
import org.quern.vmap.pin.PinUnit;
import org.quern.vmap.reserve.DiscardVetoed;
import org.quern.vmap.reserve.Reservation;

/**
 * The pages of one arena: the books, the lock that guards them, and the protocol by which pages go out and come back.
 *
 * <p>
 * Protocol of {@link #free}, in this order, because each step relies on the one before:
 * <ol>
 * <li>under the lock: the lease is live and not held; LEASED -> RELEASING; in flight + 1. From here nobody else works on
 * these pages.
 * <li>outside: close the scope of the lease's segments. When that returns no thread is inside an access.
 * <li>outside: decommit, and make the guard a page again. What the next owner finds is zeros.
 * <li>under the lock: the pages join the free runs, or the quarantine; in flight - 1.
 * </ol>
 * A failure in 2 or 3 makes the lease LEASED again: the pages never become free with a reader in them or with old bytes.
 * {@link #whileHeld} holds a lease in the same way for everything else that works on pages outside the lock, because
 * discarding or populating pages that were handed on meanwhile would meddle with another owner's data.
 * {@link #beginClose} lets nothing new start and waits until nothing is in flight.
 */
final class PageSpace {
    /** OPEN -> CLOSING -> CLOSED; CLOSING may last, if a system call of another thread holds a segment. */
    private enum State {
        OPEN, CLOSING, CLOSED
    }

    private static final System.Logger LOG = System.getLogger("org.quern.vmap");

    private final String name;
    private final long number;
    private final Reservation reservation;
    private final PageBudget budget;
    private final boolean hugeByDefault;
    private final long guards; // behind each range
    private final long quarantinePages; // what may stay in quarantine
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition quiet = lock.newCondition(); // signalled when inFlight becomes 0
    private final PageLedger ledger; // guarded by lock
    private final PageTotals totals = new PageTotals(); // guarded by lock
    private final PinGate gate; // guarded by lock
    private final Condition unpinned = lock.newCondition(); // signalled when a blocked range loses a pin
    private int inFlight; // guarded by lock: calls that are working on pages outside it
    private volatile State state = State.OPEN; // written under lock; read without it to refuse early

    PageSpace(ArenaOptions options, long number, Reservation reservation, PageBudget budget) {
        this(options, number, reservation, budget,
                new PageLedger(reservation.bytes() >>> Reservation.PAGE_SHIFT));
    }

    PageSpace(ArenaOptions options, long number, Reservation reservation, PageBudget budget, PageLedger ledger) {
        this.name = options.name();
        this.number = number;
        this.reservation = reservation;
        this.budget = budget;
        this.hugeByDefault = options.hugePages();
        this.guards = options.guardPages();
        this.quarantinePages = options.quarantinePages();
        this.ledger = ledger;
        this.gate = new PinGate(name);
    }

    // ---- out --------------------------------------------------------------------------------------------------------

    PageAllocation tryAllocate(long pages, long alignment) {
        lock.lock();
        try {
            checkOpen();
            if (!budget.tryTake(pages)) {
                return new Shortage(Shortage.Cause.BUDGET, pages, budget.left(), name);
            }
            PageRange range = null;
            try {
                Lease lease = leaseOrFlush(pages, alignment);
                range = lease == null ? null : handOut(lease);
            } finally {
                if (range == null) {
                    budget.giveBack(pages);
                }
            }
            return range != null
                    ? range
                    : new Shortage(Shortage.Cause.ADDRESS_SPACE, pages, ledger.free().largestRun(), name);
        } finally {
            lock.unlock();
        }
    }

    /** Makes the handle and the guard of a new lease; if that fails, nothing is leased. */
    private PageRange handOut(Lease lease) {
        boolean done = false;
        try {
            PageRange range = rangeOf(lease);
            if (guards > 0) {
                // Under the lock, so that no close can find the lease without its guard: some 700 ns.
                lease.guarded(reservation.guard(guardOffset(lease), guards << Reservation.PAGE_SHIFT, true));
            }
            totals.rangesAllocated++;
            done = true;
            return range;
        } finally {
            if (!done) {
                lease.beginRelease();
                ledger.end(lease);
            }
        }
    }

    private @Nullable Lease leaseOrFlush(long pages, long alignment) {
        long longest = ledger.free().largestRun();
        if (pages > longest && pages > longest + ledger.quarantinedPages()) {
            return slowly(pages, 0, null); // also spares sums that overflow
        }
        Lease lease = lease(pages, alignment);
        if (lease != null) {
            return lease;
        }
        long flushed = ledger.flush(0);
        return slowly(pages, flushed, flushed == 0 ? null : lease(pages, alignment));
    }

    private @Nullable Lease lease(long pages, long alignment) {
        return ledger.lease(pages, guards, alignment, reservation.base() >>> Reservation.PAGE_SHIFT);
    }

    private @Nullable Lease slowly(long pages, long flushed, @Nullable Lease lease) {
        totals.slowAllocations++;
        SlowAllocationEvent.tell(name, pages, flushed << Reservation.PAGE_SHIFT,
                lease == null ? "no address space" : "granted");
        return lease;
    }

    private static long guardOffset(Lease lease) {
        return (lease.firstPage() + lease.pages()) << Reservation.PAGE_SHIFT;
    }

    private PageRange rangeOf(Lease lease) {
        return new PageRange(number, lease.firstPage(), lease.pages(), lease.generation());
    }

    // ---- back -------------------------------------------------------------------------------------------------------

    void free(PageRange range) {
        free(range, false);
    }

    /** {@code deferred}: pages that are pinned are freed when the last pin is gone, instead of refused. */
    FreeOutcome free(PageRange range, boolean deferred) {
        Lease lease;
        lock.lock();
        try {
            lease = unclaimedLeaseOf(range);
            if (lease.holds() > 0) {
                throw new RangeBusyException(
                        name + ": " + range + " is being decommitted or populated by another thread", null);
            }
            if (!deferred) {
                gate.freeze(lease, range);
            } else if (!gate.freezeOrDoom(lease, range)) {
                return FreeOutcome.DEFERRED;
            }
            lease.beginRelease();
            inFlight++;
        } finally {
            lock.unlock();
        }
        releaseFully(lease, range);
        return FreeOutcome.FREED;
    }

    private void releaseFully(Lease lease, PageRange range) {
        boolean released = false;
        try {
            release(lease, range);
            released = true;
        } finally {
            finishRelease(lease, released);
        }
    }

    /** The slow part of a free; the lease is RELEASING, so nobody else works on it. */
    private void release(Lease lease, PageRange range) {
        Arena shown = lease.scope();
        if (shown != null) {
            if (!endScope(shown)) {
                throw new RangeBusyException(name + ": " + range + " is in use by a call of another thread", null);
            }
            lease.show(null, null);
        }
        discard(range);
        if (lease.guarded()) {
            reservation.guard(guardOffset(lease), lease.guards() << Reservation.PAGE_SHIFT, false);
            lease.guarded(false);
        }
        HugeRange.end(reservation, lease);
    }

    private void finishRelease(Lease lease, boolean released) {
        lock.lock();
        try {
            if (released) {
                PinGate.end(lease);
                budget.giveBack(lease.pages());
                totals.rangesFreed++;
                totals.decommittedBytes += lease.pages() << Reservation.PAGE_SHIFT;
                if (quarantinePages > 0) {
                    ledger.quarantine(lease);
                    ledger.flush(quarantinePages);
                } else {
                    ledger.end(lease);
                }
            } else {
                lease.cancelRelease();
                PinGate.thaw(lease);
            }
            landed();
        } finally {
            lock.unlock();
        }
    }

    long flushQuarantine() {
        lock.lock();
        try {
            checkOpen();
            return ledger.flush(0) << Reservation.PAGE_SHIFT;
        } finally {
            lock.unlock();
        }
    }

    private void discard(PageRange range) {
        try {
            reservation.decommit(range.offset(), range.bytes());
        } catch (DiscardVetoed e) {
            throw new RangeBusyException(name + ": " + range + " has pinned pages", e);
        }
    }

    // ---- in use -----------------------------------------------------------------------------------------------------

    void decommit(PageRange range) {
        whileFrozen(range, lease -> {
            discard(range);
            return range.bytes();
        }, bytes -> totals.decommittedBytes += bytes);
    }

    /** As {@link #whileHeld}, for what discards or moves pages: nobody pins them meanwhile. */
    private void whileFrozen(PageRange range, ToLongFunction<Lease> work, LongConsumer count) {
        Lease lease;
        boolean counted;
        lock.lock();
        try {
            lease = unclaimedLeaseOf(range);
            gate.freeze(lease, range);
            counted = lease.pins() != null;
            lease.discarding(1); // so that it gets no counts of pins, if it has none
            lease.hold();
            inFlight++;
        } finally {
            lock.unlock();
        }
        long done = 0;
        try {
            done = work.applyAsLong(lease);
        } finally {
            lock.lock();
            try {
                count.accept(done);
                lease.discarding(-1);
                if (counted) {
                    PinGate.thaw(lease);
                }
                lease.unhold();
                landed();
            } finally {
                lock.unlock();
            }
        }
    }

    Population populate(PageRange range) {
        long[] shortOf = {-1};
        long done = whileHeld(range, false, lease -> {
            shortOf[0] = PageStates.shortOfMemory(reservation, range);
            return shortOf[0] >= 0 ? 0 : reservation.populate(range.offset(), range.bytes());
        }, bytes -> totals.populatedBytes += bytes);
        return shortOf[0] >= 0
                ? new Shortage(Shortage.Cause.MEMORY, range.pages(), shortOf[0], name)
                : new Population.Populated(range.bytes(), done);
    }

    HugePages useHugePages(PageRange range) {
        HugePages[] found = new HugePages[1];
        whileFrozen(range, lease -> {
            found[0] = HugeRange.ask(reservation, hugeByDefault, range, lease);
            return 0;
        }, bytes -> {});
        return Objects.requireNonNull(found[0]);
    }

    long measureResident(PageRange range) {
        return whileHeld(range, true, lease -> PageStates.residentBytes(reservation, range.offset(), range.bytes()),
                bytes -> {});
    }

    /**
     * Works on the pages of a range outside the lock; no free hands them to somebody else meanwhile. {@code claimed}: also
     * if somebody claimed them, who alone may change what is in them.
     */
    private long whileHeld(PageRange range, boolean claimed, ToLongFunction<Lease> work, LongConsumer count) {
        Lease lease = enter(range, claimed);
        long done = 0;
        try {
            done = work.applyAsLong(lease);
            return done;
        } finally {
            lock.lock();
            try {
                count.accept(done);
                lease.unhold();
                landed();
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Begins to work on the memory of a range outside the lock: until {@link #leave} it is not handed on, and the arena is
     * not closed. {@code claimed}: the caller is who claimed it.
     */
    Lease enter(PageRange range, boolean claimed) {
        lock.lock();
        try {
            Lease lease = claimed ? leaseOf(range) : unclaimedLeaseOf(range);
            lease.hold(); // so that no free hands the pages to somebody else while we work on them
            inFlight++;
            return lease;
        } finally {
            lock.unlock();
        }
    }

    void leave(Lease lease) {
        lock.lock();
        try {
            lease.unhold();
            landed();
        } finally {
            lock.unlock();
        }
    }

    /** Lets {@code by} alone decide over a range, or (null) everybody who has it again. */
    void claim(PageRange range, @Nullable String by) {
        lock.lock();
        try {
            leaseOf(range).claim(by);
        } finally {
            lock.unlock();
        }
    }

    /** An activity outside the lock is over; close may be waiting for the last one. */
    private void landed() {
        inFlight--;
        if (inFlight == 0) {
            quiet.signalAll();
        }
    }

    MemorySegment segment(PageRange range) {
        lock.lock();
        try {
            return segmentOf(unclaimedLeaseOf(range));
        } finally {
            lock.unlock();
        }
    }

    private MemorySegment segmentOf(Lease lease) {
        MemorySegment segment = lease.segment();
        if (segment == null) {
            Arena own = Arena.ofShared();
            segment = reservation.segment(lease.firstPage() << Reservation.PAGE_SHIFT,
                    lease.pages() << Reservation.PAGE_SHIFT, own);
            lease.show(own, segment);
        }
        return segment;
    }

    // ---- pins -------------------------------------------------------------------------------------------------------

    void handles(OpenHandles open) {
        lock.lock();
        try {
            gate.handles(open);
        } finally {
            lock.unlock();
        }
    }

    String name() {
        return name;
    }

    long number() {
        return number;
    }

    /** Does something with the counts of a range that is handed out; they are null if it cannot have any at this moment. */
    <T> T withPins(PageRange range, BiFunction<Lease, @Nullable PinUnit, T> action) {
        lock.lock();
        try {
            Lease lease = leaseOf(range);
            PinUnit unit = lease.claim() != null ? null : gate.unitOf(lease, number);
            if (unit != null) {
                range.pinsPlain(unit);
            }
            return action.apply(lease, unit);
        } finally {
            lock.unlock();
        }
    }

    /** The range as a segment, for somebody who has it pinned: also if its free was deferred. */
    MemorySegment pinnedSegment(PinUnit unit) {
        lock.lock();
        try {
            return segmentOf(leaseOf(unit));
        } finally {
            lock.unlock();
        }
    }

    private Lease leaseOf(PinUnit unit) {
        Lease lease = ledger.containing(unit.firstPage());
        if (lease == null || lease.pins() != unit) {
            throw new IllegalStateException(name + ": a pinned range has no lease");
        }
        return lease;
    }

    /** A blocked range lost a pin: frees it if that was deferred and this was the last, and wakes who waits for it. */
    void lostPin(PinUnit unit) {
        if (unit.takeDoomed()) {
            freeDoomed(unit);
        }
        lock.lock();
        try {
            unpinned.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Executes a free that was deferred; if the system fails it stays deferred. The caller has taken it. */
    private void freeDoomed(PinUnit unit) {
        Lease lease;
        lock.lock();
        try {
            if (state != State.OPEN) {
                unit.putBack(); // closing frees it
                return;
            }
            lease = leaseOf(unit);
            lease.beginRelease();
            inFlight++;
        } finally {
            lock.unlock();
        }
        try {
            releaseFully(lease, rangeOf(lease));
        } catch (RangeBusyException | KernelException e) {
            LOG.log(System.Logger.Level.WARNING, name + ": " + rangeOf(lease) + " stays until the next drain", e);
        }
    }

    /** Tries again to free what was deferred and has no pins; how many ranges are still deferred. */
    int drainDoomed() {
        List<PinUnit> doomed = new ArrayList<>();
        lock.lock();
        try {
            checkOpen();
            for (Lease lease : ledger.leases()) {
                if (lease.pins() != null && lease.pins().isDoomed()) {
                    doomed.add(lease.pins());
                }
            }
        } finally {
            lock.unlock();
        }
        int left = 0;
        for (PinUnit unit : doomed) {
            if (unit.takeDoomed()) {
                freeDoomed(unit);
            }
            left += unit.isDead() ? 0 : 1;
        }
        return left;
    }

    /** Whether any page of a part of the arena may be pinned. */
    boolean isMaybePinned(long firstPage, long endPage) {
        lock.lock();
        try {
            for (Lease lease : ledger.overlapping(firstPage, endPage)) {
                PinUnit unit = lease.pins();
                long from = Math.max(firstPage, lease.firstPage());
                long to = Math.min(endPage, lease.firstPage() + lease.pages());
                if (unit != null && from < to && unit.isMaybePinned(from - lease.firstPage(), to - from)) {
                    return true;
                }
            }
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** The live range with a page, or what the page is instead. */
    Object rangeAt(long address) {
        long offset = address - reservation.base();
        if (offset < 0 || offset >= reservation.bytes()) {
            return PinRefusal.Reason.NO_RANGE;
        }
        long page = offset >>> Reservation.PAGE_SHIFT;
        lock.lock();
        try {
            checkOpen();
            for (Lease lease : ledger.overlapping(page, page + 1)) {
                if (lease.state() == Lease.State.QUARANTINED) {
                    return PinRefusal.Reason.QUARANTINED;
                }
                if (page >= lease.firstPage() + lease.pages()) {
                    return PinRefusal.Reason.GUARD;
                }
                return PinGate.isDoomed(lease) ? PinRefusal.Reason.NO_RANGE : rangeOf(lease);
            }
            return PinRefusal.Reason.NO_RANGE;
        } finally {
            lock.unlock();
        }
    }

    long base() {
        return reservation.base();
    }

    /** The live lease of a range over which nobody else decides; under the lock. */
    private Lease unclaimedLeaseOf(PageRange range) {
        Lease lease = leaseOf(range);
        if (lease.claim() != null) {
            throw new RangeBusyException(name + ": " + range + " belongs to " + lease.claim(), null);
        }
        return lease;
    }

    /** The range that an address lies in; null if it lies in none that is in use. */
    @Nullable
    PageRange find(long address) {
        long offset = address - reservation.base();
        if (offset < 0 || offset >= reservation.bytes()) {
            return null;
        }
        lock.lock();
        try {
            checkOpen();
            Lease lease = ledger.containing(offset >>> Reservation.PAGE_SHIFT);
            return lease == null || lease.state() != Lease.State.LEASED || PinGate.isDoomed(lease)
                    ? null
                    : rangeOf(lease);
        } finally {
            lock.unlock();
        }
    }

    /** The live lease of a range; under the lock. */
    private Lease leaseOf(PageRange range) {
        Objects.requireNonNull(range, "range");
        if (range.arena() != number) {
            throw new IllegalArgumentException("range=" + range + ": was handed out by another arena than " + name);
        }
        checkOpen();
        Lease lease = ledger.find(range.firstPage(), range.generation());
        if (lease == null || PinGate.isDoomed(lease)) {
            throw new StaleHandleException(name + ": " + range + " was freed");
        }
        if (lease.state() != Lease.State.LEASED) {
            throw new StaleHandleException(name + ": " + range + " is being freed by another thread");
        }
        return lease;
    }

    /**
     * Takes pages that are not given back before close; the address of the first.
     *
     * @throws ArenaExhaustedException if there are none
     */
    long takePermanent(long pages, long alignment) {
        lock.lock();
        try {
            checkOpen();
            return permanent(pages, alignment);
        } finally {
            lock.unlock();
        }
    }

    private long permanent(long pages, long alignment) {
        if (!budget.tryTake(pages)) {
            throw new ArenaExhaustedException(new Shortage(Shortage.Cause.BUDGET, pages, budget.left(), name));
        }
        long first = FreeRuns.NONE;
        long origin = reservation.base() >>> Reservation.PAGE_SHIFT;
        try {
            first = ledger.takePermanent(pages, alignment, origin);
            if (first == FreeRuns.NONE && ledger.quarantinedPages() > 0) {
                ledger.flush(0);
                first = ledger.takePermanent(pages, alignment, origin);
            }
        } finally {
            if (first == FreeRuns.NONE) {
                budget.giveBack(pages);
            }
        }
        if (first == FreeRuns.NONE) {
            throw new ArenaExhaustedException(
                    new Shortage(Shortage.Cause.ADDRESS_SPACE, pages, ledger.free().largestRun(), name));
        }
        return reservation.base() + (first << Reservation.PAGE_SHIFT);
    }

    long largestRun() {
        lock.lock();
        try {
            return ledger.free().largestRun();
        } finally {
            lock.unlock();
        }
    }

    // ---- looking on -------------------------------------------------------------------------------------------------

    ArenaStats stats(long wishedBytes) {
        lock.lock();
        try {
            long allocated = budget.used() << Reservation.PAGE_SHIFT;
            return new ArenaStats(name, wishedBytes, reservation.bytes(), budget.limit() << Reservation.PAGE_SHIFT,
                    allocated, budget.peak() << Reservation.PAGE_SHIFT, allocated, ledger.leaseCount(),
                    ledger.free().runs(), ledger.free().largestRun() << Reservation.PAGE_SHIFT,
                    ledger.quarantinedPages() << Reservation.PAGE_SHIFT, totals.snapshot());
        } finally {
            lock.unlock();
        }
    }

    /** Which pages are what by the books; what is populated is to be found out of the system. */
    List<PageMap.Run> map() {
        List<PageMap.Run> runs = new ArrayList<>();
        lock.lock();
        try {
            ledger.free().forEach((first, count) -> runs.add(new PageMap.Run(first, count, PageMap.State.FREE)));
            for (Lease lease : ledger.allLeases()) {
                PageMap.State is = switch (lease.state()) {
                    case LEASED -> PageMap.State.ABSENT;
                    case RELEASING -> PageMap.State.RELEASING;
                    case QUARANTINED -> PageMap.State.QUARANTINED;
                };
                runs.add(new PageMap.Run(lease.firstPage(), lease.pages(), is));
                if (lease.guards() > 0) {
                    PageMap.State behind = is == PageMap.State.QUARANTINED ? is : PageMap.State.GUARD;
                    runs.add(new PageMap.Run(lease.firstPage() + lease.pages(), lease.guards(), behind));
                }
            }
        } finally {
            lock.unlock();
        }
        return runs;
    }

    // ---- close ------------------------------------------------------------------------------------------------------

    /**
     * OPEN or CLOSING -> CLOSING, when nothing is pinned and nothing in flight; null if it is CLOSED. Waits for pins as long as
     * it may; if some are left it throws, and the arena stays OPEN.
     */
    @Nullable
    List<Lease> beginClose(long nanos) {
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return null;
            }
            if (state == State.OPEN) {
                gate.close(ledger.leases(), unpinned, nanos);
            }
            state = State.CLOSING;
            while (inFlight > 0) {
                quiet.awaitUninterruptibly();
            }
            return ledger.leases();
        } finally {
            lock.unlock();
        }
    }

    /** Gives the memory back while CLOSING: all scopes have ended, so nobody can access it any more. */
    void relinquish() {
        try {
            reservation.relinquish();
        } catch (DiscardVetoed e) {
            throw new RangeBusyException(name + ": it has pinned pages; close again", e);
        }
    }

    /** CLOSING -> CLOSED: the memory has been given back. */
    void finishClose(List<Lease> leases) {
        lock.lock();
        try {
            for (Lease lease : leases) {
                HugeRange.end(reservation, lease);
                PinGate.end(lease);
                lease.beginRelease();
                ledger.end(lease);
            }
            ledger.flush(0);
            budget.giveBack(budget.used());
            state = State.CLOSED;
        } finally {
            lock.unlock();
        }
    }

    /** Closes a scope if it is alive; false if a call holds one of its segments. */
    static boolean endScope(Arena scope) {
        if (!scope.scope().isAlive()) {
            return true;
        }
        try {
            scope.close(); // a handshake: when it returns, no thread is inside an access
            return true;
        } catch (IllegalStateException e) {
            return false; // only its owner here closes it, so it is alive and held
        }
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    void checkOpen() {
        if (state != State.OPEN) {
            throw new ArenaClosedException("arena " + name);
        }
    }

    /** Checks the books, in time proportional to the ranges; for tests. */
    void verify() {
        lock.lock();
        try {
            ledger.verify();
        } finally {
            lock.unlock();
        }
    }
}
