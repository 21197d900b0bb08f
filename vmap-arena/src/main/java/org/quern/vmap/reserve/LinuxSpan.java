package org.quern.vmap.reserve;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.linux.Mman;

/**
 * Anonymous memory between two guards.
 *
 * <p>
 * Mapped without access first, trimmed to its alignment, and the body then made accessible in one call: guards are what
 * was never opened, and alignment slack never counts as writable memory (it would under strict overcommit). Rejected:
 * MADV_GUARD_INSTALL for the two guards (saves two mappings, but not on kernels before 6.13, and two ways of doing one
 * thing).
 */
record LinuxSpan(long base, long bytes) implements Span {

    static @Nullable Span attempt(long bytes, long alignment) throws ReservationFailure {
        long asked = bytes + 2 * Reservation.GUARD_BYTES + alignment;
        long start = Mman.tryMmap(0, asked, Mman.PROT_NONE,
                Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_NORESERVE, -1, 0);
        if (start < 0) {
            if (Errno.fromNumber((int) -start) == Errno.ENOMEM) {
                return null;
            }
            throw new ReservationFailure("mmap of " + asked + " bytes failed: " + Errno.fromNumber((int) -start), null);
        }
        long base = (start + Reservation.GUARD_BYTES + alignment - 1) & -alignment;
        long from = base - Reservation.GUARD_BYTES;
        long to = base + bytes + Reservation.GUARD_BYTES;
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
        return new LinuxSpan(base, bytes);
    }

    private static void unmap(long address, long length) {
        if (length > 0) {
            Mman.munmap(address, length);
        }
    }

    @Override
    public void discard(long offset, long length) {
        // Safe because the part lies in the span, which stays mapped through this call, and MADV_DONTNEED on private
        // anonymous memory leaves it mapped.
        Mman.madvise(base + offset, length, Mman.MADV_DONTNEED);
    }

    @Override
    public boolean adviseHugePages(long offset, long length, boolean wanted) {
        // Safe because only the size of pages yet to be populated changes.
        return Mman.tryMadvise(base + offset, length, wanted ? Mman.MADV_HUGEPAGE : Mman.MADV_NOHUGEPAGE) == 0;
    }

    @Override
    public Runnable release() {
        // Safe because the reservation is unreachable when this runs: no segment, pool or arena over it is in use, and
        // every raw reader is bound to hold its pool.
        return () -> Mman.munmap(base - Reservation.GUARD_BYTES, bytes + 2 * Reservation.GUARD_BYTES);
    }
}
