package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.Objects;

import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.vmap.map.FileSpan;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.share.ArenaHeader;
import org.quern.vmap.share.ControlBlock;
import org.quern.vmap.share.PeerProcess;

/**
 * A sparse arena that processes share: pages in a memory file, handed out one run at a time, populated when touched, named
 * by handles that mean the same in every process. {@link Arena32} has handles of 32 bits, {@link Arena64} of 64.
 *
 * <pre>
 *     process A                                          process B
 *     guard | . . # # . r . . u u . | guard              guard | . . # # . r . . u u . | guard
 *                  \_____________  ______________________________/
 *                               memory file: books | pages
 *
 *     # allocated   r reserved   u unavailable: freed, perhaps still looked at   . free
 * </pre>
 *
 * <p>
 * Guarantees.
 * <ol>
 * <li>No page is handed out twice, among all threads of all processes. Pages handed out read as zeros.
 * <li>A segment of freed pages throws; freed pages are handed on only when no process can be looking at them. So nobody
 * finds a later owner's bytes through a segment of an earlier one.
 * <li>The search is best fit: the smallest free run that is long enough, of equal ones the lowest.
 * <li>A process may be killed at any instruction: the others go on, complete what it began, and keep the pages it had.
 * <li>What fails has changed nothing, also when memory runs out half-way.
 * <li>Actions before a page is freed happen-before actions after the call, in whatever process, that hands it out again.
 * </ol>
 *
 * <p>
 * <b>Handles</b> are offsets, 0 meaning "none", or addresses if the arena was made with
 * {@link SparseArenaOptions#mappedAt}. A handle names a page, not an act of handing it out: {@link PageGrant} does both, and
 * the calls that take one refuse it when stale.
 *
 * <p>
 * <b>A process that shows pages</b> (has taken segments and not freed all of them) and calls nothing holds back the reuse
 * of pages that others freed. It calls {@link #drain} now and then.
 *
 * <p>
 * <b>Threads.</b> Any thread may call anything at any time. Operations on the books take the <em>arena lock</em>, which
 * threads and processes wait for; get and set do so only for a page that was not shown yet. <b>Costs.</b> allocate and free
 * a few microseconds together, most of it the system's time for giving memory back, and 0.3 us a populated page more; a free of
 * pages that were shown takes a handshake of the virtual machine. Get and set some 7 ns. Heap: some 100 bytes for each run that is not free;
 * in the file 16 bytes of books for each page, populated where runs begin.
 */
@Operation(threads = Operation.Threads.ANY)
public abstract sealed class SparseArena implements AutoCloseable permits Arena32, Arena64 {
    private static final VarHandle INT = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final long PAGE_MASK = Reservation.PAGE_BYTES - 1;

    private final SharedPages pages;
    private final HandleSpace handles;
    private final boolean ownsFile;

    SparseArena(SharedPages pages, int bits, boolean ownsFile) {
        this.pages = pages;
        this.handles = new HandleSpace(bits,
                bits == 32 ? pages.header().start() & 0xffff_ffffL : pages.header().start(),
                pages.header().pages() << Reservation.PAGE_SHIFT);
        this.ownsFile = ownsFile;
    }

    /** What the machine is, for who does not test. */
    static SharedPages.Surroundings machine() {
        return new SharedPages.Surroundings(PeerProcess.self(), PeerProcess::isAlive, () -> {}, ControlBlock::new);
    }

    // ---- making and attaching ---------------------------------------------------------------------------------------

    /** The rules of creation, and the arena's description. */
    static ArenaHeader header(SparseArenaOptions options, int bits) {
        Objects.requireNonNull(options, "options");
        long count = options.pages();
        long most = mostPages(bits);
        if (count > most) {
            throw new IllegalArgumentException("pages=" + count + ": must be 1.." + most + ", for handles of " + bits
                    + " bits");
        }
        long start = options.address();
        long bytes = count << Reservation.PAGE_SHIFT;
        if ((start & PAGE_MASK) != 0 || start < 0 || start > (1L << 47) - bytes) {
            throw new IllegalArgumentException("address=0x" + Long.toHexString(start) + ": must be a multiple of "
                    + Reservation.PAGE_BYTES + ", and " + bytes + " bytes from there below 2^47");
        }
        if (bits == 32 && start >>> 32 != (start + bytes - 1) >>> 32) {
            throw new IllegalArgumentException("address=0x" + Long.toHexString(start) + ", " + bytes
                    + " bytes: the first and the last address must have equal upper 32 bits");
        }
        return new ArenaHeader(bits, count, Reservation.PAGE_BYTES, start, options.pageZero(),
                options.faultPolicy() == FaultPolicy.POPULATE, options.budgetPages());
    }

    private static long mostPages(int bits) {
        return bits == 32 ? (1L << 32) >>> Reservation.PAGE_SHIFT : (1L << 45) >>> Reservation.PAGE_SHIFT;
    }

    /** In a file of its own. */
    static SharedPages created(SparseArenaOptions options, int bits) {
        ArenaHeader header = header(options, bits);
        long bytes = header.pagesAt() + (header.pages() << Reservation.PAGE_SHIFT);
        MemoryFile file = options.path() == null
                ? MemoryFile.create(options.name(), bytes)
                : MemoryFile.createAt(options.path(), bytes);
        return createdIn(options, header, file, machine());
    }

    static SharedPages createdIn(SparseArenaOptions options, ArenaHeader header, MemoryFile file,
            SharedPages.Surroundings surroundings) {
        SharedPages made = null;
        try {
            boolean zero = !header.usesPageZero() && (header.handleBits() == 32
                    ? (int) header.start()
                    : header.start()) == 0;
            made = SharedPages.create(options.name(), header, file, alignment(header), options.patience().toNanos(),
                    zero, surroundings);
            return made;
        } finally {
            if (made == null) {
                file.close();
            }
        }
    }

    /** So that the window of 4 GiB is not crossed: a body aligned to a power of two not less than its size. */
    private static long alignment(ArenaHeader header) {
        long bytes = header.pages() << Reservation.PAGE_SHIFT;
        return header.handleBits() == 32
                ? Math.max(Reservation.PAGE_BYTES, Long.highestOneBit(2 * bytes - 1))
                : Reservation.PAGE_BYTES;
    }

    /** The rules of attaching. */
    static SharedPages attached(MemoryFile file, int bits, long address, long bytes, SharedPages.Surroundings around) {
        Objects.requireNonNull(file, "file");
        ArenaHeader header = readHeader(file);
        check(header.handleBits() == bits, ArenaAttachException.Reason.OTHER_WIDTH, file,
                "handles of " + header.handleBits() + " bits, not " + bits);
        check(header.pageBytes() == Reservation.PAGE_BYTES, ArenaAttachException.Reason.OTHER_PAGE_SIZE, file,
                "pages of " + header.pageBytes() + " bytes, here " + Reservation.PAGE_BYTES);
        check(header.pages() >= 1 && header.pages() <= mostPages(bits), ArenaAttachException.Reason.NOT_AN_ARENA, file,
                header.pages() + " pages");
        long whole = header.pages() << Reservation.PAGE_SHIFT;
        check(file.bytes() >= header.pagesAt() + whole, ArenaAttachException.Reason.FILE_TOO_SHORT, file,
                file.bytes() + " bytes, the arena in it has " + (header.pagesAt() + whole));
        check(bytes <= whole, ArenaAttachException.Reason.LONGER, file, bytes + " bytes asked for, it has " + whole);
        check(bytes == 0 || bytes == whole, ArenaAttachException.Reason.SHORTER, file,
                bytes + " bytes asked for, it has " + whole);
        check(address == 0 || address == header.start(), ArenaAttachException.Reason.OTHER_ADDRESS, file,
                "asked for at 0x" + Long.toHexString(address) + ", it is at 0x" + Long.toHexString(header.start())
                        + " (0: anywhere)");
        return SharedPages.attach(file.toString(), header, file, alignment(header),
                SparseArenaOptions.pages(1).patience().toNanos(), around);
    }

    private static ArenaHeader readHeader(MemoryFile file) {
        check(file.bytes() >= ControlBlock.bytes(1, Reservation.PAGE_BYTES), ArenaAttachException.Reason.NOT_AN_ARENA,
                file, "too short");
        ArenaHeader header;
        try (Arena scope = Arena.ofConfined()) {
            FileSpan first = file.span(0, Reservation.PAGE_BYTES, Reservation.PAGE_BYTES, 0);
            header = ArenaHeader.read(new ControlBlock(first.segment(0, first.bytes(), scope)));
        }
        if (header == null) {
            throw new ArenaAttachException(ArenaAttachException.Reason.NOT_AN_ARENA,
                    file + ": no arena of this version begins there");
        }
        return header;
    }

    private static void check(boolean holds, ArenaAttachException.Reason reason, MemoryFile file, String what) {
        if (!holds) {
            throw new ArenaAttachException(reason, file + ": " + what);
        }
    }

    // ---- handing out ------------------------------------------------------------------------------------------------

    /**
     * Hands out pages wherever they fit best. Where room is short, first completes frees that wait ({@link #drain}).
     *
     * @param count pages, 1 or more
     * @return a grant, or NO_ROOM or OVER_BUDGET
     * @throws IllegalArgumentException if {@code count} is out of range
     * @throws PeerStalledException if another process does not let go of the arena lock
     * @throws ArenaDamagedException if the books were overwritten
     * @throws ArenaClosedException if this arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "arena lock", errors = {
            IllegalArgumentException.class, PeerStalledException.class, ArenaDamagedException.class,
            ArenaClosedException.class})
    public final ArenaOutcome allocate(long count) {
        if (count < 1) {
            throw new IllegalArgumentException("count=" + count + ": must be 1 or more");
        }
        return named(pages.allocate(count));
    }

    /**
     * Hands out these pages or none.
     *
     * @param handle the first page's
     * @param count pages, 1 or more, all within the arena
     * @return a grant, or BUSY, UNAVAILABLE or OVER_BUDGET
     * @throws IllegalArgumentException if the handle is none of a page of this arena, or {@code count} is out of range
     * @throws PeerStalledException if another process does not let go of the arena lock
     * @throws ArenaDamagedException if the books were overwritten
     * @throws ArenaClosedException if this arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "arena lock", errors = {
            IllegalArgumentException.class, PeerStalledException.class, ArenaDamagedException.class,
            ArenaClosedException.class})
    public final ArenaOutcome allocateAt(long handle, long count) {
        return named(pages.allocateAt(handles.firstPage(handle, count), count));
    }

    /**
     * Keeps pages out of allocation. They are not populated, and not protected: under {@link FaultPolicy#POPULATE} an access
     * allocates them.
     *
     * @param handle the first page's
     * @param count pages, 1 or more, all within the arena
     * @return a grant, or BUSY or UNAVAILABLE
     * @throws IllegalArgumentException if the handle is none of a page of this arena, or {@code count} is out of range
     * @throws PeerStalledException if another process does not let go of the arena lock
     * @throws ArenaDamagedException if the books were overwritten
     * @throws ArenaClosedException if this arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "arena lock", errors = {
            IllegalArgumentException.class, PeerStalledException.class, ArenaDamagedException.class,
            ArenaClosedException.class})
    public final ArenaOutcome reserve(long handle, long count) {
        return named(pages.reserve(handles.firstPage(handle, count), count));
    }

    private ArenaOutcome named(ArenaOutcome outcome) {
        return switch (outcome) {
            case PageGrant grant -> new PageGrant(handles.handleAt(grant.handle() << Reservation.PAGE_SHIFT),
                    grant.pages(), grant.generation());
            case ArenaRefusal refusal -> refusal;
        };
    }

    // ---- taking back ------------------------------------------------------------------------------------------------

    /**
     * Lets reserved pages be allocated again.
     *
     * @param handle the first page's
     * @param count pages, 1 or more, all of them reserved
     * @throws IllegalArgumentException if the handle is none of a page of this arena, or is 0, or {@code count} is out of
     *         range
     * @throws StaleHandleException if a page is not reserved; nothing was changed
     * @throws KernelException if the system does not take back memory that was touched
     * @throws PeerStalledException if another process does not let go of the arena lock
     * @throws ArenaDamagedException if the books were overwritten
     * @throws ArenaClosedException if this arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "arena lock", errors = {
            IllegalArgumentException.class, StaleHandleException.class, KernelException.class,
            PeerStalledException.class, ArenaDamagedException.class, ArenaClosedException.class})
    public final void unreserve(long handle, long count) {
        pages.unreserve(ownPage(handle, count), count);
    }

    /**
     * Gives pages back, whichever acts handed them out. Their segments throw from now on, in this process at once, in others
     * when they next look at the books.
     *
     * @param handle the first page's
     * @param count pages, 1 or more, all of them allocated
     * @return whether they can be had again already
     * @throws IllegalArgumentException if the handle is none of a page of this arena, or {@code count} is out of range
     * @throws StaleHandleException if a page is not allocated; nothing was changed
     * @throws KernelException if the system does not take the memory back; the pages stay unavailable, or allocated
     * @throws PeerStalledException if another process does not let go of the arena lock
     * @throws ArenaDamagedException if the books were overwritten
     * @throws ArenaClosedException if this arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "arena lock", errors = {
            IllegalArgumentException.class, StaleHandleException.class, KernelException.class,
            PeerStalledException.class, ArenaDamagedException.class, ArenaClosedException.class})
    public final FreeOutcome free(long handle, long count) {
        return pages.free(ownPage(handle, count), count, 0);
    }

    /**
     * As {@link #free(long, long)}, and refuses a grant that is stale.
     *
     * @param grant of this arena, by whichever process
     * @return whether the pages can be had again already
     * @throws IllegalArgumentException if the grant is none of this arena's pages
     * @throws StaleHandleException if a page of it was given back since; nothing was changed
     * @throws KernelException if the system does not take the memory back; the pages stay unavailable, or allocated
     * @throws PeerStalledException if another process does not let go of the arena lock
     * @throws ArenaDamagedException if the books were overwritten
     * @throws ArenaClosedException if this arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "arena lock", errors = {
            IllegalArgumentException.class, StaleHandleException.class, KernelException.class,
            PeerStalledException.class, ArenaDamagedException.class, ArenaClosedException.class})
    public final FreeOutcome free(PageGrant grant) {
        return pages.free(ownPage(grant.handle(), grant.pages()), grant.pages(), grant.generation());
    }

    /**
     * Gives pages back without waiting for readers or the system, as callbacks need it. The pages are unavailable, their
     * segments still readable, until {@link #drain}.
     *
     * @param handle the first page's
     * @param count pages, 1 or more, all of them allocated
     * @throws IllegalArgumentException if the handle is none of a page of this arena, or {@code count} is out of range
     * @throws StaleHandleException if a page is not allocated; nothing was changed
     * @throws PeerStalledException if another process does not let go of the arena lock
     * @throws ArenaDamagedException if the books were overwritten
     * @throws ArenaClosedException if this arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "arena lock", errors = {
            IllegalArgumentException.class, StaleHandleException.class, PeerStalledException.class,
            ArenaDamagedException.class, ArenaClosedException.class})
    public final void freeAsync(long handle, long count) {
        pages.freeLater(ownPage(handle, count), count, 0);
    }

    /**
     * Completes what can be completed: ends the segments of pages that anybody freed, says so to the others, and makes pages
     * free that nobody can be looking at any more.
     *
     * @return how many pages became free
     * @throws KernelException if the system does not take memory back; calling again goes on
     * @throws PeerStalledException if another process does not let go of the arena lock
     * @throws ArenaDamagedException if the books were overwritten
     * @throws ArenaClosedException if this arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "arena lock", errors = {
            KernelException.class, PeerStalledException.class, ArenaDamagedException.class,
            ArenaClosedException.class})
    public final long drain() {
        return pages.drain();
    }

    /**
     * Gives the memory of allocated pages back to the system and keeps the pages: they read as zeros, in every process.
     *
     * @param handle the first page's
     * @param count pages, 1 or more, all of them allocated
     * @throws IllegalArgumentException if the handle is none of a page of this arena, or {@code count} is out of range
     * @throws StaleHandleException if a page is not allocated; nothing was changed
     * @throws KernelException if the system does not take the memory back
     * @throws PeerStalledException if another process does not let go of the arena lock
     * @throws ArenaDamagedException if the books were overwritten
     * @throws ArenaClosedException if this arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "arena lock", errors = {
            IllegalArgumentException.class, StaleHandleException.class, KernelException.class,
            PeerStalledException.class, ArenaDamagedException.class, ArenaClosedException.class})
    public final void decommit(long handle, long count) {
        pages.decommit(ownPage(handle, count), count);
    }

    /** The page of a handle that is given back; never that of the null handle. */
    private long ownPage(long handle, long count) {
        if (handle == 0 && !pages.header().usesPageZero()) {
            throw new IllegalArgumentException("handle=0: stands for none in this arena");
        }
        return handles.firstPage(handle, count);
    }

    // ---- memory -----------------------------------------------------------------------------------------------------

    /**
     * Memory by handle. Throws IllegalStateException once any page of the allocation was freed; the rest of its pages can be
     * shown anew.
     *
     * @param handle of its first byte
     * @param bytes how many, all in one allocation
     * @return a segment, accessible by every thread
     * @throws IllegalArgumentException if the bytes are not within the arena, or belong to several allocations
     * @throws UnallocatedPageException if a page is not allocated, and the policy is to fail, or it is unavailable
     * @throws ArenaRefusedException if a page would have to be allocated and the budget is spent
     * @throws PeerStalledException if another process does not let go of the arena lock
     * @throws ArenaDamagedException if the books were overwritten
     * @throws ArenaClosedException if this arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "arena lock", errors = {
            IllegalArgumentException.class, UnallocatedPageException.class, ArenaRefusedException.class,
            PeerStalledException.class, ArenaDamagedException.class, ArenaClosedException.class})
    public final MemorySegment segment(long handle, long bytes) {
        return pages.segment(nonNull(handle, bytes), bytes, 0);
    }

    /**
     * All of a grant's memory.
     *
     * @param grant of this arena, by whichever process
     * @return a segment, accessible by every thread; throws IllegalStateException once any page of it was freed
     * @throws IllegalArgumentException if the grant is none of this arena's pages
     * @throws UnallocatedPageException if a page of it is not allocated
     * @throws StaleHandleException if a page of it was handed out again
     * @throws PeerStalledException if another process does not let go of the arena lock
     * @throws ArenaDamagedException if the books were overwritten
     * @throws ArenaClosedException if this arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "arena lock", errors = {
            IllegalArgumentException.class, UnallocatedPageException.class, StaleHandleException.class,
            PeerStalledException.class, ArenaDamagedException.class, ArenaClosedException.class})
    public final MemorySegment segment(PageGrant grant) {
        long bytes = grant.pages() << Reservation.PAGE_SHIFT;
        return pages.segment(nonNull(grant.handle(), bytes), bytes, grant.generation());
    }

    private long nonNull(long handle, long bytes) {
        if (handle == 0 && !pages.header().usesPageZero()) {
            throw new IllegalArgumentException("handle=0: stands for none in this arena");
        }
        return handles.offset(handle, bytes);
    }

    private MemorySegment aligned(long handle, int bytes) {
        if ((handle & (bytes - 1)) != 0) {
            throw new IllegalArgumentException(
                    "handle=" + handles.text(handle) + ": must be a multiple of " + bytes);
        }
        return pages.page(nonNull(handle, bytes));
    }

    /**
     * Reads a number of 8 bytes, plainly.
     *
     * @param handle a multiple of 8
     * @return what stands there
     * @throws IllegalArgumentException if the handle is not aligned, not of this arena, or 0
     * @throws IllegalStateException if the page is not allocated and not to be populated, or is freed meanwhile
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "arena lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public final long getLongPlain(long handle) {
        return (long) LONG.get(aligned(handle, Long.BYTES), handle & PAGE_MASK);
    }

    /**
     * Writes a number of 8 bytes, plainly.
     *
     * @param handle a multiple of 8
     * @param value what is to stand there
     * @throws IllegalArgumentException if the handle is not aligned, not of this arena, or 0
     * @throws IllegalStateException if the page is not allocated and not to be populated, or is freed meanwhile
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "arena lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public final void setLongPlain(long handle, long value) {
        LONG.set(aligned(handle, Long.BYTES), handle & PAGE_MASK, value);
    }

    /**
     * Reads a number of 8 bytes; what was done before it was released, by whatever process, is seen afterwards.
     *
     * @param handle a multiple of 8
     * @return what stands there
     * @throws IllegalArgumentException if the handle is not aligned, not of this arena, or 0
     * @throws IllegalStateException if the page is not allocated and not to be populated, or is freed meanwhile
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "arena lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public final long getLongAcquire(long handle) {
        return (long) LONG.getAcquire(aligned(handle, Long.BYTES), handle & PAGE_MASK); // pairs with the caller's release
    }

    /**
     * Writes a number of 8 bytes, after all that was done before.
     *
     * @param handle a multiple of 8
     * @param value what is to stand there
     * @throws IllegalArgumentException if the handle is not aligned, not of this arena, or 0
     * @throws IllegalStateException if the page is not allocated and not to be populated, or is freed meanwhile
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "arena lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public final void setLongRelease(long handle, long value) {
        LONG.setRelease(aligned(handle, Long.BYTES), handle & PAGE_MASK, value); // pairs with the caller's acquire
    }

    /**
     * Replaces a number of 8 bytes if it is what is expected; a volatile access.
     *
     * @param handle a multiple of 8
     * @param expected what is thought to stand there
     * @param value what is to stand there
     * @return whether it was replaced
     * @throws IllegalArgumentException if the handle is not aligned, not of this arena, or 0
     * @throws IllegalStateException if the page is not allocated and not to be populated, or is freed meanwhile
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "arena lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public final boolean compareAndSetLongVolatile(long handle, long expected, long value) {
        // Pairs with the caller's accesses to the same place.
        return LONG.compareAndSet(aligned(handle, Long.BYTES), handle & PAGE_MASK, expected, value);
    }

    /**
     * Reads a number of 4 bytes, plainly; a 32-bit handle, for instance.
     *
     * @param handle a multiple of 4
     * @return what stands there
     * @throws IllegalArgumentException if the handle is not aligned, not of this arena, or 0
     * @throws IllegalStateException if the page is not allocated and not to be populated, or is freed meanwhile
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "arena lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public final int getIntPlain(long handle) {
        return (int) INT.get(aligned(handle, Integer.BYTES), handle & PAGE_MASK);
    }

    /**
     * Writes a number of 4 bytes, plainly.
     *
     * @param handle a multiple of 4
     * @param value what is to stand there
     * @throws IllegalArgumentException if the handle is not aligned, not of this arena, or 0
     * @throws IllegalStateException if the page is not allocated and not to be populated, or is freed meanwhile
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "arena lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public final void setIntPlain(long handle, int value) {
        INT.set(aligned(handle, Integer.BYTES), handle & PAGE_MASK, value);
    }

    // ---- asking -----------------------------------------------------------------------------------------------------

    /**
     * Which act handed a page out.
     *
     * @param handle of any byte of it
     * @return the generation; 0 if it is not allocated
     * @throws IllegalArgumentException if the handle is not of this arena
     * @throws PeerStalledException if another process does not let go of the arena lock
     * @throws ArenaClosedException if this arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "arena lock", errors = {
            IllegalArgumentException.class, PeerStalledException.class, ArenaClosedException.class})
    public final long generation(long handle) {
        return pages.generationAt(handles.offset(handle, 1) >>> Reservation.PAGE_SHIFT);
    }

    /**
     * What the arena holds now, by counting.
     *
     * @return a snapshot
     * @throws PeerStalledException if another process does not let go of the arena lock
     * @throws ArenaClosedException if this arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "arena lock", errors = {
            PeerStalledException.class, ArenaClosedException.class})
    public final ArenaUsage usage() {
        return pages.usage();
    }

    /**
     * How much memory the pages occupy, as the system counts it, whoever touched them (mincore(2)). Takes 20 ms for each GiB
     * of the arena.
     *
     * @return bytes; -1 where the system does not say
     * @throws ArenaClosedException if this arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = ArenaClosedException.class)
    public final long memoryUsage() {
        long populated = pages.measurePopulatedPages();
        return populated < 0 ? -1 : populated << Reservation.PAGE_SHIFT;
    }

    /**
     * The length of the arena.
     *
     * @return bytes, a multiple of the page size
     */
    public final long bytes() {
        return handles.bytes();
    }

    /**
     * The handle of the first byte.
     *
     * @return 0, unless the arena is {@linkplain SparseArenaOptions#mappedAt mapped at} an address
     */
    public final long firstHandle() {
        return handles.origin();
    }

    /**
     * The file that peers attach to.
     *
     * @return its {@link MemoryFile#path} is what they open
     */
    public final MemoryFile file() {
        return pages.file();
    }

    /**
     * The kernel's own answers, quirks included, over the same pages; for tests of fidelity and for ported code.
     *
     * @return a view of this arena
     */
    public final KernelArenaCalls kernelAnswers() {
        return new KernelArenaCalls(pages, handles);
    }

    SharedPages pages() {
        return pages;
    }

    /** Where the pages are mapped, for those who track or pin them. */
    FileSpan span() {
        return pages.span();
    }

    /**
     * Ends all segments of this process and leaves the arena. The pages stay what they are, for the others and for whoever
     * attaches later; the memory goes when no process has the file. Closes the file if the arena was created here. Idempotent.
     *
     * @throws RangeBusyException if a system call of another thread uses a segment; nothing more is handed out, and calling
     *         close again completes it
     * @throws PeerStalledException if another process does not let go of the arena lock; calling close again completes it
     */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "lifecycle lock", errors = {
            RangeBusyException.class, PeerStalledException.class})
    public final void close() {
        pages.close();
        if (ownsFile) {
            pages.file().close();
        }
    }

    /**
     * Name and size, for logs.
     *
     * @return one line
     */
    @Override
    public final String toString() {
        return pages.name() + " (" + handles.bits() + "-bit handles, " + handles.bytes() + " bytes"
                + (pages.isClosed() ? ", closed)" : ")");
    }
}
