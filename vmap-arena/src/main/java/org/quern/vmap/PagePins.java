package org.quern.vmap;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.vmap.pin.Obstacle;
import org.quern.vmap.pin.OpenHandles;
import org.quern.vmap.pin.PinRecord;
import org.quern.vmap.pin.PinUnit;
import org.quern.vmap.pin.PinUnit.Taken;
import org.quern.vmap.reserve.Reservation;

/**
 * The pins and holds of one arena's page ranges.
 *
 * <table border="1">
 * <caption>What may be done with a page</caption>
 * <tr>
 * <th></th>
 * <th>held</th>
 * <th>pinned</th>
 * <th>pinned long-term</th>
 * </tr>
 * <tr>
 * <td>access by its owner</td>
 * <td>yes</td>
 * <td>yes</td>
 * <td>yes</td>
 * </tr>
 * <tr>
 * <td>{@code free}, {@code decommit}, {@code useHugePages}</td>
 * <td>yes</td>
 * <td>{@link RangeBusyException}</td>
 * <td>{@link RangeBusyException}</td>
 * </tr>
 * <tr>
 * <td>{@code freeWhenUnpinned}</td>
 * <td>yes</td>
 * <td>by the last unpin</td>
 * <td>{@link RangeBusyException}</td>
 * </tr>
 * <tr>
 * <td>{@code close()}, {@code close(deadline)}</td>
 * <td>yes; the hold is then gone</td>
 * <td>{@link RangeBusyException}, at once or at the deadline</td>
 * <td>{@link RangeBusyException} at once</td>
 * </tr>
 * </table>
 *
 * <p>
 * <b>Guarantees.</b> Who pins a range races with who frees or decommits it: either the pin is granted, and the pages keep
 * address and data until it is closed, or it is refused, and nothing was changed. A pin never shows the data of a later
 * owner. Accesses before a pin is closed happen-before what is done to the pages afterwards.
 *
 * <p>
 * <b>Counting.</b> All of a range of two or more pages is pinned as one unit, by one addition to a count that is exact. A part,
 * or a range of one page, is counted page by page: 1024 for a pin, 1 for a hold.
 *
 * <p>
 * <b>Costs.</b> A pin and its release: 70 ns for all of a range or one page of it, nearly all of it for the handle, and 14 ns for
 * each further page of a part. No lock but on the first pin of a range, for long-term pins, and where something is in the way. A range that was never
 * pinned pays nothing; the others 4 bytes a page, in chunks of 16 KiB, once parts of them are pinned. A free or
 * decommit goes through these counts.
 */
@Operation(threads = Operation.Threads.ANY, errors = {StaleHandleException.class, IllegalArgumentException.class,
        ArenaClosedException.class})
public final class PagePins {
    private static final int MOVES = 3;
    private static final LongAdder ACQUIRED = new LongAdder();
    private static final LongAdder RELEASED = new LongAdder();
    private static final LongAdder LEAKED = new LongAdder();
    private static final LongAdder HELD = new LongAdder();
    private static final System.Logger LOG = System.getLogger("org.quern.vmap");

    /** Learns that bytes of the arena were written, before their pin is released. */
    interface WriteSink {
        void written(long offset, long bytes);
    }

    private final PageSpace pages;
    private final WriteSink writes;
    private final OpenHandles handles = new OpenHandles();
    private final AtomicLong leaked = new AtomicLong();
    private volatile boolean sites;
    private volatile Consumer<PinReport> leakListener = report -> LOG.log(System.Logger.Level.WARNING,
            "collected while open, and released: " + report, report.site());
    private volatile Map<PageRange, PageMover> movers = Map.of(); // copied on write

    PagePins(PageSpace pages, WriteSink writes) {
        this.pages = pages;
        this.writes = writes;
        pages.handles(handles);
    }

    String name() {
        return pages.name();
    }

    // ---- pins -------------------------------------------------------------------------------------------------------

    /**
     * Pins all pages of a range, for a short time.
     *
     * @param range as handed out
     * @param options what for
     * @return the pin
     * @throws PinRefusedException if it is refused; no page is pinned
     * @throws StaleHandleException if the range was freed, or is being freed
     * @throws IllegalArgumentException if another arena handed it out
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = {
            PinRefusedException.class, StaleHandleException.class, IllegalArgumentException.class,
            ArenaClosedException.class})
    public Pin pin(PageRange range, PinOptions options) {
        return pin(range, 0, range.pages(), options);
    }

    /**
     * Pins pages of a range: all or none.
     *
     * @param range as handed out
     * @param first the first page, counted from the range's
     * @param count how many, 1 or more, within the range
     * @param options what for
     * @return the pin
     * @throws PinRefusedException if one of them is refused; no page is pinned
     * @throws StaleHandleException if the range was freed, or is being freed
     * @throws IllegalArgumentException if another arena handed it out, or the pages are not within it
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = {
            PinRefusedException.class, StaleHandleException.class, IllegalArgumentException.class,
            ArenaClosedException.class})
    public Pin pin(PageRange range, long first, long count, PinOptions options) {
        return switch (acquire(range, first, count, options, false)) {
            case Pin pin -> pin;
            case PinRefusal refusal -> throw new PinRefusedException(refusal);
        };
    }

    /**
     * As {@link #pin(PageRange, long, long, PinOptions)}, with a refusal as a result; and if the first pages can be had, but
     * not all, they are: the pin's {@link Pin#pages} then is less than {@code count}.
     *
     * @param range as handed out
     * @param first the first page, counted from the range's
     * @param count how many, 1 or more, within the range
     * @param options what for
     * @return the pin of the pages obtained, or why the first one was refused
     * @throws StaleHandleException if the range was freed, or is being freed
     * @throws IllegalArgumentException if another arena handed it out, or the pages are not within it
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = {
            StaleHandleException.class, IllegalArgumentException.class, ArenaClosedException.class})
    public PinOutcome tryPin(PageRange range, long first, long count, PinOptions options) {
        return acquire(range, first, count, options, true);
    }

    /**
     * Pins the pages that some memory lies in: all or none. For who has a segment or an address and not the range.
     *
     * @param memory of one range of this arena, at least a byte
     * @param options what for
     * @return the pin, or why it was refused
     * @throws IllegalArgumentException if the memory is on the heap, empty, or reaches beyond its range
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = {
            IllegalArgumentException.class, ArenaClosedException.class})
    public PinOutcome tryPin(MemorySegment memory, PinOptions options) {
        if (!memory.isNative() || memory.byteSize() == 0) {
            throw new IllegalArgumentException("memory=" + memory + ": must be native, and a byte or more");
        }
        long from = memory.address() - pages.base();
        long page = from >> Reservation.PAGE_SHIFT;
        return switch (pages.rangeAt(memory.address())) {
            case PageRange range -> {
                long end = ((from + memory.byteSize() - 1) >> Reservation.PAGE_SHIFT) + 1;
                if (end > range.endPage()) {
                    throw new IllegalArgumentException("memory=" + memory + ": reaches beyond " + range);
                }
                yield acquire(range, page - range.firstPage(), end - page, options, false);
            }
            case PinRefusal.Reason reason -> new PinRefusal(reason,
                    reason == PinRefusal.Reason.NO_RANGE && page < 0 ? -1 : page,
                    "address 0x" + Long.toHexString(memory.address()) + " of " + name());
            default -> throw new IllegalStateException();
        };
    }

    private PinOutcome acquire(PageRange range, long first, long count, PinOptions options, boolean prefix) {
        checkPart(range, first, count);
        PinUnit known = range.pinsPlain();
        if (known != null && known.arena() == pages.number() && !options.isLongTerm()) {
            Taken taken = known.tryPin(first, count);
            if (taken.obstacle() == null) {
                return handOut(range, known, first, taken, options);
            }
            if (taken.count() > 0) {
                pages.lostPin(known);
            }
        }
        PinOutcome outcome = acquireSlowly(range, first, count, options, prefix);
        PageRange place = range;
        for (int i = 0; i < MOVES && outcome instanceof PinRefusal refused
                && refused.reason() == PinRefusal.Reason.NOT_MOVED; i++) {
            PageMover mover = movers.get(place);
            PageRange moved = mover == null ? null : mover.move(place);
            if (moved == null) {
                break;
            }
            forget(place);
            checkPart(moved, first, count);
            place = moved;
            outcome = acquireSlowly(place, first, count, options, prefix);
        }
        return outcome;
    }

    private static void checkPart(PageRange range, long first, long count) {
        if (first < 0 || count < 1 || first > range.pages() - count) {
            throw new IllegalArgumentException(
                    "first=" + first + ", count=" + count + ": must be a page or more within " + range);
        }
    }

    private PinOutcome acquireSlowly(PageRange range, long first, long count, PinOptions options, boolean prefix) {
        return pages.<PinOutcome>withPins(range, (lease, unit) -> {
            if (unit == null) {
                String claim = lease.claim();
                return new PinRefusal(claim == null ? PinRefusal.Reason.BUSY : PinRefusal.Reason.LAZY,
                        range.firstPage() + first, range + " of " + name()
                                + (claim == null ? " is being decommitted, moved, or closed" : " belongs to " + claim));
            }
            Taken taken = unit.pinSlowly(first, count, options.isLongTerm(), !options.isReadOnly());
            Obstacle obstacle = taken.obstacle();
            if (obstacle != null && !prefix) {
                giveBack(unit, first, taken, options);
            }
            return obstacle == null || (prefix && taken.count() > 0)
                    ? handOut(range, unit, first, taken, options)
                    : refusal(range, first + taken.count(), obstacle);
        });
    }

    private void giveBack(PinUnit unit, long first, Taken taken, PinOptions options) {
        if (options.isLongTerm() && taken.count() > 0) {
            unit.endLongTerm();
        }
        if (unit.unpin(first, taken.count(), taken.whole())) {
            pages.lostPin(unit);
        }
    }

    private PinRefusal refusal(PageRange range, long page, Obstacle obstacle) {
        PinRefusal.Reason reason = switch (obstacle) {
            case BLOCKED -> PinRefusal.Reason.BUSY;
            case OVERFLOW -> PinRefusal.Reason.OVERFLOW;
            case POISONED -> PinRefusal.Reason.POISONED;
            case TRANSIENT -> PinRefusal.Reason.TRANSIENT;
            case EVICTABLE -> PinRefusal.Reason.EVICTABLE;
            case TRACKED_FILE -> PinRefusal.Reason.TRACKED_FILE;
            case MOVABLE -> PinRefusal.Reason.NOT_MOVED;
        };
        return new PinRefusal(reason, range.firstPage() + page, "page " + (range.firstPage() + page) + " of " + range
                + ", " + name());
    }

    private Pin handOut(PageRange range, PinUnit unit, long first, Taken taken, PinOptions options) {
        Pin pin = null;
        try {
            pin = new Pin(this, range, unit, first, taken, options, handles, site());
            ACQUIRED.add(taken.count());
            return pin;
        } finally {
            if (pin == null) { // no memory for the handle
                giveBack(unit, first, taken, options);
            }
        }
    }

    private @Nullable Throwable site() {
        return sites ? new Throwable("was made here") : null;
    }

    MemorySegment segment(PageRange range, PinRecord record) {
        return pages.pinnedSegment(record.unit()).asSlice(record.first() << Reservation.PAGE_SHIFT,
                record.count() << Reservation.PAGE_SHIFT);
    }

    /** Gives back what a handle took; the caller has won {@code tryRelease}. */
    void release(PinRecord record, boolean dirty) {
        try {
            if (dirty) {
                writes.written((record.unit().firstPage() + record.first()) << Reservation.PAGE_SHIFT,
                        record.count() << Reservation.PAGE_SHIFT);
            }
        } finally {
            (record.isHold() ? HELD : RELEASED).add(record.isHold() ? -record.count() : record.count());
            if (record.giveBack(dirty)) {
                pages.lostPin(record.unit());
            }
        }
    }

    /** A handle was collected while open: its pages may have been written. */
    void collected(PinRecord record) {
        PinReport report = PinReport.of(record);
        leaked.incrementAndGet();
        LEAKED.increment();
        release(record, !record.isHold());
        leakListener.accept(report);
    }

    // ---- holds ------------------------------------------------------------------------------------------------------

    /**
     * Holds all pages of a range.
     *
     * @param range as handed out
     * @param owner whose hold it is, for reports
     * @return the hold
     * @throws PinRefusedException if the count of a page is full, or the range belongs to a lazy area
     * @throws StaleHandleException if the range was freed, or is being freed
     * @throws IllegalArgumentException if another arena handed it out
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = {
            PinRefusedException.class, StaleHandleException.class, IllegalArgumentException.class,
            ArenaClosedException.class})
    public Hold hold(PageRange range, String owner) {
        return hold(range, 0, range.pages(), owner);
    }

    /**
     * Holds pages of a range: all or none.
     *
     * @param range as handed out
     * @param first the first page, counted from the range's
     * @param count how many, 1 or more, within the range
     * @param owner whose hold it is, for reports
     * @return the hold
     * @throws PinRefusedException if the count of a page is full, or the range belongs to a lazy area
     * @throws StaleHandleException if the range was freed, or is being freed
     * @throws IllegalArgumentException if another arena handed it out, or the pages are not within it
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = {
            PinRefusedException.class, StaleHandleException.class, IllegalArgumentException.class,
            ArenaClosedException.class})
    public Hold hold(PageRange range, long first, long count, String owner) {
        Objects.requireNonNull(owner, "owner");
        checkPart(range, first, count);
        return pages.<Hold>withPins(range, (lease, unit) -> {
            if (unit == null) {
                boolean lazy = lease.claim() != null;
                throw new PinRefusedException(new PinRefusal(lazy ? PinRefusal.Reason.LAZY : PinRefusal.Reason.BUSY,
                        range.firstPage() + first, range + " of " + name()));
            }
            Taken taken = unit.hold(first, count);
            if (taken.obstacle() != null) {
                throw new PinRefusedException(refusal(range, first, taken.obstacle()));
            }
            HELD.add(count);
            return new Hold(this, range, unit, first, taken, handles, owner, site());
        });
    }

    // ---- questions --------------------------------------------------------------------------------------------------

    /**
     * Whether a page of a part of the arena may be pinned. Errs to one side: a page with 1024 holds or more that were not
     * taken of a whole range counts as pinned. A pin that is being taken may not show yet. Cheap: for who copies, moves or
     * writes back pages.
     *
     * @param offset of the first byte, in the arena, as {@link PageRange#offset}
     * @param bytes how many
     * @return false: none was pinned
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock")
    public boolean maybePinned(long offset, long bytes) {
        return bytes > 0 && pages.isMaybePinned(offset >>> Reservation.PAGE_SHIFT,
                ((offset + bytes - 1) >>> Reservation.PAGE_SHIFT) + 1);
    }

    /**
     * Whether a page of a range may be pinned; as {@link #maybePinned(long, long)}. False for a range that was freed.
     *
     * @param range as handed out
     * @return false: none was pinned
     */
    @Operation(threads = Operation.Threads.ANY)
    public boolean maybePinned(PageRange range) {
        PinUnit unit = range.pinsPlain();
        return unit == null
                ? maybePinned(range.offset(), range.bytes())
                : !unit.isDead() && unit.isMaybePinned(0, range.pages());
    }

    /**
     * Whether a page of a part of the arena is pinned: exact, by looking through the open handles of the arena.
     *
     * @param offset of the first byte, in the arena
     * @param bytes how many
     * @return whether a handle of one of the pages is open
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "of the handles")
    public boolean isPinned(long offset, long bytes) {
        long end = offset + bytes;
        return handles.pins(null).stream().anyMatch(record -> {
            long from = (record.unit().firstPage() + record.first()) << Reservation.PAGE_SHIFT;
            return from < end && offset < from + (record.count() << Reservation.PAGE_SHIFT);
        });
    }

    /**
     * The pins that are open.
     *
     * @return a copy, in no order
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "of the handles")
    public List<PinReport> open() {
        return handles.pins(null).stream().map(PinReport::of).toList();
    }

    /**
     * What was counted in this arena.
     *
     * @return exact if nobody pins meanwhile
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "of the handles")
    public PinStats stats() {
        OpenHandles.Totals totals = handles.totals();
        return new PinStats(totals.opened(), totals.closed(), totals.held(), leaked.get());
    }

    /**
     * What was counted in all arenas of the process, closed ones too.
     *
     * @return exact if nobody pins meanwhile
     */
    @Operation(threads = Operation.Threads.ANY)
    public static PinStats totalStats() {
        return new PinStats(ACQUIRED.sum(), RELEASED.sum(), HELD.sum(), LEAKED.sum());
    }

    /**
     * Records from now on where handles are made, for reports: some us each.
     *
     * @param wanted whether to
     */
    public void recordSites(boolean wanted) {
        sites = wanted;
    }

    /**
     * Who is told of handles that are collected while open, instead of the log. Called by a thread of its own, after the
     * release.
     *
     * @param listener must not throw
     */
    public void onLeak(Consumer<PinReport> listener) {
        leakListener = Objects.requireNonNull(listener, "listener");
    }

    // ---- kinds of pages ---------------------------------------------------------------------------------------------

    /**
     * Says what kind of pages a range has. What is pinned stays pinned.
     *
     * @param range as handed out
     * @param kind not {@link PageKind#MOVABLE}, for which there is {@link #declareMovable}
     * @throws RangeBusyException if it is pinned long-term already, and would not be as this kind; or is being discarded
     * @throws StaleHandleException if the range was freed, or is being freed
     * @throws IllegalArgumentException if another arena handed it out, or it is to be movable
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = {
            RangeBusyException.class, StaleHandleException.class, IllegalArgumentException.class,
            ArenaClosedException.class})
    public void declare(PageRange range, PageKind kind) {
        declare(range, switch (kind) {
            case ORDINARY -> null;
            case TRANSIENT -> Obstacle.TRANSIENT;
            case EVICTABLE -> Obstacle.EVICTABLE;
            case TRACKED_FILE -> Obstacle.TRACKED_FILE;
            case MOVABLE -> throw new IllegalArgumentException("kind=MOVABLE: needs a mover; see declareMovable");
        });
        forget(range);
    }

    /**
     * Says that a range is to be moved before it is pinned long-term. Who asks for such a pin then calls the mover, up to three
     * times if the new place is movable too, and pins the new place; {@link Pin#range} says which.
     *
     * @param range as handed out
     * @param mover moves it
     * @throws RangeBusyException if it is pinned long-term already, or is being discarded
     * @throws StaleHandleException if the range was freed, or is being freed
     * @throws IllegalArgumentException if another arena handed it out
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = {
            RangeBusyException.class, StaleHandleException.class, IllegalArgumentException.class,
            ArenaClosedException.class})
    public void declareMovable(PageRange range, PageMover mover) {
        Objects.requireNonNull(mover, "mover");
        declare(range, Obstacle.MOVABLE);
        synchronized (handles) {
            Map<PageRange, PageMover> more = new HashMap<>(movers);
            more.put(range, mover);
            movers = Map.copyOf(more);
        }
    }

    private void declare(PageRange range, @Nullable Obstacle obstacle) {
        boolean done = pages.<Boolean>withPins(range, (lease, unit) -> unit != null && unit.forbidLongTerm(obstacle));
        if (!done) {
            throw new RangeBusyException(name() + ": " + range + " is pinned long-term, or busy", null);
        }
    }

    private void forget(PageRange range) {
        synchronized (handles) {
            Map<PageRange, PageMover> fewer = new HashMap<>(movers);
            fewer.remove(range);
            movers = Map.copyOf(fewer);
        }
    }

    /**
     * Says that the memory of a page is broken: nobody pins it any more, until the range is freed.
     *
     * @param range as handed out
     * @param page counted from the range's first, less than 2^31
     * @throws RangeBusyException if the range is being discarded, or belongs to a lazy area
     * @throws StaleHandleException if the range was freed, or is being freed
     * @throws IllegalArgumentException if another arena handed it out, or it has no such page
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = {
            RangeBusyException.class, StaleHandleException.class, IllegalArgumentException.class,
            ArenaClosedException.class})
    public void poison(PageRange range, long page) {
        checkPart(range, page, 1);
        boolean done = page <= Integer.MAX_VALUE && pages.<Boolean>withPins(range, (lease, unit) -> {
            if (unit != null) {
                unit.poison((int) page);
            }
            return unit != null;
        });
        if (!done) {
            throw new RangeBusyException(name() + ": " + range + " is being discarded, or belongs to a lazy area",
                    null);
        }
    }

    /**
     * Tries again to free ranges whose deferred free failed.
     *
     * @return how many ranges wait to be freed: for their pins, or because the system failed again
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "page lock", errors = ArenaClosedException.class)
    public int drain() {
        return pages.drainDoomed();
    }
}
