package org.quern.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.kapi.linux.Userfault;
import org.quern.vmap.fault.AreaViews;
import org.quern.vmap.fault.ArenaFaultDescriptor;
import org.quern.vmap.fault.FaultCounters;
import org.quern.vmap.fault.FaultEngine;
import org.quern.vmap.fault.Fill;
import org.quern.vmap.fault.FillFailure;
import org.quern.vmap.fault.FillStates;
import org.quern.vmap.fault.PageDiscard;
import org.quern.vmap.fault.PageSource;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.reserve.ReservationFailure;

/**
 * Memory of an arena whose content comes from a {@link FaultHandler}, page by page, when it is first needed; and goes again
 * when it is discarded. The thread that needs a page fills it, before it touches it; threads that need it at the same time
 * wait for that.
 *
 * <p>
 * Guarantees.
 * <ol>
 * <li>{@link #access} returns a segment all of whose bytes hold what the handler gave for them, or what was written to them
 * since. A segment never shows an absent page: before a page is discarded every segment ends, and throws
 * IllegalStateException from then on; ask for another.
 * <li>A page appears as a whole. For each time that it is absent and needed, one handler call at a time is under way; it
 * becomes present once, whoever races.
 * <li>A failure leaves the page absent and reaches everybody who waited, each as a {@link FaultException} of his own.
 * <li>Nothing hangs: handlers that do not end are given up at the deadline; waiting ends with interruption, and with
 * {@link #close}.
 * <li>What the filling thread did before its handler returned happens-before every access to the page.
 * </ol>
 *
 * <p>
 * Modified pages stay modified until they are discarded; nothing is written back.
 *
 * <p>
 * <b>Faults.</b> Where the system has userfaultfd the pages are published by it, and an access that was not checked (there is
 * none through this class) would be an error, not zeros. No page fault is ever answered by another thread: with a Java
 * thread that would hang the virtual machine at its next collection. See docs/faults.md.
 *
 * <p>
 * <b>Costs.</b> The check of a page that is present is some 1 ns, over a load through a segment that another
 * thread may replace. A fill costs the handler, a copy, and about 1 us a page in
 * runs; {@link #discard} that finds pages present ends the segments, a handshake with every thread of the virtual machine:
 * discard many pages at once. Books: a byte off the heap for each page, in memory only where pages were ever
 * needed.
 */
@Operation(threads = Operation.Threads.ANY)
public final class LazyArea implements AutoCloseable {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private final VmapArena arena;
    private final String name;
    private final long bytes;
    private final PageRange range;
    private final FaultHandler handler;
    private final @Nullable ArenaFaultDescriptor faults;
    private final FaultEngine engine;
    private final FillStates states;
    private final AreaViews views;
    private final PageDiscard discards;
    private final ReentrantLock closing = new ReentrantLock();
    private boolean registered = true; // guarded by closing
    private volatile boolean closed; // written under closing, when nothing is left to do

    private LazyArea(VmapArena arena, PageRange range, LazyAreaOptions options, FaultHandler handler,
            @Nullable ArenaFaultDescriptor faults) {
        this.arena = arena;
        this.name = options.name();
        this.bytes = options.bytes();
        this.range = range;
        this.handler = handler;
        this.faults = faults;
        LazyMemory memory = new LazyMemory(arena, range, faults, options.fillsAreClean());
        this.engine = new FaultEngine(name, bytes, options.policy(), memory, new Source());
        this.states = engine.states();
        this.views = new AreaViews(states, scope -> memory.view(bytes, scope));
        this.discards = new PageDiscard(engine, memory, views);
    }

    /**
     * Opens an area in pages of its own. Nothing is filled. Some 20 us, and 30 more, and three mappings, for an area above
     * 256 MiB.
     *
     * @param arena where the pages are from
     * @param options what it is to be
     * @param handler its content; closed with the area, also if opening fails
     * @return the area
     * @throws ArenaExhaustedException if the arena has no run of pages that is long enough, or its budget is spent
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock, lifecycle lock", errors = {
            ArenaExhaustedException.class, ArenaClosedException.class})
    public static LazyArea open(VmapArena arena, LazyAreaOptions options, FaultHandler handler) {
        Objects.requireNonNull(handler, "handler");
        Objects.requireNonNull(options, "options");
        LazyArea opened = null;
        PageRange range = null;
        ArenaFaultDescriptor faults = null;
        try {
            range = arena.allocatePages(Reservation.roundUpToPages(options.bytes()) >>> Reservation.PAGE_SHIFT);
            arena.lazyParts().begin(range); // before pages are registered: who reads the arena does not touch them
            faults = options.software() ? null : register(arena, range);
            opened = new LazyArea(arena, range, options, handler, faults);
            arena.pageSpace().claim(range, "lazy area " + options.name());
            arena.add(opened);
            arena.lazyParts().bind(range, opened);
            opened.engine.watchDeadlines();
            return opened;
        } finally {
            if (opened == null) {
                handler.close();
                if (range != null) {
                    unregister(faults, range);
                    arena.lazyParts().end(range);
                    arena.free(range);
                }
            }
        }
    }

    /** Null where the system has no userfaultfd, or the budget of mappings is spent: then pages are copied in. */
    private static @Nullable ArenaFaultDescriptor register(VmapArena arena, PageRange range) {
        ArenaFaultDescriptor faults = arena.faultDescriptor();
        if (faults == null) {
            return null;
        }
        try {
            faults.register(range.offset(), range.bytes(), Userfault.REGISTER_MISSING);
            return faults;
        } catch (ReservationFailure spent) {
            return null;
        }
    }

    private static void unregister(@Nullable ArenaFaultDescriptor faults, PageRange range) {
        if (faults == null) {
            return;
        }
        try {
            faults.unregister(range.offset(), range.bytes(), Userfault.REGISTER_MISSING);
        } catch (ReservationFailure e) {
            throw new IllegalStateException("a whole span needs no further mapping", e);
        }
    }

    /** The handler as the engine sees it. */
    private final class Source implements PageSource {
        @Override
        public long fill(Fill fill, MemorySegment target) throws Exception {
            try {
                return handler.fill(new FaultRequest(fill, target));
            } catch (FaultException e) {
                if (e.getCause() instanceof FillFailure inside && inside.reason() == FillFailure.Reason.RECURSION) {
                    throw inside;
                }
                throw e;
            }
        }

        @Override
        public boolean isAsynchronous() {
            return handler instanceof RemoteFaultHandler;
        }

        @Override
        public @Nullable CompletionStage<? extends MemorySegment> begin(Fill fill) throws Exception {
            return handler instanceof RemoteFaultHandler remote
                    ? remote.begin(new FaultRequest(fill, MemorySegment.NULL))
                    : null;
        }
    }

    // ---- access ---------------------------------------------------------------------------------------------------

    /**
     * Makes a part present, and shows it. What is absent is filled by this thread, what others are filling is waited for.
     * The segment stays valid until any page of the area is discarded, or the area closed; then it throws
     * IllegalStateException, and this method is to be called again.
     *
     * @param offset of the first byte, 0 or more
     * @param length bytes, 0 or more, within the area
     * @return these bytes, accessible by every thread; never faulting
     * @throws IndexOutOfBoundsException if the part is not within the area
     * @throws FaultException if a page of it cannot be had
     * @throws ArenaClosedException if the area or its arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, errors = {
            IndexOutOfBoundsException.class, FaultException.class, ArenaClosedException.class})
    public MemorySegment access(long offset, long length) {
        MemorySegment view = views.presentInOnePage(offset, length);
        if (view != null) {
            try {
                return view.asSlice(offset, length);
            } catch (IndexOutOfBoundsException beyondTheEnd) {
                // as checkPart says
            }
        }
        checkPart(offset, length);
        return present(offset, length).asSlice(offset, length);
    }

    /** The whole area in a view in which the part was present when the view was current. */
    private MemorySegment present(long offset, long length) {
        long first = offset >>> Reservation.PAGE_SHIFT;
        long end = (offset + length + Reservation.PAGE_BYTES - 1) >>> Reservation.PAGE_SHIFT;
        while (true) {
            MemorySegment view = views.currentVolatile(); // before the states: see AreaViews
            if (states.firstNotPresent(first, end) >= end) {
                return view;
            }
            require(first, end);
        }
    }

    private void require(long first, long end) {
        try {
            engine.require(first, end);
        } catch (FillFailure failure) {
            throw FaultException.of(name, failure);
        }
    }

    private void checkPart(long offset, long length) {
        if (offset < 0 || length < 0 || offset > bytes - length) {
            throw new IndexOutOfBoundsException("offset=" + offset + ", length=" + length
                    + ": not within lazy area " + name + " of " + bytes + " bytes");
        }
    }

    /**
     * Reads a long in native byte order, of any alignment; as {@link #access}, and goes on where a discard comes between.
     *
     * @param offset of its first byte
     * @return the value
     * @throws IndexOutOfBoundsException if it is not within the area
     * @throws FaultException if its page cannot be had
     * @throws ArenaClosedException if the area or its arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, errors = {
            IndexOutOfBoundsException.class, FaultException.class, ArenaClosedException.class})
    public long getLong(long offset) {
        MemorySegment view = views.presentInOnePage(offset, Long.BYTES);
        if (view != null) {
            try {
                return view.get(LONG, offset);
            } catch (IllegalStateException | IndexOutOfBoundsException endedOrBeyond) {
                // below
            }
        }
        return getLongSlowly(offset);
    }

    private long getLongSlowly(long offset) {
        checkPart(offset, Long.BYTES);
        while (true) {
            MemorySegment view = present(offset, Long.BYTES);
            try {
                return view.get(LONG, offset);
            } catch (IllegalStateException ended) {
                checkOpen();
            }
        }
    }

    /**
     * Writes a long in native byte order, of any alignment; as {@link #access}, and goes on where a discard comes between. A
     * value written while its page is being discarded may go with the page.
     *
     * @param offset of its first byte
     * @param value what to write
     * @throws IndexOutOfBoundsException if it is not within the area
     * @throws FaultException if its page cannot be had
     * @throws ArenaClosedException if the area or its arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, errors = {
            IndexOutOfBoundsException.class, FaultException.class, ArenaClosedException.class})
    public void setLong(long offset, long value) {
        MemorySegment view = views.presentInOnePage(offset, Long.BYTES);
        if (view != null) {
            try {
                view.set(LONG, offset, value);
                return;
            } catch (IllegalStateException | IndexOutOfBoundsException endedOrBeyond) {
                // below
            }
        }
        setLongSlowly(offset, value);
    }

    private void setLongSlowly(long offset, long value) {
        checkPart(offset, Long.BYTES);
        while (true) {
            MemorySegment view = present(offset, Long.BYTES);
            try {
                view.set(LONG, offset, value);
                return;
            } catch (IllegalStateException ended) {
                checkOpen();
            }
        }
    }

    /**
     * Copies bytes out; as {@link #access}, and goes on where a discard comes between.
     *
     * @param offset of the first byte
     * @param target as many bytes as are wanted
     * @throws IndexOutOfBoundsException if they are not within the area
     * @throws FaultException if a page cannot be had; part may have been copied
     * @throws ArenaClosedException if the area or its arena is closed
     * @throws IllegalStateException if the target's scope has ended
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, faults = Operation.Faults.MAY, errors = {
            IndexOutOfBoundsException.class, FaultException.class, ArenaClosedException.class,
            IllegalStateException.class})
    public void read(long offset, MemorySegment target) {
        checkPart(offset, target.byteSize());
        while (true) {
            MemorySegment view = present(offset, target.byteSize());
            try {
                MemorySegment.copy(view, offset, target, 0, target.byteSize());
                return;
            } catch (IllegalStateException ended) {
                if (!target.scope().isAlive()) {
                    throw ended;
                }
                checkOpen();
            }
        }
    }

    /** Copies what is there, and zeros for pages that are absent; no page is discarded meanwhile. Fills nothing. */
    void readPresent(long offset, MemorySegment target) {
        discards.exclude(() -> {
            MemorySegment view = views.currentVolatile(); // before the states: see AreaViews
            long end = offset + target.byteSize(); // may lie in the rest of the last page, behind the area
            for (long at = offset; at < end;) {
                long page = at >>> Reservation.PAGE_SHIFT;
                long absent = states.firstNotPresent(page, ((end - 1) >>> Reservation.PAGE_SHIFT) + 1);
                long there = view.scope().isAlive()
                        ? Math.min(Math.min(absent << Reservation.PAGE_SHIFT, end), bytes)
                        : 0;
                long next = there > at ? there : Math.min(end, (page + 1) << Reservation.PAGE_SHIFT);
                MemorySegment part = target.asSlice(at - offset, next - at);
                if (there > at) {
                    part.copyFrom(view.asSlice(at, next - at));
                } else {
                    part.fill((byte) 0);
                }
                at = next;
            }
        });
    }

    /**
     * Whether every page of a part is present now. Another thread may discard or fill pages at any time.
     *
     * @param offset of the first byte
     * @param length bytes
     * @return true if an access would not wait
     * @throws IndexOutOfBoundsException if the part is not within the area
     */
    @Operation(threads = Operation.Threads.ANY, errors = IndexOutOfBoundsException.class)
    public boolean isPresent(long offset, long length) {
        checkPart(offset, length);
        long end = (offset + length + Reservation.PAGE_BYTES - 1) >>> Reservation.PAGE_SHIFT;
        return states.firstNotPresent(offset >>> Reservation.PAGE_SHIFT, end) >= end;
    }

    // ---- before and after -----------------------------------------------------------------------------------------

    /**
     * Makes a part present without showing it. Content that comes later ({@link FaultHandler#remote}) is fetched all at once;
     * a handler is asked for one run after the other, by this thread. Pages may be discarded again before they are used.
     *
     * @param offset of the first byte
     * @param length bytes
     * @throws IndexOutOfBoundsException if the part is not within the area
     * @throws FaultException of the first page that cannot be had; others were filled, or are
     * @throws ArenaClosedException if the area or its arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, errors = {
            IndexOutOfBoundsException.class, FaultException.class, ArenaClosedException.class})
    public void prefetch(long offset, long length) {
        checkPart(offset, length);
        long first = offset >>> Reservation.PAGE_SHIFT;
        long end = (offset + length + Reservation.PAGE_BYTES - 1) >>> Reservation.PAGE_SHIFT;
        new Prefetch(engine, handler instanceof RemoteFaultHandler).run(first, end, this::require);
    }

    /**
     * Takes pages out of memory: what was written to them is gone, and their next access asks the handler again. Ends every
     * segment of the area, if any page was present, and lifts poison. A fill under way is not waited for; its content is thrown
     * away, and whoever waits for it asks again.
     *
     * @param offset of the first byte
     * @param length bytes; every page that the part touches is discarded, as a whole
     * @return how many bytes of memory were given back
     * @throws IndexOutOfBoundsException if the part is not within the area
     * @throws RangeBusyException if a system call of another thread uses a segment of the area; the pages stay as they are.
     *         Segments of the area may have ended
     * @throws KernelException if the system does not take the memory back, which is so for pages locked by mlock(2); pages
     *         stay present, in part perhaps as zeros
     * @throws FaultException if the caller is the handler that is filling one of the pages
     * @throws ArenaClosedException if the area or its arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "discard lock", errors = {
            IndexOutOfBoundsException.class, RangeBusyException.class, KernelException.class, FaultException.class,
            ArenaClosedException.class})
    public long discard(long offset, long length) {
        checkPart(offset, length);
        checkOpen();
        try {
            long end = (offset + length + Reservation.PAGE_BYTES - 1) >>> Reservation.PAGE_SHIFT;
            long pages = discards.discard(offset >>> Reservation.PAGE_SHIFT, end);
            if (pages < 0) {
                throw busy();
            }
            return pages << Reservation.PAGE_SHIFT;
        } catch (FillFailure failure) {
            throw FaultException.of(name, failure);
        }
    }

    /**
     * Refuses pages: they are discarded, and every access to them is a {@link FaultException} of kind
     * {@link FaultException.Kind#POISONED} until they are discarded again. Who waits for one of them gets the same.
     *
     * @param offset of the first byte
     * @param length bytes; every page that the part touches is poisoned, as a whole
     * @param why for the message
     * @throws IndexOutOfBoundsException if the part is not within the area
     * @throws RangeBusyException if a system call of another thread uses a segment of the area; the pages stay as they are
     * @throws KernelException as {@link #discard}
     * @throws FaultException if the caller is the handler that is filling one of the pages
     * @throws ArenaClosedException if the area or its arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "discard lock", errors = {
            IndexOutOfBoundsException.class, RangeBusyException.class, KernelException.class, FaultException.class,
            ArenaClosedException.class})
    public void poison(long offset, long length, String why) {
        checkPart(offset, length);
        Objects.requireNonNull(why, "why");
        checkOpen();
        try {
            long end = (offset + length + Reservation.PAGE_BYTES - 1) >>> Reservation.PAGE_SHIFT;
            if (!discards.poison(offset >>> Reservation.PAGE_SHIFT, end, why)) {
                throw busy();
            }
        } catch (FillFailure failure) {
            throw FaultException.of(name, failure);
        }
    }

    private RangeBusyException busy() {
        return new RangeBusyException("lazy area " + name + ": a system call of another thread uses a segment", null);
    }

    // ---- asking ---------------------------------------------------------------------------------------------------

    /**
     * The size.
     *
     * @return bytes, 1 or more
     */
    public long bytes() {
        return bytes;
    }

    /**
     * The pages of the area. They belong to the area: the arena refuses to free, decommit or show
     * them ({@link RangeBusyException}) until it is closed.
     *
     * @return the range
     */
    public PageRange range() {
        return range;
    }

    /**
     * What was done so far. Sums counters; does not wait.
     *
     * @return a snapshot
     */
    public LazyAreaStats stats() {
        FaultCounters counters = engine.counters();
        return new LazyAreaStats(name, bytes, counters.present() << Reservation.PAGE_SHIFT, counters.fills(),
                counters.filledPages() << Reservation.PAGE_SHIFT, counters.waits(), counters.failures(),
                counters.retries(), counters.timeouts(), counters.discardedPages() << Reservation.PAGE_SHIFT,
                faults != null);
    }

    /**
     * Name, size and what is present.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return "lazy area " + name + " (" + bytes + " bytes, " + (engine.counters().present() << Reservation.PAGE_SHIFT)
                + " present" + (engine.isClosed() ? ", closed)" : ")");
    }

    // ---- close ----------------------------------------------------------------------------------------------------

    private void checkOpen() {
        if (engine.isClosed()) {
            throw new ArenaClosedException("lazy area " + name);
        }
    }

    boolean isClosed() {
        return closed;
    }

    /** Everything but giving the pages back; for {@link VmapArena#close}. False if a segment is in use. */
    boolean tryEnd() {
        engine.close(); // handlers under way are given up; nothing is waited for
        if (!discards.tryEndViews()) {
            return false;
        }
        handler.close();
        return true;
    }

    /**
     * Closes the area: gives up every fill, wakes everybody who waits (with ArenaClosedException), ends every segment, closes
     * the handler and gives the pages back to the arena. Waits until no thread is inside an access; not for handlers.
     * Idempotent.
     *
     * @throws RangeBusyException if a system call of another thread uses a segment; nothing more can be accessed, and calling
     *         close again completes it
     * @throws KernelException if the system does not take the memory back; calling close again tries once more
     */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "page lock", errors = {
            RangeBusyException.class, KernelException.class})
    public void close() {
        closing.lock();
        try {
            if (closed) {
                return;
            }
            if (!tryEnd()) {
                throw busy();
            }
            try {
                giveBack();
            } catch (IllegalStateException e) {
                if (arena.pageSpace().isOpen()) {
                    throw e;
                } // else the arena was closed, and has given back everything
            }
            closed = true;
        } finally {
            closing.unlock();
        }
    }

    private void giveBack() {
        arena.pageSpace().checkOpen();
        if (registered) {
            unregister(faults, range);
            arena.lazyParts().end(range);
            registered = false;
        }
        arena.pageSpace().claim(range, null);
        arena.free(range);
    }

    /** Checks the books, for tests; the caller lets nothing run. */
    void verify() {
        engine.verifyQuiet();
    }
}
