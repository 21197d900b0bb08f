package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongPredicate;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.map.FileSpan;
import org.quern.vmap.page.FreeRuns;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.share.ArenaHeader;
import org.quern.vmap.share.ControlBlock;
import org.quern.vmap.share.Run;
import org.quern.vmap.share.RunBooks;
import org.quern.vmap.share.RunState;
import org.quern.vmap.share.SharedBooks;
import org.quern.vmap.share.Views;

/**
 * The pages of one shared arena as one process has them: the protocol by which pages go out and come back. Speaks of page
 * numbers; {@link SparseArena} speaks of handles.
 *
 * <p>
 * Protocol of a free, in this order, because each step relies on the one before:
 * <ol>
 * <li>under the lock: the pages are allocated; ALLOCATED -> UNAVAILABLE, as change <i>n</i>. From here on nobody is given a
 * segment of them, and views of them are dying.
 * <li>outside: the dying views' scopes are closed. When that returns no thread of this process is inside an access, and this
 * process acknowledges <i>n</i>. Other processes do the same when they next look at the books.
 * <li>under the lock, when all who show pages have acknowledged <i>n</i>: the memory goes back to the system, which every
 * process sees as zeros; UNAVAILABLE -> FREE.
 * </ol>
 * Whoever comes along does the third step, also for pages that a process freed which was killed meanwhile. Pages that nobody
 * can be looking at skip the second.
 */
final class SharedPages {
    private static final int PAGES_A_STEP = 4096; // 16 MiB given back under the lock at a time: some ms
    private static final int LEAST_CHUNK_SHIFT = 9;
    private static final int FREES_A_DRAIN = 64; // so that frees which wait for a peer cost no more when many wait

    private enum State {
        OPEN, CLOSING, CLOSED
    }

    private final String name;
    private final ArenaHeader header;
    private final MemoryFile file;
    private final FileSpan span;
    private final SharedBooks books;
    private final long patienceNanos;
    private final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable MemorySegment>> shown;
    private final int chunkShift;
    private final AtomicInteger deferred = new AtomicInteger(); // frees that waited; a number, publishes nothing
    private final ReentrantLock lifecycle = new ReentrantLock();
    private volatile State state = State.OPEN;

    private SharedPages(String name, ArenaHeader header, MemoryFile file, FileSpan span, SharedBooks books,
            long patienceNanos) {
        this.name = name;
        this.header = header;
        this.file = file;
        this.span = span;
        this.books = books;
        this.patienceNanos = patienceNanos;
        // Two levels of about equal size: 2^17 each for the largest arena.
        this.chunkShift = Math.max(LEAST_CHUNK_SHIFT, (64 - Long.numberOfLeadingZeros(header.pages())) / 2);
        this.shown = new AtomicReferenceArray<>(Math.toIntExact((header.pages() >>> chunkShift) + 1));
    }

    /** What is used of the machine, for tests to put something else in its place. */
    record Surroundings(long self, LongPredicate alive, Runnable memory, Function<MemorySegment, ControlBlock> block) {}

    /** Makes an arena in a file of zeros. */
    static SharedPages create(String name, ArenaHeader header, MemoryFile file, long alignment, long patienceNanos,
            boolean reservesPageZero, Surroundings surroundings) {
        ControlBlock block = block(file, header, surroundings);
        header.write(block);
        SharedPages made = joined(name, header, file, block, alignment, patienceNanos, surroundings);
        if (reservesPageZero) {
            made.reserve(0, 1);
        }
        ArenaHeader.publish(block);
        return made;
    }

    /** Attaches to the arena in a file; the header was validated against it. */
    static SharedPages attach(String name, ArenaHeader header, MemoryFile file, long alignment, long patienceNanos,
            Surroundings surroundings) {
        return joined(name, header, file, block(file, header, surroundings), alignment, patienceNanos, surroundings);
    }

    /** The books' scope ends when nobody can reach them: a closed arena's lock may still be held by a late thread. */
    private static ControlBlock block(MemoryFile file, ArenaHeader header, Surroundings around) {
        FileSpan booksSpan = file.span(0, header.pagesAt(), Reservation.PAGE_BYTES, 0);
        return around.block().apply(booksSpan.segment(0, header.pagesAt(), Arena.ofAuto()));
    }

    private static SharedPages joined(String name, ArenaHeader header, MemoryFile file, ControlBlock block,
            long alignment, long patienceNanos, Surroundings around) {
        FileSpan span = file.span(header.pagesAt(), header.pages() << Reservation.PAGE_SHIFT, alignment,
                header.start());
        SharedBooks books = new SharedBooks(block, header.pages(), around.self(), around.alive(), around.memory());
        SharedPages pages = new SharedPages(name, header, file, span, books, patienceNanos);
        pages.enter();
        try {
            if (!books.register()) {
                throw new ArenaAttachException(ArenaAttachException.Reason.TOO_MANY_PEERS,
                        name + ": " + (ControlBlock.PEERS - 1) + " processes are attached or have left pages behind");
            }
        } finally {
            books.exit();
        }
        return pages;
    }

    // ---- the lock ---------------------------------------------------------------------------------------------------

    private void enter() {
        checkOpen();
        boolean entered;
        try {
            entered = books.enter(patienceNanos);
        } catch (IllegalStateException e) {
            throw new ArenaDamagedException(name + ": " + e.getMessage(), e);
        }
        if (!entered) {
            throw stalled();
        }
        if (state != State.OPEN) {
            books.exit();
            checkOpen();
        }
    }

    private PeerStalledException stalled() {
        return new PeerStalledException(name + ": process " + books.lockHolder() + " has held the lock for more than "
                + patienceNanos / 1_000_000 + " ms");
    }

    private void checkOpen() {
        if (state != State.OPEN) {
            throw new ArenaClosedException("arena " + name);
        }
    }

    // ---- handing out ------------------------------------------------------------------------------------------------

    /** The first page of the best fit; the grant's handle is a page number. */
    ArenaOutcome allocate(long count) {
        ArenaOutcome outcome = tryAllocate(count);
        boolean mayHelp = outcome instanceof ArenaRefusal refusal
                && refusal.reason() == ArenaRefusal.Reason.NO_ROOM && drain() > 0;
        return mayHelp ? tryAllocate(count) : outcome;
    }

    private ArenaOutcome tryAllocate(long count) {
        enter();
        try {
            ArenaRefusal over = overBudget(0, count, count);
            if (over != null) {
                return over;
            }
            long first = books.books().find(count);
            return first == FreeRuns.NONE
                    ? refusal(ArenaRefusal.Reason.NO_ROOM, 0, count,
                            "the longest free run has " + books.books().largestFree() + " pages, "
                                    + books.books().pagesIn(RunState.UNAVAILABLE) + " are unavailable")
                    : handOut(first, count, RunState.ALLOCATED);
        } finally {
            books.exit();
        }
    }

    /** These pages and no others: allocated or reserved. */
    ArenaOutcome allocateAt(long first, long count) {
        return place(first, count, RunState.ALLOCATED);
    }

    ArenaOutcome reserve(long first, long count) {
        return place(first, count, RunState.RESERVED);
    }

    private ArenaOutcome place(long first, long count, RunState as) {
        enter();
        try {
            Run taken = books.books().firstNot(RunState.FREE, first, count);
            if (taken != null) {
                return refusal(taken.state() == RunState.UNAVAILABLE
                        ? ArenaRefusal.Reason.UNAVAILABLE
                        : ArenaRefusal.Reason.BUSY, first, count,
                        "pages " + taken.first() + "+" + taken.count() + " are " + taken.state());
            }
            ArenaRefusal over = as == RunState.ALLOCATED ? overBudget(first, count, count) : null;
            return over != null ? over : handOut(first, count, as);
        } finally {
            books.exit();
        }
    }

    private @Nullable ArenaRefusal overBudget(long first, long count, long more) {
        long used = books.books().pagesIn(RunState.ALLOCATED);
        return more <= header.budgetPages() - used
                ? null
                : refusal(ArenaRefusal.Reason.OVER_BUDGET, first, count,
                        count + " pages asked for, " + used + " of " + header.budgetPages() + " are in use");
    }

    private ArenaRefusal refusal(ArenaRefusal.Reason reason, long first, long count, String detail) {
        return new ArenaRefusal(reason, first, count, name + ": no " + count + " pages: " + detail);
    }

    private PageGrant handOut(long first, long count, RunState as) {
        PageGrant grant = new PageGrant(first, count, books.nextGeneration());
        books.change(new Run(first, count, as, grant.generation(), books.slot()));
        return grant;
    }

    // ---- taking back ------------------------------------------------------------------------------------------------

    /** What is to be freed, by whose right. */
    FreeOutcome free(long first, long count, long generation) {
        long change;
        enter();
        try {
            checkInUse(first, count, generation);
            if (count <= PAGES_A_STEP && books.nobodyLooksAt(first, count)) {
                discardAndFree(first, count);
                return FreeOutcome.FREED;
            }
            change = makeUnavailable(first, count);
        } finally {
            books.exit();
        }
        settle();
        if (deferred.incrementAndGet() % FREES_A_DRAIN == 0) {
            reclaim(0, header.pages());
        } else {
            reclaim(first, first + count);
        }
        return isReclaimed(first, count, change) ? FreeOutcome.FREED : FreeOutcome.DEFERRED;
    }

    void freeLater(long first, long count, long generation) {
        enter();
        try {
            checkInUse(first, count, generation);
            makeUnavailable(first, count);
        } finally {
            books.exit();
        }
    }

    /** Whatever state they are in, as the kernel does; what is free or unavailable already stays so. */
    void freeAnything(long first, long count) {
        enter();
        try {
            for (long page = first; page < first + count;) {
                Run run = books.books().at(page);
                long end = Math.min(run.end(), first + count);
                if (run.state() == RunState.ALLOCATED || run.state() == RunState.RESERVED) {
                    makeUnavailable(page, end - page);
                }
                page = end;
            }
        } finally {
            books.exit();
        }
        drain();
    }

    void unreserve(long first, long count) {
        enter();
        try {
            Run other = books.books().firstNot(RunState.RESERVED, first, count);
            if (other != null) {
                throw new StaleHandleException(name + ": pages " + first + "+" + count + ": " + other.first() + "+"
                        + other.count() + " are " + other.state() + ", not RESERVED");
            }
            discardAndFree(first, count); // a reservation was never shown, but pages of it may have been touched
        } finally {
            books.exit();
        }
    }

    void decommit(long first, long count) {
        enter();
        try {
            checkInUse(first, count, 0);
            discard(first, count);
        } finally {
            books.exit();
        }
    }

    private void checkInUse(long first, long count, long generation) {
        for (long page = first; page < first + count;) {
            Run run = books.books().at(page);
            if (run.state() != RunState.ALLOCATED) {
                throw new StaleHandleException(name + ": pages " + first + "+" + count + ": " + run.first() + "+"
                        + run.count() + " are " + run.state() + ", not ALLOCATED");
            }
            if (generation != 0 && run.stamp() != generation) {
                throw new StaleHandleException(name + ": pages " + first + "+" + count + " of generation " + generation
                        + ": page " + page + " is of generation " + run.stamp() + " now");
            }
            page = run.end();
        }
    }

    private long makeUnavailable(long first, long count) {
        return books.change(new Run(first, count, RunState.UNAVAILABLE, books.changes() + 1, books.slot()));
    }

    private void discardAndFree(long first, long count) {
        discard(first, count);
        books.change(new Run(first, count, RunState.FREE, 0, 0));
    }

    private void discard(long first, long count) {
        span.discard(first << Reservation.PAGE_SHIFT, count << Reservation.PAGE_SHIFT);
    }

    private boolean isReclaimed(long first, long count, long change) {
        enter();
        try {
            Run run = books.books().nextUnavailable(first);
            return run == null || run.first() >= first + count || run.stamp() != change;
        } finally {
            books.exit();
        }
    }

    /** Steps two and three for everything that waits for them; how many pages became free. */
    long drain() {
        settle();
        return reclaim(0, header.pages());
    }

    private void settle() {
        checkOpen();
        if (!books.settle(PageSpace::endScope, patienceNanos)) {
            throw stalled();
        }
    }

    /** Step three for what begins in a range of pages. */
    private long reclaim(long first, long end) {
        long freed = 0;
        for (long from = first; from < end;) {
            enter(); // step by step, so that others get the lock in between
            try {
                long acknowledged = books.acknowledgedByAll();
                Run run = books.books().nextUnavailable(from);
                while (run != null && run.first() < end && run.stamp() > acknowledged) {
                    run = books.books().nextUnavailable(run.end());
                }
                if (run == null || run.first() >= end) {
                    break;
                }
                long count = Math.min(PAGES_A_STEP, run.count());
                discardAndFree(run.first(), count);
                freed += count;
                from = run.first() + count;
            } finally {
                books.exit();
            }
        }
        return freed;
    }

    // ---- showing ----------------------------------------------------------------------------------------------------

    /** Bytes that lie in one allocation; {@code generation} 0 for whichever it is. */
    MemorySegment segment(long offset, long length, long generation) {
        long first = offset >>> Reservation.PAGE_SHIFT;
        long count = Math.max(1, ((offset + length - 1) >>> Reservation.PAGE_SHIFT) - first + 1);
        enter();
        try {
            faultIn(first, count);
            checkInUse(first, count, generation);
            Run run = books.books().at(first);
            if (run.end() < first + count) {
                throw new IllegalArgumentException(name + ": pages " + first + "+" + count
                        + " belong to more than one allocation: the first ends at page " + run.end());
            }
            return view(run).segment().asSlice(offset - (run.first() << Reservation.PAGE_SHIFT), length);
        } finally {
            books.exit();
        }
    }

    private Views.View view(Run run) {
        Views.View view = books.view(run);
        if (view == null) {
            Arena scope = Arena.ofShared();
            view = new Views.View(run, scope, span.segment(run.first() << Reservation.PAGE_SHIFT,
                    run.count() << Reservation.PAGE_SHIFT, scope));
            books.show(view);
        }
        return view;
    }

    /** Pages that are not allocated: allocated now, or refused, as the policy says. */
    private void faultIn(long first, long count) {
        for (Run run = books.books().firstNot(RunState.ALLOCATED, first, count); run != null; run = books.books()
                .firstNot(RunState.ALLOCATED, first, count)) {
            if (!header.populates() || run.state() == RunState.UNAVAILABLE) {
                throw new UnallocatedPageException(name + ": access to pages " + first + "+" + count + ": "
                        + run.first() + "+" + run.count() + " are " + run.state());
            }
            long from = Math.max(first, run.first());
            long end = Math.min(first + count, run.end());
            ArenaRefusal over = overBudget(from, end - from, end - from);
            if (over != null) {
                throw new ArenaRefusedException(over);
            }
            handOut(from, end - from, RunState.ALLOCATED);
        }
    }

    /** The page that an offset lies in, for one access; throws when accessed after it was freed. */
    MemorySegment page(long offset) {
        long page = offset >>> Reservation.PAGE_SHIFT;
        AtomicReferenceArray<@Nullable MemorySegment> chunk = shown.getAcquire((int) (page >>> chunkShift));
        // Both acquires pair with the releases in pageAnew.
        MemorySegment segment = chunk == null ? null : chunk.getAcquire((int) (page & ((1L << chunkShift) - 1)));
        return segment != null && segment.scope().isAlive() ? segment : pageAnew(page);
    }

    private MemorySegment pageAnew(long page) {
        MemorySegment segment = segment(page << Reservation.PAGE_SHIFT, Reservation.PAGE_BYTES, 0);
        int index = (int) (page >>> chunkShift);
        AtomicReferenceArray<@Nullable MemorySegment> chunk = shown.getAcquire(index);
        if (chunk == null) {
            AtomicReferenceArray<@Nullable MemorySegment> fresh = new AtomicReferenceArray<>(1 << chunkShift);
            chunk = shown.compareAndExchangeRelease(index, null, fresh); // pairs with the acquire in page
            chunk = chunk == null ? fresh : chunk;
        }
        // Of two threads the later may leave an older segment, whose scope is closed: the next access comes here again.
        chunk.setRelease((int) (page & ((1L << chunkShift) - 1)), segment); // pairs with the acquire in page
        return segment;
    }

    // ---- asking -----------------------------------------------------------------------------------------------------

    ArenaUsage usage() {
        enter();
        try {
            RunBooks now = books.books();
            Map<Long, Long> charges = new HashMap<>();
            for (int slot = 0; slot < ControlBlock.PEERS; slot++) {
                if (now.charged(slot) > 0) {
                    charges.merge(slot == 0 ? 0 : books.pid(slot), now.charged(slot), Long::sum);
                }
            }
            return new ArenaUsage(name, header.pages(), now.pagesIn(RunState.ALLOCATED), books.peak(),
                    header.budgetPages(), now.pagesIn(RunState.RESERVED), now.pagesIn(RunState.UNAVAILABLE),
                    now.freeRuns(), now.largestFree(), books.changes(), Map.copyOf(charges));
        } finally {
            books.exit();
        }
    }

    /** Pages in memory, as the system counts; -1 if it does not. */
    long measurePopulatedPages() {
        checkOpen();
        return span.residentPages(0, span.bytes());
    }

    String stateOf(long page) {
        enter();
        try {
            return books.books().at(page).state().name();
        } finally {
            books.exit();
        }
    }

    long generationAt(long page) {
        enter();
        try {
            Run run = books.books().at(page);
            return run.state() == RunState.ALLOCATED ? run.stamp() : 0;
        } finally {
            books.exit();
        }
    }

    void verify() {
        enter();
        try {
            books.books().verify();
        } finally {
            books.exit();
        }
    }

    ArenaHeader header() {
        return header;
    }

    MemoryFile file() {
        return file;
    }

    FileSpan span() {
        return span;
    }

    String name() {
        return name;
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    /** Ends every segment and leaves the table of peers. */
    void close() {
        lifecycle.lock();
        try {
            if (state == State.CLOSED) {
                return;
            }
            state = State.CLOSING;
            if (!books.enter(patienceNanos)) {
                throw stalled();
            }
            books.killViews();
            books.exit();
            if (!books.settle(PageSpace::endScope, patienceNanos)) {
                throw stalled();
            }
            if (!books.enter(patienceNanos)) {
                throw stalled();
            }
            try {
                if (books.hasDyingViews()) {
                    throw new RangeBusyException(name + ": calls of other threads are using segments; close again",
                            null);
                }
                books.unregister();
                state = State.CLOSED;
            } finally {
                books.exit();
            }
        } finally {
            lifecycle.unlock();
        }
    }
}
