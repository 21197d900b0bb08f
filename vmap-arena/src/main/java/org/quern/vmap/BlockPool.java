package org.quern.vmap;

import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Objects;
import java.util.function.LongPredicate;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.vmap.fault.ArenaFaultDescriptor;
import org.quern.vmap.fault.FaultSupport;
import org.quern.vmap.page.PageBudget;
import org.quern.vmap.reserve.Backing;
import org.quern.vmap.reserve.DiscardVetoed;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.reserve.ResidentMemory;
import org.quern.vmap.slab.BlockLedger;
import org.quern.vmap.slab.Latch;
import org.quern.vmap.track.TrackedSpans;

/**
 * A pool of equal blocks in one contiguous reservation: block <i>k</i> lies at byte <i>k</i> x blockBytes. Blocks are
 * named by that offset; block 0 is never handed out, so offset 0 can stand for "none".
 *
 * <p>
 * <b>Type-stable memory.</b> The reservation belongs to this pool for good: memory that was a block is never anything but
 * that block, and it stays mapped, readable and writable, until the {@code BlockPool} object is unreachable - through
 * {@link #giveBack}, {@link #trim} and {@link #close}. A reader that follows an old offset therefore finds a block: its old
 * bytes, a new owner's, or zeros after a trim or close; never a fault. What such a reader makes of those bytes must be
 * validated by its own means.
 *
 * <p>
 * Guarantees.
 * <ol>
 * <li>A block is handed out again only after it was given back; no two callers own a block at the same time.
 * <li>Blocks given back are handed out last in, first out; blocks never used in ascending order, after those.
 * <li>A block never used, or decommitted since it was given back, reads as zeros; a reused one has its old bytes.
 * <li>No bookkeeping lies in or between the blocks: nothing written to the reservation can damage the pool.
 * <li>Actions before {@code giveBack(b)} happen-before actions after the {@code take()} that returns {@code b} again.
 * </ol>
 *
 * <p>
 * <b>Threads.</b> All methods may be called by any thread at any time. {@code take} and {@code giveBack} are meant for an
 * owner that has a lock of its own: they enter an internal latch that is then never contended (one compare-and-set; one for
 * a whole array in the forms that take arrays). Callers without a lock are served correctly, and wait for each other: a few
 * ns, as long as an array takes, some 150 us for a step of {@link #trim}, and until the memory is given back for
 * {@link #close}.
 *
 * <p>
 * <b>Faults.</b> No method touches a block. The first access of its owner may: the system then populates the page.
 *
 * <p>
 * <b>Costs.</b> {@code take} and {@code giveBack} some 6 ns each, no allocation except one array of 4 or 8 KiB per
 * thousands of blocks. Heap: 4.2 bytes per block of 64 bytes or more at most, in steps of that size; see
 * {@link #bookkeepingBytes}. Opening some 30 us and three mappings of the process's budget, whatever the size.
 */
@Operation(threads = Operation.Threads.ANY)
public final class BlockPool implements AutoCloseable {
    /** The smallest reservation a pool falls back to when the system has no room for the wished one. */
    public static final long LEAST_RESERVE_BYTES = 1 << 20;

    private static final long LONGEST_TRIM_PAGES = 512; // 2 MiB a step: the latch is free again after some 150 us

    private final String name;
    private final long blockBytes;
    private final long reciprocal;
    private final Reservation reservation;
    private final long base;
    private final BlockLedger ledger; // guarded by latch
    private final PageBudget budget;
    private final LongPredicate grant;
    private final Latch latch = new Latch();
    private final Arena scope = Arena.ofShared();
    private final MemorySegment memory;
    private boolean closed; // guarded by latch: nothing more is handed out
    private boolean relinquished; // guarded by latch: the memory has been given back, too
    private @Nullable TrackedSpans tracked; // guarded by latch; null until writes are tracked
    private @Nullable ArenaFaultDescriptor faults; // guarded by latch; as tracked

    private BlockPool(String name, long blockBytes, Reservation reservation, PageBudget budget) {
        this.name = name;
        this.blockBytes = blockBytes;
        this.reciprocal = Long.divideUnsigned(-1L, blockBytes) + 1;
        this.reservation = reservation;
        this.base = reservation.base();
        this.budget = budget;
        this.grant = budget::tryTake;
        this.memory = reservation.segment(scope);
        int blocks = (int) Math.min(Integer.MAX_VALUE, reservation.bytes() / blockBytes);
        this.ledger = new BlockLedger(blockBytes, Reservation.PAGE_SHIFT, blocks);
    }

    /**
     * Opens a pool over a reservation of its own. Where the system has no room for it (RLIMIT_AS, strict overcommit) the
     * size is halved as often as needed, to no less than {@link #LEAST_RESERVE_BYTES}; {@link #limitBytes} says what was
     * obtained. Some 30 us whatever the size; the first of a process reads {@code vm.max_map_count}. Where the process holds
     * too many mappings it asks for a collection and waits for forgotten pools to be unmapped, half a second at most; an
     * interrupt ends the wait and stays set.
     *
     * @param name what errors and statistics call it
     * @param blockBytes the size of a block, a multiple of 8, 8..2^40
     * @param reserveBytes address space for all blocks, rounded up to a power of two that holds at least two blocks; at
     *        most 2^46. Costs nothing until touched
     * @return the pool
     * @throws IllegalArgumentException if a size is out of range
     * @throws AddressSpaceException if the system has no room or the process holds too many mappings
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {
            IllegalArgumentException.class, AddressSpaceException.class})
    public static BlockPool open(String name, long blockBytes, long reserveBytes) {
        return open(BackEnd.preferred(), name, blockBytes, reserveBytes);
    }

    /**
     * As {@link #open(String, long, long)}, on a back end of the caller's choice.
     *
     * @param backEnd by which means the pool gets its memory
     * @param name what errors and statistics call it
     * @param blockBytes the size of a block, a multiple of 8, 8..2^40
     * @param reserveBytes address space for all blocks, rounded up to a power of two that holds at least two blocks; at
     *        most 2^46
     * @return the pool
     * @throws IllegalArgumentException if a size is out of range
     * @throws AddressSpaceException if the system has no room or the process holds too many mappings, or the back end is
     *         not available
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {
            IllegalArgumentException.class, AddressSpaceException.class})
    public static BlockPool open(BackEnd backEnd, String name, long blockBytes, long reserveBytes) {
        return open(backEnd, name, blockBytes, reserveBytes, PageBudget.unlimited());
    }

    static BlockPool open(BackEnd backEnd, String name, long blockBytes, long reserveBytes, PageBudget budget) {
        Objects.requireNonNull(backEnd, "backEnd");
        Objects.requireNonNull(name, "name");
        if (blockBytes < 8 || blockBytes > 1L << 40 || (blockBytes & 7) != 0) {
            throw new IllegalArgumentException("blockBytes=" + blockBytes + ": must be a multiple of 8 in 8..2^40");
        }
        if (reserveBytes <= 0 || reserveBytes > Reservation.MAX_BYTES) {
            throw new IllegalArgumentException("reserveBytes=" + reserveBytes + ": must be 1..2^46");
        }
        long least = ceilingPowerOfTwo(Math.max(2 * blockBytes, Reservation.PAGE_BYTES));
        long wished = Math.max(least, ceilingPowerOfTwo(reserveBytes));
        long floor = Math.min(wished, Math.max(least, LEAST_RESERVE_BYTES));
        return new BlockPool(name, blockBytes, AddressSpaceException.reserve(backEnd, name, wished, floor), budget);
    }

    private static long ceilingPowerOfTwo(long bytes) {
        return Long.highestOneBit(bytes - 1) << 1;
    }

    /**
     * Takes a block: the one given back last, or else the lowest never used. Its bytes are zeros or what they were when
     * it was given back. Some 6 ns; does not block but for the latch, and touches nothing.
     *
     * @return the block's offset from {@link #baseAddress}, a positive multiple of the block size; 0 if the pool is
     *         exhausted: all blocks are in use, or the next one would exceed the budget
     * @throws ArenaClosedException if the pool is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "latch", errors = {
            ArenaClosedException.class})
    public long take() {
        latch.enter();
        try {
            checkOpen();
            return ledger.take(grant) * blockBytes;
        } finally {
            latch.leave();
        }
    }

    /**
     * Gives a block back. Its bytes stay as they are; the caller must not use the block any more, but readers may still
     * look at it. Some 6 ns; does not block but for the latch.
     *
     * @param offset what {@link #take} returned
     * @throws IllegalArgumentException if {@code offset} is not a positive multiple of the block size
     * @throws StaleHandleException if the block is not in use: given back before, never taken, or beyond the last one
     * @throws ArenaClosedException if the pool is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "latch", errors = {
            IllegalArgumentException.class, StaleHandleException.class, ArenaClosedException.class})
    public void giveBack(long offset) {
        long block = blockOf(offset);
        latch.enter();
        try {
            checkOpen();
            if (ledger.giveBack(block) != BlockLedger.GiveBack.DONE) {
                throw notInUse(offset);
            }
        } finally {
            latch.leave();
        }
    }

    /**
     * Takes up to {@code to - from} blocks, in the order in which as many single calls would; the latch is entered once.
     *
     * @param into receives the offsets in {@code into[from..]}
     * @param from the first place, 0..{@code to}
     * @param to the place after the last, at most {@code into.length}
     * @return how many were taken; fewer than asked for if the pool is exhausted
     * @throws IndexOutOfBoundsException if the places are not in the array
     * @throws ArenaClosedException if the pool is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "latch", errors = {
            IndexOutOfBoundsException.class, ArenaClosedException.class})
    public int take(long[] into, int from, int to) {
        Objects.checkFromToIndex(from, to, into.length);
        latch.enter();
        try {
            checkOpen();
            for (int i = from; i < to; i++) {
                long block = ledger.take(grant);
                if (block == BlockLedger.NONE) {
                    return i - from;
                }
                into[i] = block * blockBytes;
            }
            return to - from;
        } finally {
            latch.leave();
        }
    }

    /**
     * Gives blocks back, in the order of the array; the latch is entered once. If one of them cannot be given back, none
     * is.
     *
     * @param offsets what {@code take} returned, in {@code offsets[from..to)}
     * @param from the first place, 0..{@code to}
     * @param to the place after the last, at most {@code offsets.length}
     * @throws IndexOutOfBoundsException if the places are not in the array
     * @throws IllegalArgumentException if an offset is not a positive multiple of the block size; nothing was given back
     * @throws StaleHandleException if a block is not in use, or occurs twice; nothing was given back
     * @throws ArenaClosedException if the pool is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "latch", errors = {
            IndexOutOfBoundsException.class, IllegalArgumentException.class, StaleHandleException.class,
            ArenaClosedException.class})
    public void giveBack(long[] offsets, int from, int to) {
        Objects.checkFromToIndex(from, to, offsets.length);
        int given = 0;
        boolean all = false;
        latch.enter();
        try {
            checkOpen();
            for (int i = from; i < to; i++) {
                if (ledger.giveBack(blockOf(offsets[i])) != BlockLedger.GiveBack.DONE) {
                    throw notInUse(offsets[i]);
                }
                given++;
            }
            all = true;
        } finally {
            for (; !all && given > 0; given--) {
                ledger.take(grant); // undoes the last one: last in, first out, and its pages are still marked
            }
            latch.leave();
        }
    }

    /** Under the latch. */
    private void checkOpen() {
        if (closed) {
            throw new ArenaClosedException("block pool " + name);
        }
    }

    /** The block at an offset: a multiplication and a check instead of a division. */
    private long blockOf(long offset) {
        // reciprocal = 2^64 / blockBytes + e with 0 < e <= 1, so the high half is exact for multiples of blockBytes.
        long block = Math.unsignedMultiplyHigh(offset, reciprocal);
        if (offset <= 0 || block * blockBytes != offset) {
            throw new IllegalArgumentException("offset=" + offset + ": must be a positive multiple of " + blockBytes
                    + " that " + name + " handed out");
        }
        return block;
    }

    /**
     * A block in use as a segment, for access that is checked. The segment belongs to the pool's scope: it throws
     * IllegalStateException after {@link #close}. It is not ended by {@link #giveBack}: that is what type-stable means.
     * Does not block but for the latch, and touches nothing; an access through the segment may fault.
     *
     * @param offset what {@link #take} returned
     * @return a segment of the block's size, accessible by every thread
     * @throws IllegalArgumentException if {@code offset} is not a positive multiple of the block size
     * @throws StaleHandleException if the block is not in use
     * @throws ArenaClosedException if the pool is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "latch", errors = {
            IllegalArgumentException.class, StaleHandleException.class, ArenaClosedException.class})
    public MemorySegment segment(long offset) {
        long block = blockOf(offset);
        latch.enter();
        try {
            checkOpen();
            if (!ledger.isInUse(block)) {
                throw notInUse(offset);
            }
        } finally {
            latch.leave();
        }
        return memory.asSlice(offset, blockBytes);
    }

    /**
     * The address of block 0. Raw access to {@code [baseAddress, baseAddress + limitBytes)} is safe at any time, even
     * after {@link #close}, by whoever keeps this object strongly reachable
     * ({@link Reference#reachabilityFence(Object)}).
     *
     * @return a multiple of the page size
     */
    public long baseAddress() {
        return base;
    }

    /**
     * The end of the readable and writable reservation.
     *
     * @return bytes from {@link #baseAddress}; a power of two
     */
    public long limitBytes() {
        return reservation.bytes();
    }

    /**
     * By which means the pool gets its memory.
     *
     * @return the back end
     */
    public BackEnd backEnd() {
        return BackEnd.of(reservation);
    }

    /**
     * The size of a block.
     *
     * @return bytes
     */
    public long blockBytes() {
        return blockBytes;
    }

    /**
     * How many blocks are taken and not yet given back. Costs the latch.
     *
     * @return 0 after close
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "latch")
    public long blocksInUse() {
        latch.enter();
        try {
            return closed ? 0 : ledger.used();
        } finally {
            latch.leave();
        }
    }

    /**
     * How much memory the blocks may occupy: the pages that blocks have been handed out on and that were not decommitted
     * since. An upper bound of what is resident, kept by counting; costs the latch.
     *
     * @return bytes, a multiple of the page size; 0 after close
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "latch")
    public long residentBytes() {
        latch.enter();
        try {
            return relinquished ? 0 : ledger.populatedPages() << Reservation.PAGE_SHIFT;
        } finally {
            latch.leave();
        }
    }

    /**
     * How much memory the reservation occupies as the system counts it ({@code /proc/self/smaps}). Reads the file
     * through, for which the system walks the page tables of the whole process: milliseconds. Includes what stray raw writes
     * populated; works after close too. On a back end without {@link Capability#RESIDENCE} it is {@link #residentBytes}.
     *
     * @return bytes
     * @throws UncheckedIOException if this system has no readable {@code /proc/self/smaps}
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = UncheckedIOException.class)
    public long measureResidentBytes() {
        if (!backEnd().can(Capability.RESIDENCE)) {
            return residentBytes();
        }
        try {
            return ResidentMemory.of(reservation);
        } finally {
            Reference.reachabilityFence(reservation);
        }
    }

    /**
     * What the bookkeeping costs on the heap. Costs the latch; works after close too.
     *
     * @return bytes, without object headers
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "latch")
    public long bookkeepingBytes() {
        latch.enter();
        try {
            return ledger.heapBytes();
        } finally {
            latch.leave();
        }
    }

    /**
     * Gives the memory of all pages that lie wholly in blocks not in use back to the system; those blocks read as zeros
     * from then on. Works in steps, between which other threads take and give back: some 150 us for each 2 MiB given up.
     *
     * @return bytes given up, by count: a multiple of the page size
     * @throws ArenaClosedException if the pool is closed, before or between two steps
     * @throws KernelException if the system does not take the memory back, which is so for pages locked by mlock(2); what
     *         earlier steps gave up stays given up, and the pool is as usable as before
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "latch", errors = {
            ArenaClosedException.class, KernelException.class})
    public long trim() {
        Trim trim = new Trim();
        long page = 0;
        do {
            latch.enter();
            try {
                checkOpen();
                page = ledger.trim(page, LONGEST_TRIM_PAGES, trim);
            } finally {
                latch.leave();
            }
        } while (page >= 0);
        return trim.pages << Reservation.PAGE_SHIFT;
    }

    /** Decommits pages, returns them to the budget and counts them. */
    private final class Trim implements BlockLedger.PageSink {
        private long pages;

        @Override
        public void decommit(long firstPage, long count) {
            reservation.decommit(firstPage << Reservation.PAGE_SHIFT, count << Reservation.PAGE_SHIFT);
            budget.giveBack(count);
            pages += count;
        }
    }

    /**
     * Closes the pool: ends all segments, gives all memory back to the system at once. The address space stays, reading
     * as zeros (or as it was, on a back end without {@link Capability#DISCARD}), until this object is unreachable. Blocks
     * until no thread is inside an access to a segment (microseconds), and while the system takes the memory back: 0.26 us
     * for each populated page. Idempotent; when it returns the pool is closed whoever closed it.
     *
     * @throws RangeBusyException if a segment is in use by a system call of another thread, or a page is pinned; in the
     *         first case nothing was changed
     * @throws KernelException if the system does not take the memory back, which is so for pages locked by mlock(2). The
     *         pool is closed all the same; its memory still counts, and calling close again goes on with it. At the latest it
     *         goes when this object is unreachable
     */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "latch", errors = {
            RangeBusyException.class, KernelException.class})
    public void close() {
        latch.enter();
        try {
            if (relinquished) {
                return;
            }
            if (!PageSpace.endScope(scope)) { // waits until no thread is inside an access
                throw new RangeBusyException("block pool " + name + ": a call of another thread uses a segment", null);
            }
            closed = true;
            reservation.relinquish();
            relinquished = true;
            budget.giveBack(ledger.populatedPages());
        } catch (DiscardVetoed e) {
            throw new RangeBusyException("block pool " + name + ": it has pinned pages; close again", e);
        } finally {
            latch.leave();
        }
    }

    /**
     * Tracks writes to all of the pool's reservation. Some 50 us.
     *
     * @param mode how writes are noticed; see {@link TrackingMode#preferred}
     * @return the tracker; to it everything is new
     * @throws CallUnavailableException if the mode is not available, here or on this back end
     * @throws RangeBusyException if the kernel tracks the pool for another tracker
     * @throws AddressSpaceException if there is no address space for marks, or the process holds too many mappings
     * @throws ArenaClosedException if the pool is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "latch", errors = {
            CallUnavailableException.class, RangeBusyException.class, AddressSpaceException.class,
            ArenaClosedException.class})
    public WriteTracker trackWrites(TrackingMode mode) {
        latch.enter();
        try {
            checkOpen();
            if (tracked == null) {
                tracked = new TrackedSpans();
                reservation.watch(tracked);
            }
            return TrackedSource.of(name, memory, 0, true, tracked, PageOwner.of(memory), this::faultDescriptor)
                    .open(mode);
        } finally {
            latch.leave();
        }
    }

    /**
     * Tracks writes to all of the pool, in the best mode that it can have.
     *
     * @return as {@link #trackWrites(TrackingMode)}
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "latch", errors = {
            RangeBusyException.class, AddressSpaceException.class, ArenaClosedException.class})
    public WriteTracker trackWrites() {
        return trackWrites(
                reservation.backing() == Backing.LINUX ? TrackingMode.preferred() : TrackingMode.SOFTWARE);
    }

    /** Under the latch. The pool's own: it fills no pages, but one owner of a mapping is all there can be. */
    private @Nullable ArenaFaultDescriptor faultDescriptor() {
        if (faults == null && reservation.backing() == Backing.LINUX) {
            faults = ArenaFaultDescriptor.tryOpen(reservation, FaultSupport.probe());
        }
        return faults;
    }

    /** As {@link #close}; false if a system call of another thread uses a segment, and nothing was changed. */
    boolean tryClose() {
        try {
            close();
            return true;
        } catch (RangeBusyException e) {
            return false;
        }
    }

    boolean isClosed() {
        latch.enter();
        try {
            return relinquished;
        } finally {
            latch.leave();
        }
    }

    /**
     * Asks the system to back the pool with pages of 2 MiB, or never to. They make random access over a large pool cheaper
     * (fewer misses of the translation cache) and resident memory coarser: {@link #residentBytes}, which counts pages of
     * the ordinary size, may then be too low. A hint; without this call the system's own setting applies.
     * One {@code madvise}; changes nothing that is populated already; may be called after close, too.
     *
     * @param wanted true to ask for them, false to refuse them
     * @return whether the system took the hint
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY)
    public boolean adviseHugePages(boolean wanted) {
        return reservation.adviseHugePages(wanted);
    }

    /**
     * Name, block size and use, for logs. Costs the latch.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return name + " (blocks of " + blockBytes + " bytes, " + blocksInUse() + " in use)";
    }

    /** Checks the books, in time proportional to the blocks ever used; for tests. */
    void verify() {
        latch.enter();
        try {
            ledger.verify();
        } finally {
            latch.leave();
        }
    }

    private StaleHandleException notInUse(long offset) {
        return new StaleHandleException("offset=" + offset + ": this block of " + name + " is not in use;"
                + " it was given back before or never taken");
    }
}
