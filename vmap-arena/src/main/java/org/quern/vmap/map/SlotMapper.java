package org.quern.vmap.map;

import java.lang.ref.Reference;

import org.quern.kapi.linux.Mman;
import org.quern.vmap.reserve.Reservation;

/**
 * Puts pages of files at places of a reservation, and empty memory back. The lowest layer: it checks nothing.
 *
 * <p>
 * Contract (who calls vouches for it): the range belongs to an area of the caller's with a live record; nobody can be
 * looking at it when something is taken away from it; the mapping was charged to the budget; the file is open and has the
 * pages. A higher call will not do because only the record knows what is populated. Pages are mapped readable and writable,
 * never executable. In failure the slots of that call are as they were.
 */
public interface SlotMapper {
    /**
     * Maps file pages over a range, in one step: a reader finds either what was there or the file's.
     *
     * @param offset in the reservation, a multiple of the page size
     * @param length a multiple of the page size
     * @param fd the file, open for reading and writing
     * @param fileOffset a multiple of the page size
     * @return 0 or -errno
     */
    int map(long offset, long length, int fd, long fileOffset);

    /**
     * Puts empty memory over a range, in one step. The range stays mapped: it reads as zeros.
     *
     * @param offset in the reservation, a multiple of the page size
     * @param length a multiple of the page size
     * @return 0 or -errno
     */
    int clear(long offset, long length);

    /**
     * The system's.
     *
     * @param reservation where the places are
     * @return a mapper of its range
     */
    static SlotMapper of(Reservation reservation) {
        return new SlotMapper() {
            @Override
            public int map(long offset, long length, int fd, long fileOffset) {
                return at(offset, length, Mman.MAP_SHARED, fd, fileOffset);
            }

            @Override
            public int clear(long offset, long length) {
                return at(offset, length, Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS, -1, 0);
            }

            private int at(long offset, long length, int kind, int fd, long fileOffset) {
                try {
                    // Safe because the range lies in the reservation, which stays mapped while it is reachable (fence
                    // below); MAP_FIXED replaces it in one step by memory with the same access.
                    long result = Mman.tryMmap(reservation.base() + offset, length, Mman.PROT_READ | Mman.PROT_WRITE,
                            kind | Mman.MAP_FIXED | Mman.MAP_NORESERVE, fd, fileOffset);
                    return result < 0 ? (int) result : 0;
                } finally {
                    Reference.reachabilityFence(reservation);
                }
            }
        };
    }
}
