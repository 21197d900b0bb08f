package org.quern.vmap;

import org.quern.vmap.reserve.Reservation;

/**
 * What handles an arena has: arithmetic only.
 *
 * <pre>
 *   handle = (origin + offset) mod 2^bits       origin: 0, or the lower bits of the address at which the arena is mapped
 *   offset = (handle - origin) mod 2^bits       in the arena if less than its bytes
 * </pre>
 *
 * So a 32-bit arena may be mapped such that its handles begin anywhere in the 4 GiB window; they do not wrap around inside
 * it, because an arena whose first and last address differ in the upper bits is not made.
 *
 * @param bits 32 or 64
 * @param origin the handle of the first page
 * @param bytes the arena's length
 */
record HandleSpace(int bits, long origin, long bytes) {
    private static final long PAGE_MASK = Reservation.PAGE_BYTES - 1;

    private long wrap(long value) {
        return bits == 32 ? value & 0xffff_ffffL : value;
    }

    long handleAt(long offset) {
        return wrap(origin + offset);
    }

    /** The offset of a handle that may be anybody's: anything, less than {@link #bytes} only if it is in the arena. */
    long offsetOrBeyond(long handle) {
        return wrap(handle - origin);
    }

    boolean holds(long offset, long length) {
        return offset >= 0 && length >= 0 && length <= bytes && offset <= bytes - length;
    }

    /** The offset of a handle of this arena. */
    long offset(long handle, long length) {
        long offset = offsetOrBeyond(handle);
        if ((bits == 32 && handle >>> 32 != 0) || !holds(offset, length)) {
            throw new IllegalArgumentException("handle=" + text(handle) + ", length=" + length
                    + ": not within the arena, " + text(origin) + " + " + bytes + " bytes");
        }
        return offset;
    }

    /** The first page of a handle of whole pages. */
    long firstPage(long handle, long pages) {
        if (pages < 1 || pages > bytes >>> Reservation.PAGE_SHIFT) {
            throw new IllegalArgumentException("pages=" + pages + ": must be 1.." + (bytes >>> Reservation.PAGE_SHIFT));
        }
        if ((handle & PAGE_MASK) != 0) {
            throw new IllegalArgumentException(
                    "handle=" + text(handle) + ": must be a multiple of the page size " + Reservation.PAGE_BYTES);
        }
        return offset(handle, pages << Reservation.PAGE_SHIFT) >>> Reservation.PAGE_SHIFT;
    }

    String text(long handle) {
        return "0x" + Long.toHexString(handle);
    }
}
