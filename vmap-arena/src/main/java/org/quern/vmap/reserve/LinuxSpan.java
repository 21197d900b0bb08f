package org.quern.vmap.reserve;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.linux.Mman;

/**
 * Anonymous memory between two guards.
 *
 * <p>
 * Mapped without access first, and the body then made accessible in one call: guards are what was never opened, together
 * with the slack of the alignment, which never counts as writable memory (it would under strict overcommit).
 * Rejected: giving the slack back (two calls of four, for up to 2 MiB of address space); MADV_GUARD_INSTALL for the two
 * guards (saves two mappings, but not on kernels before 6.13, and two ways of doing one thing).
 *
 * @param start where the mapping begins
 * @param whole bytes of the mapping
 * @param base the body's first byte
 * @param bytes the body's size
 */
record LinuxSpan(long start, long whole, long base, long bytes) implements Span {
    private static final long STEP_BYTES = 64 << 20; // of populating: some 20 ms, after which what was done is known

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
        try {
            // Safe because [start, start + asked) was mapped by us just now and nobody else knows of it.
            Mman.mprotect(base, bytes, Mman.PROT_READ | Mman.PROT_WRITE);
        } catch (KernelException e) {
            // Safe because the span is still known to nobody else.
            Mman.munmap(start, asked);
            if (e.errno() == Errno.ENOMEM) {
                return null; // strict overcommit counts memory when it becomes writable
            }
            throw new ReservationFailure("mprotect of a new reservation of " + bytes + " bytes failed", e);
        }
        return new LinuxSpan(start, asked, base, bytes);
    }

    @Override
    public void discard(long offset, long length) {
        // Safe because the part lies in the span, which stays mapped through this call, and MADV_DONTNEED on private
        // anonymous memory leaves it mapped.
        Mman.madvise(base + offset, length, Mman.MADV_DONTNEED);
    }

    @Override
    public long populate(long offset, long length) {
        long done = 0;
        while (done < length) {
            long step = Math.min(STEP_BYTES, length - done);
            // Safe because the part lies in the span, which stays mapped through this call; what it holds stays.
            int result = Mman.tryMadvise(base + offset + done, step, Mman.MADV_POPULATE_WRITE);
            if (result == -Errno.EINVAL.number() && done == 0) {
                return Touch.pages(base + offset, length); // Linux before 5.14
            }
            if (result < 0 && result != -Errno.EAGAIN.number() && result != -Errno.EINTR.number()) {
                return done; // no memory, most likely: part of this step may be populated
            }
            done += result == 0 ? step : 0;
        }
        return done;
    }

    @Override
    public boolean collapse(long offset, long length) {
        // Safe because only the size of the pages changes, not what they hold.
        return Mman.tryMadvise(base + offset, length, Mman.MADV_COLLAPSE) == 0;
    }

    @Override
    public boolean guard(long offset, long length, boolean wanted) {
        // Safe because nobody was given these pages: the caller leases them with a range and shows them to nobody.
        if (wanted) {
            return Mman.tryMadvise(base + offset, length, Mman.MADV_GUARD_INSTALL) == 0;
        }
        Mman.madvise(base + offset, length, Mman.MADV_GUARD_REMOVE);
        return true;
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
        return () -> Mman.munmap(start, whole);
    }
}
