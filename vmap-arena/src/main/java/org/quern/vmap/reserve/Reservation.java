package org.quern.vmap.reserve;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Arrays;

import org.quern.kapi.linux.Unistd;
import org.quern.kapi.raw.ScopedMemory;
import org.quern.vmap.event.DecommitEvent;
import org.quern.vmap.event.MapEvent;
import org.quern.vmap.event.PopulateEvent;

/**
 * One span of address space, readable and writable as a whole, populated by nobody until touched.
 *
 * <p>
 * Invariants.
 * <ol>
 * <li>Every byte of {@code [base, base + bytes)} may be read and written from the return of {@link #open} until this
 * object is unreachable. No method unmaps or protects any part of it. A page never touched, or decommitted since, reads
 * as zeros.
 * <li>At least {@link #GUARD_BYTES} on each side belong to nobody, so that no run of another mapping is adjacent. On Linux
 * they are mapped without access: a stray access there is a crash, not silent damage, which is why all public access is
 * bounds checked.
 * <li>The span is unmapped exactly once, by the cleaner.
 * </ol>
 *
 * <p>
 * Rejected: {@code close()} that unmaps (a reader racing with it would crash the virtual machine).
 *
 * <p>
 * Cost on Linux: {@link #open} three system calls, some 30 us whatever the size; three mappings. Thread-safe.
 */
public final class Reservation {
    /** Bytes on each side that belong to nobody: covers a signed 16-bit displacement from any valid offset, twice. */
    public static final long GUARD_BYTES = 64 << 10;

    /**
     * The size of a page, in bytes: what the system populates and decommits at a time. Where the system cannot be asked, 64
     * KiB: a multiple of every page size in use.
     */
    public static final long PAGE_BYTES = Unistd.availability().isPresent() ? Unistd.pageSize() : 64 << 10;

    /** log2 of {@link #PAGE_BYTES}. */
    public static final int PAGE_SHIFT = Long.numberOfTrailingZeros(PAGE_BYTES);

    /** The largest reservation asked for: 2^46 bytes, half of what x86-64 gives a process. */
    public static final long MAX_BYTES = 1L << 46;

    private static final long HUGE_PAGE_BYTES = 2 << 20;
    private static final Cleaner CLEANER = Cleaner.create();
    private static final DiscardWatch[] NOBODY = {};

    private final String name;
    private final Backing backing;
    private final Span span;
    private final long base;
    private final long bytes;

    /** Copied on write; the volatile write in {@link #watch} pairs with the volatile read in {@link #decommit}. */
    private volatile DiscardWatch[] watches = NOBODY;

    private Reservation(String name, Backing backing, Span span) {
        this.name = name;
        this.backing = backing;
        this.span = span;
        this.base = span.base();
        this.bytes = span.bytes();
        CLEANER.register(this, new Unmap(span.release(), backing.mappings()));
    }

    /**
     * As {@link #open(Backing, String, long, long)} on {@link Backing#preferred()}.
     *
     * @param name what the failure text calls it
     * @param wishedBytes a multiple of the page size, {@link #PAGE_BYTES} to {@link #MAX_BYTES}
     * @param leastBytes the smallest acceptable size, 1..wishedBytes
     * @return the reservation
     * @throws ReservationFailure if not even {@code leastBytes} can be had
     */
    public static Reservation open(String name, long wishedBytes, long leastBytes) throws ReservationFailure {
        return open(Backing.preferred(), name, wishedBytes, leastBytes);
    }

    /**
     * Reserves address space. When the system refuses for want of room (RLIMIT_AS, strict overcommit) the wish is halved,
     * down to {@code leastBytes}.
     *
     * @param backing where it is to come from
     * @param name what the failure text calls it
     * @param wishedBytes a multiple of the page size, {@link #PAGE_BYTES} to {@link #MAX_BYTES}
     * @param leastBytes the smallest acceptable size, 1..wishedBytes
     * @return the reservation; its size is {@code wishedBytes} or that halved as often as was needed, rounded down to
     *         pages
     * @throws ReservationFailure if not even {@code leastBytes} can be had
     */
    public static Reservation open(Backing backing, String name, long wishedBytes, long leastBytes)
            throws ReservationFailure {
        if (!backing.availability().isPresent()) {
            throw new ReservationFailure("cannot reserve " + name + ": the back end " + backing
                    + " is not available: " + backing.availability().reason(), null);
        }
        if (!MappingBudget.PROCESS.acquire(backing.mappings())) {
            throw new ReservationFailure("cannot reserve " + name + ": " + MappingBudget.PROCESS.used() + " of "
                    + MappingBudget.PROCESS.limit() + " mappings are in use (a quarter of vm.max_map_count);"
                    + " close arenas and pools, and let go of them", null);
        }
        MapEvent event = MapEvent.begin(name, backing.name(), wishedBytes);
        Reservation reservation = null;
        try {
            reservation = halving(backing, name, wishedBytes, leastBytes);
            return reservation;
        } finally {
            if (reservation == null) {
                MappingBudget.PROCESS.release(backing.mappings());
            }
            if (event != null) {
                event.done(reservation == null ? 0 : reservation.bytes);
            }
        }
    }

    /** A reservation over a given span, for tests that make it fail. */
    static Reservation over(String name, Backing backing, Span span) {
        if (!MappingBudget.PROCESS.acquire(backing.mappings())) {
            throw new IllegalStateException("no mappings left");
        }
        return new Reservation(name, backing, span);
    }

    private static Reservation halving(Backing backing, String name, long wishedBytes, long leastBytes)
            throws ReservationFailure {
        for (long want = wishedBytes; want >= Math.max(leastBytes, PAGE_BYTES); want = (want >>> 1) & -PAGE_BYTES) {
            Span span = backing.attempt(want, leastBytes, Math.min(Long.highestOneBit(want), HUGE_PAGE_BYTES));
            if (span != null) {
                return new Reservation(name, backing, span);
            }
        }
        throw new ReservationFailure("cannot reserve " + name + ": the system has no room for " + leastBytes
                + " bytes of address space (wished: " + wishedBytes + "); see RLIMIT_AS and vm.overcommit_memory",
                null);
    }

    /**
     * Where it came from.
     *
     * @return the back end
     */
    public Backing backing() {
        return backing;
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
     * Registers a watch of discards; it cannot be removed. Discards that began before do not ask it.
     *
     * @param watch asked and told from now on
     */
    public synchronized void watch(DiscardWatch watch) {
        DiscardWatch[] more = Arrays.copyOf(watches, watches.length + 1);
        more[watches.length] = watch;
        watches = more; // pairs with the read in decommit
    }

    /**
     * Makes whole pages read as zeros and gives their memory back to the system; a later write populates them again.
     * Threads that access the part at the same time see the old bytes or zeros, never a fault. The only way by which pages
     * of a reservation are discarded. Cost on Linux: about 2 us, and 0.26 us per populated page.
     *
     * @param offset a multiple of the page size
     * @param length a multiple of the page size
     * @throws DiscardVetoed if a watch refuses; nothing was changed
     */
    public void decommit(long offset, long length) {
        checkPages(offset, length);
        if (length > 0) {
            discard(offset, length, true);
        }
    }

    /**
     * Gives all memory back to the system, for good: nobody relies on what it reads as from now on. Where the back end
     * could only write zeros, this does nothing, and the memory goes when this object is unreachable.
     *
     * @throws DiscardVetoed if a watch refuses; nothing was changed
     */
    public void relinquish() {
        discard(0, bytes, backing != Backing.PORTABLE || Backing.unloadingDiscards());
    }

    private void discard(long offset, long length, boolean really) {
        DecommitEvent event = DecommitEvent.begin(name, offset, length);
        DiscardWatch[] all = watches;
        int permitted = 0;
        boolean discarded = false;
        try {
            for (DiscardWatch watch : all) {
                if (!watch.permit(offset, length)) {
                    throw new DiscardVetoed(offset, length);
                }
                permitted++;
            }
            if (really) {
                span.discard(offset, length);
            }
            discarded = really;
        } finally {
            while (permitted > 0) {
                all[--permitted].settled(offset, length, discarded);
            }
            if (event != null) {
                event.done(discarded);
            }
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Populates whole pages, as a first write to each would; what they hold stays, whoever writes to them meanwhile. Cost: 1.3
     * us for each page of 4 KiB that is not populated, less by far with huge pages.
     *
     * @param offset a multiple of the page size
     * @param length a multiple of the page size
     * @return bytes from {@code offset} on that are known to be populated; fewer than {@code length} if the system had no
     *         memory for more
     */
    public long populate(long offset, long length) {
        checkPart(offset, length);
        checkPages(offset, length);
        PopulateEvent event = PopulateEvent.begin(name, offset, length);
        long done = 0;
        try {
            done = span.populate(offset, length);
            return done;
        } finally {
            Reference.reachabilityFence(this);
            if (event != null) {
                event.done(done);
            }
        }
    }

    /**
     * Asks the system to use huge pages (2 MiB) for a part, or never to. A hint: where the system refuses, nothing changes.
     * With huge pages resident memory grows 2 MiB at a time. A part that differs from its surroundings is a mapping of its
     * own, and its rest another.
     *
     * @param offset a multiple of the page size
     * @param length a multiple of the page size
     * @param wanted true for huge pages, false for none even where the system would use them by itself
     * @return whether the system took the hint
     */
    public boolean adviseHugePages(long offset, long length, boolean wanted) {
        checkPart(offset, length);
        checkPages(offset, length);
        try {
            return span.adviseHugePages(offset, length, wanted);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * As {@link #adviseHugePages(long, long, boolean)} for the whole reservation.
     *
     * @param wanted true for huge pages, false for none
     * @return whether the system took the hint
     */
    public boolean adviseHugePages(boolean wanted) {
        return adviseHugePages(0, bytes, wanted);
    }

    /**
     * Makes huge pages of the populated pages of a part, now. May take some ms for each MiB moved.
     *
     * @param offset a multiple of the page size
     * @param length a multiple of the page size
     * @return whether all of it could be made huge
     */
    public boolean collapse(long offset, long length) {
        checkPart(offset, length);
        checkPages(offset, length);
        try {
            return length > 0 && span.collapse(offset, length);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /**
     * Makes pages inaccessible: any touch kills the process. Or accessible again; they are zeros then. The one exception to
     * the first invariant: for pages that are shown to nobody.
     *
     * @param offset a multiple of the page size
     * @param length a multiple of the page size
     * @param wanted whether they are to be guards
     * @return false where the system has no such guards (Linux before 6.13), or refuses; nothing was changed
     * @throws org.quern.kapi.KernelException if a guard cannot be removed; it is still there
     */
    public boolean guard(long offset, long length, boolean wanted) {
        checkPart(offset, length);
        checkPages(offset, length);
        try {
            return span.guard(offset, length, wanted);
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
    private record Unmap(Runnable release, int mappings) implements Runnable {
        @Override
        public void run() {
            release.run();
            MappingBudget.PROCESS.release(mappings);
        }
    }
}
