package org.quern.vmap;

import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.vmap.fault.ArenaFaultDescriptor;
import org.quern.vmap.fault.FaultSupport;
import org.quern.vmap.page.Lease;
import org.quern.vmap.page.PageBudget;
import org.quern.vmap.reserve.Backing;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.reserve.ResidentMemory;
import org.quern.vmap.track.TrackedSpans;

/**
 * An arena over a large piece of address space that costs memory only where it is touched: pages are populated, with
 * zeros, by the system on first touch.
 *
 * <p>
 * Three ways to get memory from it:
 * <ul>
 * <li>{@link #allocatePages}: runs of pages that are given back one by one with {@link #free}. {@link #segment} makes them
 * accessible; the segment throws once the range is freed.
 * <li>{@link #allocate(long, long)}: this is a {@link Arena}, so any code that takes one can use it; such memory lives
 * until {@link #close}. Small pieces cost a compare-and-set.
 * <li>{@link #blockPool}: equal blocks that are taken and given back in a few ns.
 * </ul>
 *
 * <p>
 * Guarantees.
 * <ol>
 * <li>What is handed out reads as zeros. No two live handles share a byte.
 * <li>An access through a segment either reaches the memory of its own range, piece or block, or throws
 * IllegalStateException; whatever other threads free or close meanwhile. It never faults and never shows the bytes of a
 * later owner.
 * <li>When {@link #free} or {@link #close} returns, no access is inside the memory concerned, and the memory has been given
 * back to the system. The address space stays reserved until the arena and everything made of it is unreachable.
 * <li>A refused call has changed nothing. A call that the system fails (KernelException) loses nothing: what holds then
 * stands with the method.
 * <li>Actions before {@code free(r)} happen-before actions after the call that hands out any page of {@code r} again.
 * </ol>
 *
 * <p>
 * <b>Threads and locks.</b> All methods may be called by any thread, any number at once. Calls that work on pages take the
 * <em>page lock</em>, for less than a microsecond but when the books double or the arena closes; waiting for readers and
 * decommitting happen outside it. Opening a pool and closing the arena exclude each other by the <em>lifecycle lock</em>.
 *
 * <p>
 * <b>Faults.</b> No method touches the memory it hands out or takes back. The first access to a page by its owner does: the
 * system then populates it, in about a microsecond, and may kill the process if it has no memory left.
 *
 * <p>
 * <b>Costs.</b> {@link #free} of a range that was never shown by {@link #segment} is one {@code madvise}, about 2 us and
 * 0.26 us per populated page. If it was shown, its scope must be closed first, which is a handshake with every thread of
 * the virtual machine: some 10 us more. That is the price of guarantee 2; blocks of a pool and pieces from
 * {@code allocate} do not pay it, because they are not given back to anybody else.
 */
@Operation(threads = Operation.Threads.ANY)
public final class VmapArena implements Arena {
    private static final AtomicLong NEXT_NUMBER = new AtomicLong();

    private final String name;
    private final long wishedBytes;
    private final Reservation reservation;
    private final PageBudget budget;
    private final PageSpace pages;
    private final Scratch scratch;
    private final Arena scope = Arena.ofShared();
    private final MemorySegment memory;

    // Held to open a pool, and throughout close(): a pool opened while the arena closes would be forgotten.
    private final ReentrantLock lifecycle = new ReentrantLock();
    private final List<BlockPool> pools = new ArrayList<>(); // guarded by lifecycle
    private int poolCount; // guarded by lifecycle
    private final List<SizeClassAllocator> allocators = new ArrayList<>(); // guarded by lifecycle
    private final List<LazyArea> lazyAreas = new ArrayList<>(); // guarded by lifecycle
    private final LazyParts lazyParts = new LazyParts();
    private volatile @Nullable TrackedSpans tracked; // written under lifecycle; null until writes are tracked
    private volatile @Nullable PagePins pins; // written under lifecycle; null until asked for
    private @Nullable ArenaFaultDescriptor faults; // guarded by lifecycle; null until asked for, or where there is none

    private VmapArena(ArenaOptions options) {
        this.name = options.name();
        this.wishedBytes = options.reserveBytes();
        this.reservation = AddressSpaceException.reserve(options.backEnd(), name, wishedBytes, options.leastBytes());
        this.budget = new PageBudget(options.budgetPages());
        this.pages = new PageSpace(options, NEXT_NUMBER.incrementAndGet(), reservation, budget);
        this.scratch = new Scratch(pages);
        this.memory = reservation.segment(scope);
        reservation.adviseHugePages(options.hugePages());
    }

    /**
     * Opens an arena. Reserves address space, commits nothing: some 50 us whatever the size, and the first one of a process
     * reads {@code vm.max_map_count}. Where the process holds too many mappings it asks for a collection and waits for
     * forgotten arenas to be unmapped, half a second at most; an interrupt ends the wait and stays set.
     *
     * @param options what it is to be
     * @return the arena
     * @throws AddressSpaceException if the system has no room or the process holds too many mappings, or the back end asked
     *         for is not available
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = AddressSpaceException.class)
    public static VmapArena open(ArenaOptions options) {
        return new VmapArena(Objects.requireNonNull(options, "options"));
    }

    // ---- pages ----------------------------------------------------------------------------------------------------

    /**
     * Hands out a run of pages, zeroed and unpopulated: the smallest free run that is long enough, at the lowest place.
     * Does not block but for the page lock, does not touch the pages. Less than 1 us.
     *
     * @param count how many, 1 or more
     * @return the range
     * @throws IllegalArgumentException if {@code count} is not positive
     * @throws ArenaExhaustedException if no free run is long enough or the budget is spent
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = {
            IllegalArgumentException.class, ArenaExhaustedException.class, ArenaClosedException.class})
    public PageRange allocatePages(long count) {
        return switch (tryAllocatePages(count)) {
            case PageRange range -> range;
            case Shortage shortage -> throw new ArenaExhaustedException(shortage);
        };
    }

    /**
     * As {@link #allocatePages}, with the shortage as a result instead of an exception. Same cost, same waiting.
     *
     * @param count how many, 1 or more
     * @return the range, or what was missing
     * @throws IllegalArgumentException if {@code count} is not positive
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = {
            IllegalArgumentException.class, ArenaClosedException.class})
    public PageAllocation tryAllocatePages(long count) {
        if (count < 1) {
            throw new IllegalArgumentException("count=" + count + ": must be positive");
        }
        return pages.tryAllocate(count, 1);
    }

    /**
     * As {@link #tryAllocatePages(long)}, at an aligned address: huge pages need ranges that begin at a multiple of 2 MiB.
     *
     * @param count how many, 1 or more
     * @param byteAlignment a power of two; less than a page is a page
     * @return the range, or what was missing
     * @throws IllegalArgumentException if {@code count} is not positive or the alignment not a power of two
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = {
            IllegalArgumentException.class, ArenaClosedException.class})
    public PageAllocation tryAllocatePages(long count, long byteAlignment) {
        if (count < 1) {
            throw new IllegalArgumentException("count=" + count + ": must be positive");
        }
        checkAlignment(byteAlignment);
        return pages.tryAllocate(count, Math.max(1, byteAlignment >>> Reservation.PAGE_SHIFT));
    }

    private static void checkAlignment(long byteAlignment) {
        if (byteAlignment <= 0 || (byteAlignment & (byteAlignment - 1)) != 0) {
            throw new IllegalArgumentException("byteAlignment=" + byteAlignment + ": must be a power of two");
        }
    }

    /**
     * Populates a range now, so that no later touch has to wait for it: 1.3 us for each page of 4 KiB, far less with huge
     * pages. What the range holds stays. Where the system cannot be asked to (Linux before 5.14, {@link BackEnd#PORTABLE})
     * each page is touched, by a write that changes nothing.
     *
     * @param range as handed out
     * @return how much is populated; or a {@link Shortage}, and nothing was touched, if the machine has not that much memory
     *         to give at this moment
     * @throws StaleHandleException if it was freed, or is being freed
     * @throws IllegalArgumentException if another arena handed it out
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "page lock", errors = {
            StaleHandleException.class, IllegalArgumentException.class, ArenaClosedException.class})
    public Population populate(PageRange range) {
        return pages.populate(range);
    }

    /**
     * Asks for huge pages (2 MiB) in a range: advises the system, makes huge pages of what is populated already, and
     * measures what came of it. Best for ranges allocated at an alignment of 2 MiB; follow it by {@link #populate}, or ask again
     * after touching. Costs a system call or three, some ms for each 2 MiB that must be moved, and until the range is freed
     * two mappings of the process's budget, unless the arena uses huge pages anyway. Where there are none, nothing changes.
     *
     * @param range as handed out
     * @return what was obtained
     * @throws StaleHandleException if it was freed, or is being freed
     * @throws IllegalArgumentException if another arena handed it out
     * @throws RangeBusyException if it is pinned: its pages would be moved; nothing was changed
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "page lock", errors = {
            StaleHandleException.class, IllegalArgumentException.class, RangeBusyException.class,
            ArenaClosedException.class})
    public HugePages useHugePages(PageRange range) {
        return pages.useHugePages(range);
    }

    /**
     * How much of a range is in memory, as the system says (PAGEMAP_SCAN): about a microsecond, and 0.5 ms for a populated GiB.
     * Where it cannot be asked: all of it, the upper bound.
     *
     * @param range as handed out
     * @return bytes; pages that were only read do not count
     * @throws StaleHandleException if it was freed, or is being freed
     * @throws IllegalArgumentException if another arena handed it out
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "page lock", errors = {
            StaleHandleException.class, IllegalArgumentException.class, ArenaClosedException.class})
    public long measureResidentBytes(PageRange range) {
        return pages.measureResident(range);
    }

    /**
     * The range that an address lies in, for instance the address of a segment, or one that a native library reports.
     *
     * @param address any
     * @return the range; empty if the address lies in none that is handed out: it is not this arena's, its range was freed,
     *         or it belongs to a guard or a piece
     * @throws ArenaClosedException if the arena is closed, and the address lies in its reservation
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = ArenaClosedException.class)
    public Optional<PageRange> findRange(long address) {
        return Optional.ofNullable(pages.find(address));
    }

    /**
     * Makes all freed address space available again that {@link ArenaOptions#quarantine} still keeps. To be called when nobody
     * can hold an old address any more.
     *
     * @return bytes of address space
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = ArenaClosedException.class)
    public long flushQuarantine() {
        return pages.flushQuarantine();
    }

    /**
     * Gives a range back: ends its segments, gives its memory back to the system, and makes its pages available again, in
     * this order. Blocks until no thread is inside an access to a segment of the range (microseconds), and while the system
     * takes the memory back: some 2 us, 0.26 us for each populated page, and 10 to 20 us if the range was shown as a segment.
     *
     * @param range as handed out
     * @throws StaleHandleException if it was freed before, or is being freed
     * @throws IllegalArgumentException if another arena handed it out
     * @throws RangeBusyException if it is pinned, a system call of another thread uses one of its segments, or another thread
     *         is decommitting it; nothing was changed
     * @throws KernelException if the system does not take the memory back, which is so for pages locked by mlock(2). The
     *         segments have ended; the range is still handed out, and can be freed again
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "page lock", errors = {
            StaleHandleException.class, IllegalArgumentException.class, RangeBusyException.class, KernelException.class,
            ArenaClosedException.class})
    public void free(PageRange range) {
        pages.free(range);
    }

    /**
     * As {@link #free}, but a range that is pinned is freed when its last pin is closed, by the thread that closes it. Either
     * way it is gone for its owner: the handle is stale, and nobody pins it any more. Its segments end when it is freed. If
     * the system then fails, {@link PagePins#drain} tries again.
     *
     * @param range as handed out
     * @return whether it was freed or will be
     * @throws StaleHandleException if it was freed before, or is being freed
     * @throws IllegalArgumentException if another arena handed it out
     * @throws RangeBusyException if it is pinned long-term, and as {@link #free}; nothing was changed
     * @throws KernelException as {@link #free}
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "page lock", errors = {
            StaleHandleException.class, IllegalArgumentException.class, RangeBusyException.class, KernelException.class,
            ArenaClosedException.class})
    public FreeOutcome freeWhenUnpinned(PageRange range) {
        return pages.free(range, true);
    }

    /**
     * The pins of this arena. Costs nothing until something is pinned.
     *
     * @return the same for each call
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "lifecycle lock")
    public PagePins pins() {
        PagePins made = pins;
        if (made != null) {
            return made;
        }
        lifecycle.lock();
        try {
            PagePins fresh = pins;
            if (fresh == null) {
                fresh = new PagePins(pages, (offset, bytes) -> {
                    TrackedSpans spans = tracked;
                    if (spans != null) {
                        spans.written(offset, bytes);
                    }
                });
                pins = fresh;
            }
            return fresh;
        } finally {
            lifecycle.unlock();
        }
    }

    /**
     * Gives the memory of a range back to the system but keeps the range: it reads as zeros from now on, and a later touch
     * populates it again. Its segments stay valid; threads that access them at the same time see old bytes or zeros.
     * Blocks while the system takes the memory back: some 2 us, and 0.26 us for each populated page.
     *
     * @param range as handed out
     * @throws StaleHandleException if it was freed, or is being freed
     * @throws IllegalArgumentException if another arena handed it out
     * @throws RangeBusyException if it is pinned; nothing was changed
     * @throws KernelException if the system does not take the memory back, which is so for pages locked by mlock(2); the
     *         range stays as it is, in part perhaps already zeros
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "page lock", errors = {
            StaleHandleException.class, IllegalArgumentException.class, RangeBusyException.class, KernelException.class,
            ArenaClosedException.class})
    public void decommit(PageRange range) {
        pages.decommit(range);
    }

    /**
     * A range as a segment. It throws IllegalStateException once the range is freed or the arena closed. The first call
     * for a range makes a scope of its own; later calls return the same segment. Does not block but for the page lock, and
     * touches nothing; an access through the segment may fault.
     *
     * @param range as handed out
     * @return all bytes of the range, accessible by every thread
     * @throws StaleHandleException if it was freed, or is being freed
     * @throws IllegalArgumentException if another arena handed it out
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = {
            StaleHandleException.class, IllegalArgumentException.class, ArenaClosedException.class})
    public MemorySegment segment(PageRange range) {
        return pages.segment(range);
    }

    // ---- java.lang.foreign.Arena ----------------------------------------------------------------------------------

    /**
     * Hands out zeroed memory that lives until {@link #close}. Pieces up to a quarter of 64 KiB are cut from a common
     * chunk, which costs a compare-and-set and, every 64 KiB, the page lock; larger ones get pages of their own under the page
     * lock and stay unpopulated until touched. Touches nothing itself.
     *
     * @param byteSize 0 or more
     * @param byteAlignment a power of two
     * @return a segment of exactly that size, in this arena's scope, accessible by every thread
     * @throws IllegalArgumentException if the size is negative or the alignment not a power of two
     * @throws ArenaExhaustedException if no free run is long enough or the budget is spent
     * @throws ArenaClosedException if the arena is closed
     */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock", errors = {
            IllegalArgumentException.class, ArenaExhaustedException.class, ArenaClosedException.class})
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        if (byteSize < 0) {
            throw new IllegalArgumentException("byteSize=" + byteSize + ": must not be negative");
        }
        checkAlignment(byteAlignment);
        pages.checkOpen();
        if (byteSize > reservation.bytes() || byteAlignment > reservation.bytes()) {
            throw new ArenaExhaustedException(new Shortage(Shortage.Cause.ADDRESS_SPACE,
                    Math.max(byteSize, byteAlignment) >>> Reservation.PAGE_SHIFT, pages.largestRun(), name));
        }
        long address = scratch.take(byteSize, byteAlignment);
        return memory.asSlice(address - reservation.base(), byteSize);
    }

    /**
     * The life of what {@link #allocate} hands out. Segments of page ranges and of pools have scopes of their own, which
     * end no later. Neither blocks nor faults.
     *
     * @return the scope; alive until {@link #close}
     */
    @Override
    public MemorySegment.Scope scope() {
        return scope.scope();
    }

    // ---- pools ----------------------------------------------------------------------------------------------------

    /**
     * Opens a pool of equal blocks. It has a reservation of its own, as large as this arena's rounded up to a power of two;
     * its populated pages count against this arena's budget, and it is closed with this arena at the latest.
     *
     * <p>
     * Costs some 30 us, and a little for each pool that is open. Waits for another pool being opened or the arena being
     * closed, and as {@link #open} does where the process holds too many mappings.
     *
     * @param blockBytes the size of a block, a multiple of 8, 8..2^40
     * @return the pool
     * @throws IllegalArgumentException if {@code blockBytes} is out of range
     * @throws AddressSpaceException if the system has no room or the process holds too many mappings
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "lifecycle lock", errors = {
            IllegalArgumentException.class, AddressSpaceException.class, ArenaClosedException.class})
    public BlockPool blockPool(long blockBytes) {
        lifecycle.lock();
        try {
            pages.checkOpen();
            pools.removeIf(BlockPool::isClosed);
            BlockPool pool = BlockPool.open(backEnd(), name + "/blocks-" + (poolCount + 1), blockBytes,
                    reservation.bytes(),
                    budget);
            pools.add(pool);
            poolCount++;
            return pool;
        } finally {
            lifecycle.unlock();
        }
    }

    /**
     * Opens an allocator for blocks of any size. It has a reservation and a limit of its own, as the options say; what it may
     * populate counts against this arena's budget too, and it is closed with this arena at the latest. It uses this arena's
     * back end, whatever the options say.
     *
     * <p>
     * Costs some 100 us. Waits for a pool or another allocator being opened or the arena being closed, and as
     * {@link SizeClassAllocator#open} does where the process holds too many mappings.
     *
     * @param options what it is to be
     * @return the allocator
     * @throws AddressSpaceException if the system has no room or the process holds too many mappings
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "lifecycle lock", errors = {
            AddressSpaceException.class, ArenaClosedException.class})
    public SizeClassAllocator allocator(AllocatorOptions options) {
        AllocatorOptions wanted = options.on(backEnd());
        lifecycle.lock();
        try {
            pages.checkOpen();
            allocators.removeIf(SizeClassAllocator::isClosed);
            SizeClassAllocator made = SizeClassAllocator.open(wanted, budget);
            allocators.add(made);
            return made;
        } finally {
            lifecycle.unlock();
        }
    }

    /**
     * By which means the arena gets its memory. Neither blocks nor faults.
     *
     * @return the back end
     */
    public BackEnd backEnd() {
        return BackEnd.of(reservation);
    }

    // ---- faults ----------------------------------------------------------------------------------------------------

    /**
     * The one descriptor of this arena for faults and write protection, opened when first asked for and closed with the
     * arena; null where the system has none.
     */
    @Nullable
    ArenaFaultDescriptor faultDescriptor() {
        lifecycle.lock();
        try {
            pages.checkOpen();
            if (faults == null && reservation.backing() == Backing.LINUX) {
                faults = ArenaFaultDescriptor.tryOpen(reservation, FaultSupport.probe());
            }
            return faults;
        } finally {
            lifecycle.unlock();
        }
    }

    PageSpace pageSpace() {
        return pages;
    }

    Reservation reservation() {
        return reservation;
    }

    /** The area is closed with this arena at the latest. */
    void add(LazyArea area) {
        lifecycle.lock();
        try {
            pages.checkOpen();
            lazyAreas.removeIf(LazyArea::isClosed);
            lazyAreas.add(area);
        } finally {
            lifecycle.unlock();
        }
    }

    // ---- write tracking --------------------------------------------------------------------------------------------

    /**
     * Tracks writes to all of the arena, whoever was handed what; its pools are tracked apart. Some 50 us, and a mapping or
     * two of the process's budget.
     *
     * @param mode how writes are noticed; see {@link TrackingMode#preferred}
     * @return the tracker; to it everything is new
     * @throws CallUnavailableException if the mode is not available, here or on this back end
     * @throws RangeBusyException if the kernel tracks part of the arena for another tracker
     * @throws AddressSpaceException if there is no address space for marks, or the process holds too many mappings
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "lifecycle lock", errors = {
            CallUnavailableException.class, RangeBusyException.class, AddressSpaceException.class,
            ArenaClosedException.class})
    public WriteTracker trackWrites(TrackingMode mode) {
        pages.checkOpen();
        return TrackedSource.of(name, memory, 0, true, trackedSpans(), new Owner(memory, 0), this::faultDescriptor)
                .open(mode);
    }

    /**
     * Tracks writes to all of the arena, in the best mode that it can have.
     *
     * @return as {@link #trackWrites(TrackingMode)}
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "lifecycle lock", errors = {
            RangeBusyException.class, AddressSpaceException.class, ArenaClosedException.class})
    public WriteTracker trackWrites() {
        return trackWrites(bestTracking());
    }

    /**
     * Tracks writes to a range. When the range is freed the tracker says so; it does not keep the range.
     *
     * @param range as handed out
     * @param mode how writes are noticed; see {@link TrackingMode#preferred}
     * @return the tracker; to it everything is new
     * @throws StaleHandleException if the range was freed, or is being freed
     * @throws IllegalArgumentException if another arena handed it out
     * @throws CallUnavailableException if the mode is not available, here or on this back end
     * @throws RangeBusyException if the kernel tracks part of the range for another tracker
     * @throws AddressSpaceException if there is no address space for marks, or the process holds too many mappings
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "lifecycle lock", errors = {
            StaleHandleException.class, IllegalArgumentException.class, CallUnavailableException.class,
            RangeBusyException.class, AddressSpaceException.class, ArenaClosedException.class})
    public WriteTracker trackWrites(PageRange range, TrackingMode mode) {
        MemorySegment segment = pages.segment(range);
        return TrackedSource
                .of(name + ", " + range, segment, range.offset(), false, trackedSpans(),
                        new Owner(segment, range.offset()), this::faultDescriptor)
                .open(mode);
    }

    /**
     * Tracks writes to a range, in the best mode that it can have.
     *
     * @param range as handed out
     * @return as {@link #trackWrites(PageRange, TrackingMode)}
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "lifecycle lock", errors = {
            StaleHandleException.class, IllegalArgumentException.class, RangeBusyException.class,
            AddressSpaceException.class, ArenaClosedException.class})
    public WriteTracker trackWrites(PageRange range) {
        return trackWrites(range, bestTracking());
    }

    /** What this arena knows of tracked pages, which begin at an offset of it. */
    private final class Owner implements PageOwner {
        private final MemorySegment tracked;
        private final long offset;

        Owner(MemorySegment tracked, long offset) {
            this.tracked = tracked;
            this.offset = offset;
        }

        @Override
        public void read(long from, MemorySegment target) {
            if (offset == 0 && tracked.byteSize() == memory.byteSize()) {
                lazyParts.read(memory, from, target);
            } else { // a range that is shown is not an area
                MemorySegment.copy(tracked, from, target, 0, target.byteSize());
            }
        }

        @Override
        public boolean maybePinned(long from, long bytes) {
            PagePins made = pins;
            return made != null && made.maybePinned(offset + from, bytes);
        }
    }

    /** Pages of a lazy area were filled, by content that counts as written: marks in software do not see that otherwise. */
    void filled(long offset, long bytes) {
        TrackedSpans spans = tracked;
        if (spans != null) {
            spans.filled(offset, bytes);
        }
    }

    LazyParts lazyParts() {
        return lazyParts;
    }

    private TrackingMode bestTracking() {
        return reservation.backing() == Backing.LINUX ? TrackingMode.preferred() : TrackingMode.SOFTWARE;
    }

    private TrackedSpans trackedSpans() {
        lifecycle.lock();
        try {
            TrackedSpans spans = tracked;
            if (spans == null) {
                spans = new TrackedSpans();
                reservation.watch(spans);
                tracked = spans;
            }
            return spans;
        } finally {
            lifecycle.unlock();
        }
    }

    // ---- statistics -----------------------------------------------------------------------------------------------

    /**
     * What the arena holds now. Cheap: the page lock, no system call.
     *
     * @return a snapshot; after close everything handed out is 0
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "page lock")
    public ArenaStats stats() {
        return pages.stats(wishedBytes);
    }

    /**
     * How much memory the arena's own reservation occupies as the system counts it ({@code /proc/self/smaps}); its block
     * pools measure themselves. Reads the file through, for which the system walks the page tables of the whole process:
     * milliseconds. Works after close too. On a back end without {@link Capability#RESIDENCE} it is
     * {@link ArenaStats#residentBytes}, an upper bound.
     *
     * @return bytes
     * @throws UncheckedIOException if this system has no readable {@code /proc/self/smaps}
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = UncheckedIOException.class)
    public long measureResidentBytes() {
        if (!backEnd().can(Capability.RESIDENCE)) {
            return stats().residentBytes();
        }
        try {
            return ResidentMemory.of(reservation);
        } finally {
            Reference.reachabilityFence(reservation);
        }
    }

    /**
     * A picture of the arena's pages: which are free, quarantined, handed out, populated, huge, guards. Holds the page lock for
     * as long as it takes to list the ranges, and asks the system about the whole reservation: milliseconds for a large
     * one. Not for a control loop.
     *
     * @return the map; after close everything is free
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "page lock")
    public PageMap dump() {
        List<PageMap.Run> populated = new ArrayList<>();
        List<PageMap.Run> books = pages.map();
        PageStates.scan(reservation, 0, reservation.bytes(),
                (offset, bytes, huge) -> populated.add(new PageMap.Run(offset >>> Reservation.PAGE_SHIFT,
                        bytes >>> Reservation.PAGE_SHIFT,
                        huge ? PageMap.State.HUGE : PageMap.State.POPULATED)));
        return PageMap.of(name, Reservation.PAGE_BYTES, reservation.bytes() >>> Reservation.PAGE_SHIFT,
                PageStates.areKnown(reservation), books, populated);
    }

    // ---- close ----------------------------------------------------------------------------------------------------

    /**
     * Closes the arena: ends all segments, closes its pools and allocators, gives all memory back to the system at once. Blocks until no
     * thread is inside an access, until frees and decommits under way are done, and while the system takes the memory back:
     * some 10 us, as much for each pool and each page range that was shown as a segment and not freed, and 0.26 us for each
     * populated page. Idempotent; when it returns the arena is closed, whoever closed it.
     *
     * @throws RangeBusyException if pages are pinned: it names who has them, and nothing was changed. Or if a system call of
     *         another thread uses a segment: then everything else is closed and nothing more is handed out; calling close
     *         again completes it
     * @throws KernelException if the system does not take the memory back, which is so for pages locked by mlock(2).
     *         Nothing more is handed out, everything else is closed and given back; calling close again goes on with what is
     *         left
     * @throws MemoryErrorException if an allocator in checked mode found damage; the arena is closed all the same
     */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "lifecycle lock", errors = {
            RangeBusyException.class, KernelException.class, MemoryErrorException.class})
    public void close() {
        close(Duration.ZERO);
    }

    /**
     * As {@link #close()}, but waits for pins to be closed; while it waits nothing more is pinned. Pins for an indefinite time
     * are not waited for. An interrupt ends the wait, and stays set.
     *
     * @param deadline how long at most; 0 or less is not at all
     * @throws RangeBusyException as {@link #close()}
     * @throws KernelException as {@link #close()}
     * @throws MemoryErrorException as {@link #close()}
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, lock = "lifecycle lock", errors = {
            RangeBusyException.class, KernelException.class, MemoryErrorException.class})
    public void close(Duration deadline) {
        long nanos = TimeUnit.NANOSECONDS.convert(deadline);
        lifecycle.lock();
        try {
            List<Lease> leases = pages.beginClose(nanos);
            if (leases == null) {
                return;
            }
            int busy = PageSpace.endScope(scope) ? 0 : 1;
            for (Lease lease : leases) {
                Arena shown = lease.scope();
                busy += shown == null || PageSpace.endScope(shown) ? 0 : 1;
            }
            for (LazyArea area : lazyAreas) {
                busy += area.tryEnd() ? 0 : 1;
            }
            if (faults != null && busy == 0) {
                faults.close(); // before the pages are discarded: a raw touch of a registered one would be a SIGBUS
            }
            KernelException failure = null;
            for (BlockPool pool : pools) {
                try {
                    busy += pool.tryClose() ? 0 : 1;
                } catch (KernelException e) { // locked pages: the others are closed all the same
                    failure = earliest(failure, e);
                }
            }
            MemoryErrorException damage = null;
            for (SizeClassAllocator allocator : allocators) {
                try {
                    busy += allocator.tryClose() ? 0 : 1;
                } catch (KernelException e) {
                    failure = earliest(failure, e);
                } catch (MemoryErrorException e) { // it is closed all the same, and so are the others
                    damage = earliest(damage, e);
                }
            }
            if (busy > 0) {
                throw beside(damage, new RangeBusyException(name + ": calls of other threads are using segments of "
                        + busy + " scopes, or pages are pinned; close again", failure));
            }
            try {
                pages.relinquish();
            } catch (KernelException e) {
                failure = earliest(failure, e);
            }
            if (failure != null) {
                throw beside(damage, failure);
            }
            pages.finishClose(leases);
            if (damage != null) {
                throw damage;
            }
        } finally {
            lifecycle.unlock();
        }
    }

    private static <E extends RuntimeException> E earliest(@Nullable E first, E next) {
        if (first == null) {
            return next;
        }
        first.addSuppressed(next);
        return first;
    }

    /** Damage is found once only: what is thrown in its place takes it along. */
    private static <E extends RuntimeException> E beside(@Nullable MemoryErrorException damage, E thrown) {
        if (damage != null) {
            thrown.addSuppressed(damage);
        }
        return thrown;
    }

    /**
     * Name and sizes, for logs.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return name + " (" + reservation.bytes() + " bytes reserved, scope "
                + (scope.scope().isAlive() ? "alive)" : "closed)");
    }

    /** Checks the books, in time proportional to the ranges; for tests. */
    void verify() {
        pages.verify();
        lifecycle.lock();
        try {
            pools.forEach(BlockPool::verify);
        } finally {
            lifecycle.unlock();
        }
    }
}
