package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.page.FreeRuns;
import org.quern.vmap.page.Lease;
import org.quern.vmap.page.PageBudget;
import org.quern.vmap.page.PageLedger;
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
 * <li>outside: decommit. What the next owner finds is zeros.
 * <li>under the lock: the pages join the free runs; in flight - 1.
 * </ol>
 * A failure in 2 or 3 makes the lease LEASED again: the pages never become free with a reader in them or with old bytes.
 * {@link #decommit} holds its lease in the same way, because discarding pages that were handed on meanwhile would destroy
 * another owner's data. {@link #beginClose} lets nothing new start and waits until nothing is in flight.
 */
final class PageSpace {
    /** OPEN -> CLOSING -> CLOSED; CLOSING may last, if a system call of another thread holds a segment. */
    private enum State {
        OPEN, CLOSING, CLOSED
    }

    private final String name;
    private final long number;
    private final Reservation reservation;
    private final PageBudget budget;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition quiet = lock.newCondition(); // signalled when inFlight becomes 0
    private final PageLedger ledger; // guarded by lock
    private int inFlight; // guarded by lock: frees and decommits that are working on pages outside it
    private volatile State state = State.OPEN; // written under lock; read without it to refuse early

    PageSpace(String name, long number, Reservation reservation, PageBudget budget) {
        this.name = name;
        this.number = number;
        this.reservation = reservation;
        this.budget = budget;
        this.ledger = new PageLedger(reservation.bytes() >>> Reservation.PAGE_SHIFT);
    }

    PageAllocation tryAllocate(long pages) {
        lock.lock();
        try {
            checkOpen();
            if (!budget.tryTake(pages)) {
                return new Shortage(Shortage.Cause.BUDGET, pages, budget.left(), name);
            }
            Lease lease = null;
            try {
                lease = ledger.lease(pages);
            } finally {
                if (lease == null) {
                    budget.giveBack(pages);
                }
            }
            return lease == null
                    ? new Shortage(Shortage.Cause.ADDRESS_SPACE, pages, ledger.free().largestRun(), name)
                    : new PageRange(number, lease.firstPage(), pages, lease.generation());
        } finally {
            lock.unlock();
        }
    }

    void free(PageRange range) {
        Lease lease;
        lock.lock();
        try {
            lease = leaseOf(range);
            if (lease.holds() > 0) {
                throw new RangeBusyException(name + ": " + range + " is being decommitted by another thread", null);
            }
            lease.beginRelease();
            inFlight++;
        } finally {
            lock.unlock();
        }
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
        reservation.decommit(range.offset(), range.bytes());
    }

    private void finishRelease(Lease lease, boolean released) {
        lock.lock();
        try {
            if (released) {
                ledger.end(lease);
                budget.giveBack(lease.pages());
            } else {
                lease.cancelRelease();
            }
            landed();
        } finally {
            lock.unlock();
        }
    }

    void decommit(PageRange range) {
        Lease lease;
        lock.lock();
        try {
            lease = leaseOf(range);
            lease.hold(); // so that no free hands the pages to somebody else while we discard them
            inFlight++;
        } finally {
            lock.unlock();
        }
        try {
            reservation.decommit(range.offset(), range.bytes());
        } finally {
            lock.lock();
            try {
                lease.unhold();
                landed();
            } finally {
                lock.unlock();
            }
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
            Lease lease = leaseOf(range);
            MemorySegment segment = lease.segment();
            if (segment == null) {
                Arena own = Arena.ofShared();
                segment = reservation.segment(range.offset(), range.bytes(), own);
                lease.show(own, segment);
            }
            return segment;
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
        if (lease == null) {
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
        try {
            first = ledger.takePermanent(pages, alignment, reservation.base() >>> Reservation.PAGE_SHIFT);
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

    ArenaStats stats(long wishedBytes) {
        lock.lock();
        try {
            long allocated = budget.used() << Reservation.PAGE_SHIFT;
            return new ArenaStats(name, wishedBytes, reservation.bytes(), budget.limit() << Reservation.PAGE_SHIFT,
                    allocated, budget.peak() << Reservation.PAGE_SHIFT, allocated, ledger.leaseCount(),
                    ledger.free().runs(), ledger.free().largestRun() << Reservation.PAGE_SHIFT);
        } finally {
            lock.unlock();
        }
    }

    /** OPEN or CLOSING -> CLOSING, when nothing is in flight; null if it is CLOSED. */
    @Nullable
    List<Lease> beginClose() {
        lock.lock();
        try {
            if (state == State.CLOSED) {
                return null;
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

    /** CLOSING -> CLOSED: nobody can access the memory any more. */
    void finishClose(List<Lease> leases) {
        reservation.relinquish();
        lock.lock();
        try {
            for (Lease lease : leases) {
                lease.beginRelease();
                ledger.end(lease);
            }
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
