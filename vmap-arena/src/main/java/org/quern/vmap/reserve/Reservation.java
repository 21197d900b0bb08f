package org.quern.vmap.reserve;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.linux.Mman;
import org.quern.kapi.linux.Unistd;
import org.quern.kapi.raw.ScopedMemory;

/**
 * One span of address space, readable and writable as a whole, populated by nobody until touched.
 *
 * <p>
 * Invariants.
 * <ol>
 * <li>Every byte of {@code [base, base + bytes)} may be read and written from the return of {@link #open} until this
 * object is unreachable. No method unmaps or protects any part of it. A page never touched, or decommitted since, reads
 * as zeros.
 * <li>At least {@link #GUARD_BYTES} on each side are mapped without access, so that no run of another mapping is
 * adjacent; a stray access there is a crash, not silent damage, which is why all public access is bounds checked.
 * <li>The span is unmapped exactly once, by the cleaner.
 * </ol>
 *
 * <p>
 * The span is mapped without access first, trimmed to its alignment, and the body is then made accessible in one call:
 * guards are what was never opened, and alignment slack never counts as writable memory (it would under strict
 * overcommit). Rejected: MADV_GUARD_INSTALL for the two guards (saves two mappings, but not on kernels before 6.13, and
 * two ways of doing one thing); {@code close()} that unmaps (a reader racing with it would crash the virtual machine).
 *
 * <p>
 * Cost: {@link #open} three system calls, some 30 us whatever the size; three mappings. Thread-safe: the state is final.
 */
public final class Reservation {
    /** Inaccessible bytes on each side: covers a signed 16-bit displacement from any valid offset, twice. */
    public static final long GUARD_BYTES = 64 << 10;

    /**
     * The size of a page, in bytes: what the system populates and decommits at a time. Where the system cannot be asked nothing
     * can be reserved either, and the attempt says why; a class that fails to initialise would not.
     */
    public static final long PAGE_BYTES = Unistd.availability().isPresent() ? Unistd.pageSize() : 4096;

    /** log2 of {@link #PAGE_BYTES}. */
    public static final int PAGE_SHIFT = Long.numberOfTrailingZeros(PAGE_BYTES);

    /** The largest reservation asked for: 2^46 bytes, half of what x86-64 gives a process. */
    public static final long MAX_BYTES = 1L << 46;

    private static final long HUGE_PAGE_BYTES = 2 << 20;
    private static final int MAPPINGS = 3; // guard, body, guard
    private static final Cleaner CLEANER = Cleaner.create();

    private final long base;
    private final long bytes;

    private Reservation(long base, long bytes, Unmap unmap) {
        this.base = base;
        this.bytes = bytes;
        CLEANER.register(this, unmap);
    }

    /**
     * Reserves address space. When the system refuses for want of room (RLIMIT_AS, strict overcommit) the wish is halved,
     * down to {@code leastBytes}.
     *
     * @param name what the failure text calls it
     * @param wishedBytes a multiple of the page size, {@link #PAGE_BYTES} to {@link #MAX_BYTES}
     * @param leastBytes the smallest acceptable size, 1..wishedBytes
     * @return the reservation; its size is {@code wishedBytes} or that halved as often as was needed, rounded down to
     *         pages
     * @throws ReservationFailure if not even {@code leastBytes} can be had
     */
    public static Reservation open(String name, long wishedBytes, long leastBytes) throws ReservationFailure {
        if (!MappingBudget.PROCESS.acquire(MAPPINGS)) {
            throw new ReservationFailure("cannot reserve " + name + ": " + MappingBudget.PROCESS.used() + " of "
                    + MappingBudget.PROCESS.limit() + " mappings are in use (a quarter of vm.max_map_count);"
                    + " close arenas and pools, and let go of them", null);
        }
        Reservation reservation = null;
        try {
            reservation = halving(name, wishedBytes, leastBytes);
            return reservation;
        } finally {
            if (reservation == null) {
                MappingBudget.PROCESS.release(MAPPINGS);
            }
        }
    }

    private static Reservation halving(String name, long wishedBytes, long leastBytes) throws ReservationFailure {
        for (long want = wishedBytes; want >= Math.max(leastBytes, PAGE_BYTES); want = (want >>> 1) & -PAGE_BYTES) {
            Reservation reservation = attempt(want, Math.min(Long.highestOneBit(want), HUGE_PAGE_BYTES));
            if (reservation != null) {
                return reservation;
            }
        }
        throw new ReservationFailure("cannot reserve " + name + ": the system has no room for " + leastBytes
                + " bytes of address space (wished: " + wishedBytes + "); see RLIMIT_AS and vm.overcommit_memory",
                null);
    }

    /** One try; null when the system has no room for it. */
    private static @Nullable Reservation attempt(long bytes, long alignment) throws ReservationFailure {
        long asked = bytes + 2 * GUARD_BYTES + alignment;
        long start = Mman.tryMmap(0, asked, Mman.PROT_NONE,
                Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_NORESERVE, -1, 0);
        if (start < 0) {
            if (Errno.fromNumber((int) -start) == Errno.ENOMEM) {
                return null;
            }
            throw new ReservationFailure("mmap of " + asked + " bytes failed: " + Errno.fromNumber((int) -start), null);
        }
        long base = (start + GUARD_BYTES + alignment - 1) & -alignment;
        long from = base - GUARD_BYTES;
        long to = base + bytes + GUARD_BYTES;
        // Safe because [start, start + asked) was mapped by us just now and nobody else knows of it.
        unmap(start, from - start);
        unmap(to, start + asked - to);
        try {
            Mman.mprotect(base, bytes, Mman.PROT_READ | Mman.PROT_WRITE);
        } catch (KernelException e) {
            // Safe because the span is still known to nobody else.
            unmap(from, to - from);
            if (e.errno() == Errno.ENOMEM) {
                return null; // strict overcommit counts memory when it becomes writable
            }
            throw new ReservationFailure("mprotect of a new reservation of " + bytes + " bytes failed", e);
        }
        return new Reservation(base, bytes, new Unmap(from, to - from));
    }

    private static void unmap(long address, long length) {
        if (length > 0) {
            Mman.munmap(address, length);
        }
    }

    /**
     * The first byte's address. Who uses it keeps this object reachable for as long.
     *
     * @return a multiple of the page size, and of 2 MiB when the reservation is at least that large
     */
    public long base() {
        return base;
    }

    /**
     * The size.
     *
     * @return bytes, a multiple of the page size
     */
    public long bytes() {
        return bytes;
    }

    /**
     * The whole reservation as a segment that throws once {@code scope} is closed. It keeps this object reachable until
     * then.
     *
     * @param scope the life of the segment
     * @return a segment of {@link #bytes()} bytes
     */
    public MemorySegment segment(Arena scope) {
        return segment(0, bytes, scope);
    }

    /**
     * A part as a segment that throws once {@code scope} is closed. It keeps this object reachable until then.
     *
     * @param offset its first byte
     * @param length bytes
     * @param scope the life of the segment
     * @return the segment
     */
    public MemorySegment segment(long offset, long length, Arena scope) {
        checkPart(offset, length);
        // Safe because the part lies in the reservation, and the scope holds this object until it is closed.
        return ScopedMemory.of(base + offset, length, scope, this);
    }

    /**
     * Gives the memory of whole pages back to the system; they read as zeros from now on, and a later write populates
     * them again. Threads that access the part at the same time see the old bytes or zeros, never a fault. Cost: about
     * 2 us, and 0.26 us per populated page.
     *
     * @param offset a multiple of the page size
     * @param length a multiple of the page size
     */
    public void decommit(long offset, long length) {
        checkPages(offset, length);
        if (length == 0) {
            return;
        }
        try {
            // Safe because the part lies in the reservation, which stays mapped while this object is reachable (fence
            // below), and MADV_DONTNEED on private anonymous memory leaves it mapped.
            Mman.madvise(base + offset, length, Mman.MADV_DONTNEED);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Asks the system to use huge pages (2 MiB) for the reservation, or never to. A hint: where the system refuses,
     * nothing changes. With huge pages resident memory grows 2 MiB at a time.
     *
     * @param wanted true for huge pages, false for none even where the system would use them by itself
     * @return whether the system took the hint
     */
    public boolean adviseHugePages(boolean wanted) {
        try {
            // Safe because only the size of pages yet to be populated changes.
            return Mman.tryMadvise(base, bytes, wanted ? Mman.MADV_HUGEPAGE : Mman.MADV_NOHUGEPAGE) == 0;
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private void checkPart(long offset, long length) {
        if (offset < 0 || length < 0 || offset > bytes - length) {
            throw new IllegalArgumentException(
                    "offset=" + offset + ", length=" + length + ": not within a reservation of " + bytes + " bytes");
        }
    }

    /**
     * Checks that a part lies in the reservation and consists of whole pages.
     *
     * @param offset its first byte
     * @param length bytes
     * @throws IllegalArgumentException naming both, if not
     */
    public void checkPages(long offset, long length) {
        checkPart(offset, length);
        if (((offset | length) & (PAGE_BYTES - 1)) != 0) {
            throw new IllegalArgumentException(
                    "offset=" + offset + ", length=" + length + ": must be multiples of the page size " + PAGE_BYTES);
        }
    }

    /**
     * Rounds up to whole pages.
     *
     * @param bytes 0..{@link #MAX_BYTES}
     * @return the smallest multiple of the page size that is not less
     */
    public static long roundUpToPages(long bytes) {
        return (bytes + PAGE_BYTES - 1) & -PAGE_BYTES;
    }

    /** What the cleaner does; must not refer to the reservation, or it would never be unreachable. */
    private record Unmap(long start, long length) implements Runnable {
        @Override
        public void run() {
            // Safe because the reservation is unreachable: no segment, pool or arena over it is in use, and every raw
            // reader is bound to hold its pool.
            Mman.munmap(start, length);
            MappingBudget.PROCESS.release(MAPPINGS);
        }
    }
}
