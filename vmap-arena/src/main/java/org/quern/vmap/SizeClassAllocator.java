package org.quern.vmap;

import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.vmap.check.CheckedBlocks;
import org.quern.vmap.check.Finding;
import org.quern.vmap.heap.BlockMap;
import org.quern.vmap.heap.CentralHeap;
import org.quern.vmap.heap.Magazines;
import org.quern.vmap.heap.OwnedMagazines;
import org.quern.vmap.heap.SizeClasses;
import org.quern.vmap.heap.ThreadMagazines;
import org.quern.vmap.page.PageBudget;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.reserve.ResidentMemory;
import org.quern.vmap.slab.Latch;

/**
 * A general allocator of off-heap memory: blocks of any size, taken and given back one by one, by any thread.
 *
 * <p>
 * Two forms of one thing. {@link #take} and {@link #giveBack} deal in offsets into {@link #memory}, allocate nothing on the
 * heap and are the fast ones; {@link #allocate(long, long)} and {@link #free} deal in segments, so that any code that
 * takes a {@link SegmentAllocator} can use them. Threads that allocate much use a {@link #cache} of their own.
 *
 * <p>
 * Blocks come in 44 sizes, steps of 16 bytes to 128 and then four for each doubling to 64 KiB; what is larger gets pages of
 * its own. Every block begins at a multiple of 16.
 *
 * <p>
 * Guarantees.
 * <ol>
 * <li>No two live blocks share a byte.
 * <li>No bookkeeping lies in or beside the blocks: nothing written to them, in bounds or out, can damage the allocator.
 * <li>Whatever is done with offsets and segments, nothing faults: all of {@link #memory} stays mapped, readable and
 * writable, until the allocator is unreachable. After {@link #close} every access through a segment throws
 * IllegalStateException.
 * <li>Giving back what is not in use - given back before, never taken, the middle of a block - is refused and changes
 * nothing. The one exception: two threads that give the same block back within a few ns of each other, without any order
 * between them, may both succeed. The block is then in stock twice; the second is dropped when it is met
 * ({@link AllocatorStats#doubleFreesDropped}), which fails only if both are taken within a few ns as well.
 * The checked mode has no exception.
 * <li>Actions before {@code giveBack(b)} happen-before actions after the {@code take} that returns {@code b} again.
 * </ol>
 *
 * <p>
 * <b>Use after free.</b> A segment or offset used after its block was given back reaches the same bytes: the old ones, zeros if
 * the memory went back to the system, or those of the block's next owner; a write then damages that owner's data, never
 * the allocator. Only close ends segments. Where that is not acceptable, use {@link VmapArena#allocatePages}, whose segments
 * end with their range, or the checked mode.
 *
 * <p>
 * <b>Checked mode</b> ({@link AllocatorOptions#checked}): each block lies between red zones, freed blocks are filled with a
 * pattern and wait in quarantine, and a shadow map knows which bytes may be accessed. A damaged red zone is reported when
 * the block is given back, a write to a freed block when it leaves the quarantine or at {@link #check} or close; both as
 * {@link MemoryErrorException} with the places of allocation and free, as far as they were sampled. A segment ends when it is freed.
 * {@link #checkAccess} asks the shadow map. {@link #leaks} lists what was not given back; close logs it.
 *
 * <p>
 * <b>Threads and locks.</b> Platform threads have magazines of their own; virtual threads share a few sets. When a magazine
 * is empty or full, half of it moves under the latch of its class. A thread that ends leaves its magazines behind; they are
 * recovered when a thread comes, when memory runs out, and by {@link #trim}.
 *
 * <p>
 * <b>Costs.</b> A pair of take and giveBack costs some 10 ns, with a {@link ThreadCache} a little less; a segment some 10 ns
 * more. Opening: six mappings of the process's budget, some 100 us.
 */
@Operation(threads = Operation.Threads.ANY)
public final class SizeClassAllocator implements SegmentAllocator, AutoCloseable {
    private static final long LEAST_BYTES = 2 << 20;

    private final String name;
    private final Reservation reservation;
    private final Reservation books;
    private final PageBudget budget;
    private final CentralHeap heap;
    private final ThreadMagazines threads;
    private final @Nullable CheckedBlocks checked;
    private final Arena scope = Arena.ofShared();
    private final MemorySegment memory;
    private final Latch closing = new Latch();
    private volatile boolean closed;

    private SizeClassAllocator(AllocatorOptions options, @Nullable PageBudget whole) {
        BackEnd backEnd = options.backEnd();
        this.name = options.name();
        this.reservation = AddressSpaceException.reserve(backEnd, name, 2 * options.reserveBytes(), LEAST_BYTES);
        this.budget = new PageBudget(options.limitPages(), whole);
        int regionShift = Long.numberOfTrailingZeros(reservation.bytes() / 2);
        long bookBytes = BlockMap.bytesFor(regionShift);
        this.books = AddressSpaceException.reserve(backEnd, name + "/books", bookBytes, bookBytes);
        this.heap = new CentralHeap(reservation, books, budget, this::recover);
        this.threads = new ThreadMagazines(heap);
        this.memory = reservation.segment(scope);
        this.checked = options.checked()
                ? new CheckedBlocks(name, heap, reservation,
                        AddressSpaceException.reserve(backEnd, name + "/shadow", reservation.bytes() / 8,
                                reservation.bytes() / 8),
                        options.sampling(), options.quarantineBytes(), PageSpace::endScope)
                : null;
        reservation.adviseHugePages(options.hugePages());
        books.adviseHugePages(false);
    }

    /**
     * Opens an allocator. Reserves address space, commits nothing: some 100 us whatever the size. Where the system has no room
     * (RLIMIT_AS, strict overcommit) the wish is halved, to no less than 1 MiB for blocks. Where the process holds too
     * many mappings it asks for a collection and waits for forgotten arenas to be unmapped, half a second at most.
     *
     * @param options what it is to be
     * @return the allocator
     * @throws AddressSpaceException if the system has no room or the process holds too many mappings
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = AddressSpaceException.class)
    public static SizeClassAllocator open(AllocatorOptions options) {
        return new SizeClassAllocator(Objects.requireNonNull(options, "options"), null);
    }

    /** As {@link #open}, and its limit is a part of that budget. */
    static SizeClassAllocator open(AllocatorOptions options, PageBudget whole) {
        return new SizeClassAllocator(options, whole);
    }

    /** Memory has run out: what no running thread owns goes back to the depots. */
    private void recover() {
        threads.drainReachable();
    }

    // ---- offsets --------------------------------------------------------------------------------------------------

    /**
     * Takes a block of at least that size. Its bytes are arbitrary. Some 5 ns; when the thread's magazine is empty, half
     * of it is filled under the latch of the class, which may take memory from the system's address space but touches nothing.
     * Blocks beyond 64 KiB cost some 100 ns.
     *
     * @param bytes 1 or more
     * @return the block's offset in {@link #memory}, a positive multiple of 16; 0 if there is no memory: the limit is
     *         reached or no free run of pages is long enough, even after everything free was given back
     * @throws IllegalArgumentException if {@code bytes} is not positive
     * @throws ArenaClosedException if the allocator is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "class latch", errors = {
            IllegalArgumentException.class, ArenaClosedException.class})
    public long take(long bytes) {
        return Magazines.offsetOf(takeEntry(bytes));
    }

    /**
     * As {@link #take}, and all bytes up to the size asked for are zero. What lies on pages fresh from the system is not cleared
     * again.
     *
     * @param bytes 1 or more
     * @return as {@link #take}
     * @throws IllegalArgumentException if {@code bytes} is not positive
     * @throws ArenaClosedException if the allocator is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "class latch", faults = Operation.Faults.MAY, errors = {
            IllegalArgumentException.class, ArenaClosedException.class})
    public long takeZeroed(long bytes) {
        long entry = takeEntry(bytes);
        if (entry != 0 && !Magazines.isZero(entry)) {
            part(Magazines.offsetOf(entry), bytes).fill((byte) 0);
        }
        return Magazines.offsetOf(entry);
    }

    /** As {@link Magazines#take}. */
    private long takeEntry(long bytes) {
        if (SizeClasses.covers(bytes)) {
            Magazines mine = threads.hint();
            if (mine != null) {
                return mine.take(SizeClasses.of(bytes));
            }
        }
        return takeEntrySlowly(bytes);
    }

    /** For who has no magazines at hand: a new thread, a virtual one; and for large blocks, checked mode, closed allocators. */
    long takeEntrySlowly(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("bytes=" + bytes + ": must be positive");
        }
        checkOpen();
        if (checked != null) {
            return checked.take(bytes, 16);
        }
        return SizeClasses.covers(bytes) ? takeOf(SizeClasses.of(bytes)) : heap.takeLarge(bytes, 1);
    }

    private long takeOf(int sizeClass) {
        Magazines mine = threads.mine();
        return mine != null ? mine.take(sizeClass) : threads.shared(m -> m.take(sizeClass));
    }

    /**
     * Gives a block back, whichever thread took it. Some 5 ns; when the thread's magazine is full, half of it moves under the
     * latch of the class. That may make so much memory free that some of it goes back to the system, 150 us for each 2 MiB.
     *
     * @param offset what {@link #take} returned, or {@link #offsetOf}
     * @throws IllegalArgumentException if no block can begin at {@code offset}
     * @throws StaleHandleException if no block in use begins there: given back before, or never taken
     * @throws MemoryErrorException in checked mode, if the block's red zones were written to, or a block that leaves
     *         the quarantine was; this block has been given back all the same
     * @throws ArenaClosedException if the allocator is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "class latch", errors = {
            IllegalArgumentException.class, StaleHandleException.class, MemoryErrorException.class,
            ArenaClosedException.class})
    public void giveBack(long offset) {
        Magazines mine = threads.hint();
        if (mine == null || !mine.giveBack(offset)) {
            giveBackSlowly(offset);
        }
    }

    /** What the caller's magazines, if any were at hand, did not take. */
    void giveBackSlowly(long offset) {
        checkOpen();
        if (offset <= 0 || offset >= reservation.bytes() || (checked == null && !heap.isPlausible(offset))) {
            throw new IllegalArgumentException("offset=" + offset + ": is not one that " + name + " hands out");
        }
        if (checked != null) {
            Finding finding = checked.giveBack(offset);
            if (finding != null) {
                throw raised(finding);
            }
            return;
        }
        Magazines mine = threads.mine();
        boolean done = mine != null ? mine.giveBack(offset) : threads.shared(m -> m.giveBack(offset) ? 1 : 0) != 0;
        if (!done && !heap.giveBackLarge(offset)) {
            throw notInUse(offset);
        }
    }

    private StaleHandleException notInUse(long offset) {
        return new StaleHandleException("offset=" + offset + ": no block in use of " + name + " begins here;"
                + " it was given back before or never taken");
    }

    private RuntimeException raised(Finding finding) {
        String text = finding.describe(name);
        return switch (finding.kind()) {
            case NOT_IN_USE -> new StaleHandleException(text);
            case BUSY -> new RangeBusyException(text, null);
            case OUT_OF_BOUNDS ->
                new MemoryErrorException(text, MemoryErrorException.Kind.OUT_OF_BOUNDS, finding.offset());
            case USE_AFTER_FREE ->
                new MemoryErrorException(text, MemoryErrorException.Kind.USE_AFTER_FREE, finding.offset());
        };
    }

    /**
     * A cache for the calling thread alone: the fastest way to take and give back. Blocks may be taken from one cache and given back
     * to another, or without.
     *
     * @return the cache; to be closed by this thread. If the thread ends without, its blocks are recovered
     * @throws ArenaClosedException if the allocator is closed
     */
    @Operation(threads = Operation.Threads.ANY, errors = ArenaClosedException.class)
    public ThreadCache cache() {
        checkOpen();
        OwnedMagazines owned = threads.open();
        if (checked != null) {
            owned.revokeOpaque(); // every call is to be seen by the checks
        }
        return new ThreadCache(this, threads, owned);
    }

    /**
     * All memory that blocks may come from, as one segment: {@code memory().get(layout, offset)} is how offsets are used without
     * making a segment for each block. Access is checked against this whole, not against the block.
     *
     * @return a segment accessible by every thread, until {@link #close}
     */
    public MemorySegment memory() {
        return memory;
    }

    /**
     * A block in use as a segment of its own.
     *
     * @param offset what {@link #take} returned
     * @return the block, at its full size, or in checked mode at the size asked for; not ended by giving it back, but by close
     * @throws StaleHandleException if no block in use begins there
     * @throws ArenaClosedException if the allocator is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "class latch", errors = {
            StaleHandleException.class, ArenaClosedException.class})
    public MemorySegment segment(long offset) {
        checkOpen();
        long bytes = checked != null ? checked.bytesOf(offset) : heap.bytesOf(offset);
        if (bytes < 0 || (bytes == 0 && checked == null)) {
            throw notInUse(offset);
        }
        return part(offset, bytes);
    }

    private MemorySegment part(long offset, long bytes) {
        return memory.asSlice(offset, bytes);
    }

    // ---- segments -------------------------------------------------------------------------------------------------

    /**
     * Allocates. The bytes are arbitrary. As {@link #take}, and a segment object, which the compiler often removes.
     * Alignments beyond 16 may need a larger class, those beyond a page get pages of their own.
     *
     * @param byteSize 0 or more
     * @param byteAlignment a power of two
     * @return a segment of exactly that size, to be given to {@link #free}, or left to {@link #close}
     * @throws IllegalArgumentException if the size is negative or the alignment not a power of two
     * @throws ArenaExhaustedException if there is no memory
     * @throws ArenaClosedException if the allocator is closed
     */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "class latch", errors = {
            IllegalArgumentException.class, ArenaExhaustedException.class, ArenaClosedException.class})
    public MemorySegment allocate(long byteSize, long byteAlignment) {
        return shown(Magazines.offsetOf(entryFor(byteSize, byteAlignment)), byteSize);
    }

    /**
     * As {@link #allocate(long, long)}, and all bytes are zero. What lies on pages fresh from the system is not cleared again.
     *
     * @param byteSize 0 or more
     * @param byteAlignment a power of two
     * @return as {@link #allocate(long, long)}
     * @throws IllegalArgumentException if the size is negative or the alignment not a power of two
     * @throws ArenaExhaustedException if there is no memory
     * @throws ArenaClosedException if the allocator is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "class latch", faults = Operation.Faults.MAY, errors = {
            IllegalArgumentException.class, ArenaExhaustedException.class, ArenaClosedException.class})
    public MemorySegment allocateZeroed(long byteSize, long byteAlignment) {
        long entry = entryFor(byteSize, byteAlignment);
        MemorySegment segment = shown(Magazines.offsetOf(entry), byteSize);
        return Magazines.isZero(entry) ? segment : segment.fill((byte) 0);
    }

    private MemorySegment shown(long offset, long bytes) {
        return checked != null ? checked.show(offset) : part(offset, bytes);
    }

    private long entryFor(long byteSize, long byteAlignment) {
        if (byteSize < 0) {
            throw new IllegalArgumentException("byteSize=" + byteSize + ": must not be negative");
        }
        if (byteAlignment <= 0 || (byteAlignment & (byteAlignment - 1)) != 0) {
            throw new IllegalArgumentException("byteAlignment=" + byteAlignment + ": must be a power of two");
        }
        long bytes = Math.max(byteSize, 1);
        long entry = byteAlignment <= 16 && checked == null ? takeEntry(bytes) : takeAligned(byteSize, byteAlignment);
        if (entry == 0) {
            throw exhausted(bytes);
        }
        return entry;
    }

    private long takeAligned(long byteSize, long alignment) {
        checkOpen();
        if (checked != null) {
            return checked.take(byteSize, Math.max(16, alignment));
        }
        long bytes = Math.max(byteSize, 1);
        int sizeClass = alignment <= Reservation.PAGE_BYTES ? SizeClasses.of(bytes, alignment) : SizeClasses.COUNT;
        if (sizeClass < SizeClasses.COUNT) {
            return takeOf(sizeClass);
        }
        return heap.takeLarge(bytes, Math.max(1, alignment >>> Reservation.PAGE_SHIFT));
    }

    private ArenaExhaustedException exhausted(long bytes) {
        long wanted = ((bytes - 1) >>> Reservation.PAGE_SHIFT) + 1;
        long left = budget.left();
        return new ArenaExhaustedException(left < wanted
                ? new Shortage(Shortage.Cause.BUDGET, wanted, left, name)
                : new Shortage(Shortage.Cause.ADDRESS_SPACE, wanted, heap.pages().largestRun(), name));
    }

    /**
     * Gives the block of a segment back. In checked mode this ends the segment; otherwise see "use after free" above.
     *
     * @param segment what {@code allocate} returned, or a segment that begins where it does
     * @throws IllegalArgumentException if the segment is not in this allocator's memory
     * @throws StaleHandleException if no block in use begins there
     * @throws RangeBusyException in checked mode, if a system call of another thread uses the segment; nothing was changed
     * @throws MemoryErrorException as {@link #giveBack}
     * @throws ArenaClosedException if the allocator is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "class latch", errors = {
            IllegalArgumentException.class, StaleHandleException.class, RangeBusyException.class,
            MemoryErrorException.class, ArenaClosedException.class})
    public void free(MemorySegment segment) {
        giveBack(offsetOf(segment));
    }

    /**
     * Where a segment lies.
     *
     * @param segment what {@code allocate} returned, or any segment in {@link #memory}
     * @return its offset
     * @throws IllegalArgumentException if the segment does not begin in this allocator's memory
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public long offsetOf(MemorySegment segment) {
        long offset = segment.address() - reservation.base();
        if (!segment.isNative() || offset < 0 || offset >= reservation.bytes()) {
            throw new IllegalArgumentException("segment=" + segment + ": is not in the memory of " + name);
        }
        return offset;
    }

    // ---- checked mode ---------------------------------------------------------------------------------------------

    /**
     * In checked mode: whether a range of bytes may be accessed, by the shadow map. Otherwise only whether it lies in
     * {@link #memory}. A length of 0 is always allowed.
     *
     * @param offset the first byte
     * @param length bytes, 0 or more
     * @throws IndexOutOfBoundsException if the range does not lie in {@link #memory}, or wraps
     * @throws MemoryErrorException if it touches a red zone, a freed block, or bytes behind the size asked for
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {
            IndexOutOfBoundsException.class,
            MemoryErrorException.class})
    public void checkAccess(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, reservation.bytes());
        if (checked != null) {
            Finding finding = checked.checkAccess(offset, length);
            if (finding != null) {
                throw raised(finding);
            }
        }
    }

    /**
     * In checked mode: looks at the red zones of all blocks in use and at all freed blocks in quarantine.
     *
     * @throws MemoryErrorException for the first that was written to
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "check latch", faults = Operation.Faults.MAY, errors = MemoryErrorException.class)
    public void check() {
        Finding finding = checked == null || closed ? null : checked.checkAll();
        if (finding != null) {
            throw raised(finding);
        }
    }

    /**
     * What is in use now. In checked mode each block with its size and, if it was sampled, where it was allocated; otherwise
     * none.
     *
     * @return in the order of allocation; at close, these are leaks
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "check latch")
    public List<LiveBlock> leaks() {
        return checked == null
                ? List.of()
                : checked.live().stream().map(b -> new LiveBlock(b.offset(), b.bytes(), b.thread(), b.site())).toList();
    }

    // ---- the whole ------------------------------------------------------------------------------------------------

    /**
     * Gives memory back to the system: empties the caller's magazines, those of ended threads and the depots, and decommits all
     * pages in no slab. What other threads have in their magazines stays. Works in steps, between which others allocate: some
     * 150 us for each 2 MiB.
     *
     * @return bytes given back, by count
     * @throws KernelException if the system does not take the memory back, which is so for pages locked by mlock(2)
     * @throws ArenaClosedException if the allocator is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "class latch", errors = {
            KernelException.class, ArenaClosedException.class})
    public long trim() {
        checkOpen();
        threads.drainReachable();
        return heap.trim();
    }

    /**
     * What the allocator holds. Some us: one latch after the other, no system call. Works after close too.
     *
     * @return counts
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "class latch")
    public AllocatorStats stats() {
        List<SizeClassStats> classes = new ArrayList<>();
        long strays = 0;
        long slabPages = 0;
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            long cached = threads.waiting(c);
            CentralHeap.ClassCounts n = heap.counts(c);
            strays += n.strays();
            slabPages += n.slabs() * SizeClasses.slabPages(c);
            classes.add(new SizeClassStats(SizeClasses.bytes(c), n.slabs(), Math.max(0, n.out() - cached), cached,
                    n.free(), n.refills(), n.flushes()));
        }
        CentralHeap.PageCounts pages = heap.pages();
        int shift = Reservation.PAGE_SHIFT;
        return new AllocatorStats(name, reservation.bytes(), budget.limit() << shift, slabPages << shift,
                pages.largeBlocks(), pages.largePages() << shift, pages.dirty() << shift, pages.populated() << shift,
                threads.sets(), strays + threads.caught(), pages.failedPurges(), classes);
    }

    /**
     * How much memory blocks and books occupy as the system counts it ({@code /proc/self/smaps}). Reads the file through
     * twice: milliseconds. Works after close too. On a back end without {@link Capability#RESIDENCE} it is what {@link #stats} counts.
     *
     * @return bytes
     * @throws UncheckedIOException if this system has no readable {@code /proc/self/smaps}
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = UncheckedIOException.class)
    public long measureResidentBytes() {
        if (!BackEnd.of(reservation).can(Capability.RESIDENCE)) {
            return closed ? 0 : stats().residentBytes();
        }
        try {
            return ResidentMemory.of(reservation) + ResidentMemory.of(books);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Ends all segments and gives all memory back to the system. Blocks until no thread is inside an access to a segment
     * (microseconds), and while the system takes the memory back. A thread that is inside {@code take} meanwhile may still be
     * handed an offset; it leads nowhere. Idempotent. In checked mode, what is still in use is logged as leaked.
     *
     * @throws RangeBusyException if a system call of another thread uses a segment; nothing was changed
     * @throws MemoryErrorException as {@link #check}; the allocator is closed all the same
     * @throws KernelException if the system does not take the memory back; the allocator is closed all the same
     */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "close latch", errors = {
            RangeBusyException.class, MemoryErrorException.class, KernelException.class})
    public void close() {
        Finding finding = null;
        closing.enter();
        try {
            if (closed) {
                return;
            }
            if (!PageSpace.endScope(scope)) {
                throw new RangeBusyException(name + ": a call of another thread uses a segment", null);
            }
            closed = true;
            threads.revoke();
            heap.shut();
            if (checked != null) {
                finding = checked.close();
            }
            reservation.decommit(0, reservation.bytes());
            books.decommit(0, books.bytes());
        } finally {
            closing.leave();
        }
        if (finding != null) {
            throw raised(finding);
        }
    }

    /** As {@link #close}; false where that throws because of a call under way. */
    boolean tryClose() {
        try {
            close();
            return true;
        } catch (RangeBusyException e) {
            return false;
        }
    }

    boolean isClosed() {
        return closed;
    }

    private void checkOpen() {
        if (closed) {
            throw new ArenaClosedException("allocator " + name);
        }
    }

    /**
     * Name and reservation, for logs.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return name + " (" + reservation.bytes() + " bytes reserved, " + (closed ? "closed)" : "open)");
    }

    /** Checks the books, when no other thread is inside; for tests. */
    void verify() {
        heap.verify();
    }
}
