package org.quern.vmap.map;

import org.quern.kapi.Errno;
import org.quern.kapi.linux.Mman;
import org.quern.vmap.reserve.MappingBudget;
import org.quern.vmap.reserve.Reservation;

/**
 * Address space without access, a guard on each side, into which files are then mapped.
 *
 * <pre>
 *   from                base                          base + bytes        to
 *   |   guard, 64 KiB   |   body: to be mapped over    |   guard, 64 KiB   |
 * </pre>
 *
 * A body aligned to a power of two that is not less than its size crosses no multiple of that power: aligned so to at most
 * 4 GiB, all its addresses have equal upper 32 bits.
 *
 * @param base the first byte of the body
 * @param bytes the length of the body
 * @param mappings what it is charged for: the guards, and the parts that the body will have
 */
record GuardedSpan(long base, long bytes, int mappings) {
    private static final int GUARDS = 2;

    private static final int NOTHING = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_NORESERVE;

    /**
     * Reserves; charges its mappings to the budget, which {@link #release} returns.
     *
     * @param alignment a power of two, at least a page
     * @param at where the body is to be, or 0 for anywhere
     * @param parts mappings that the body will consist of
     */
    static GuardedSpan reserve(String name, long bytes, long alignment, long at, int parts) throws MapFailure {
        int mappings = parts + GUARDS;
        if (!MappingBudget.PROCESS.acquire(mappings)) {
            throw MapFailure.budget(name, mappings);
        }
        GuardedSpan span = null;
        try {
            span = at == 0 ? anywhere(name, bytes, alignment, mappings) : exactly(name, bytes, at, mappings);
            return span;
        } finally {
            if (span == null) {
                MappingBudget.PROCESS.release(mappings);
            }
        }
    }

    private static GuardedSpan anywhere(String name, long bytes, long alignment, int mappings) throws MapFailure {
        long asked = bytes + 2 * Reservation.GUARD_BYTES + alignment;
        long start = Mman.tryMmap(0, asked, Mman.PROT_NONE, NOTHING, -1, 0);
        if (start < 0) {
            throw MapFailure.system(name, "mmap of " + asked + " bytes of address space", start);
        }
        long base = (start + Reservation.GUARD_BYTES + alignment - 1) & -alignment;
        GuardedSpan span = new GuardedSpan(base, bytes, mappings);
        // Safe because [start, start + asked) was mapped by us just now and nobody else knows of it.
        unmap(start, span.from() - start);
        unmap(span.to(), start + asked - span.to());
        return span;
    }

    private static GuardedSpan exactly(String name, long bytes, long at, int mappings) throws MapFailure {
        GuardedSpan span = new GuardedSpan(at, bytes, mappings);
        long start = Mman.tryMmap(span.from(), span.to() - span.from(), Mman.PROT_NONE,
                NOTHING | Mman.MAP_FIXED_NOREPLACE, -1, 0);
        if (start == span.from()) {
            return span;
        }
        if (start >= 0) { // a kernel before 4.17 takes the address as a hint
            // Safe because the range was mapped by us just now and nobody else knows of it.
            unmap(start, span.to() - span.from());
            start = -Errno.EEXIST.number();
        }
        throw MapFailure.system(name, "mmap of " + bytes + " bytes at 0x" + Long.toHexString(at)
                + " with guards of " + Reservation.GUARD_BYTES, start);
    }

    /** Maps file pages over a part of the body; 0 or -errno. */
    int mapFile(long offset, long length, int fd, long fileOffset) {
        // Safe because the part lies in the body, which is ours; MAP_FIXED replaces it in one step.
        long at = Mman.tryMmap(base + offset, length, Mman.PROT_READ | Mman.PROT_WRITE,
                Mman.MAP_SHARED | Mman.MAP_FIXED | Mman.MAP_NORESERVE, fd, fileOffset);
        return at < 0 ? (int) at : 0;
    }

    /** Unmaps all of it, once, when nobody can reach it any more. */
    void release() {
        // Safe because the caller vouches that nothing made of the span is reachable.
        unmap(from(), to() - from());
        MappingBudget.PROCESS.release(mappings);
    }

    private long from() {
        return base - Reservation.GUARD_BYTES;
    }

    private long to() {
        return base + bytes + Reservation.GUARD_BYTES;
    }

    private static void unmap(long address, long length) {
        if (length > 0) {
            Mman.munmap(address, length);
        }
    }
}
