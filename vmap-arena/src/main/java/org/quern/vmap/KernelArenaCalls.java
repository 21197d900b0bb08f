package org.quern.vmap;

import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.vmap.reserve.Reservation;

/**
 * The calls by which programs of the kernel use an arena, with the kernel's answers: no exception for what a caller did
 * wrong, but null, an error number, or nothing at all. A lenient view of a {@link SparseArena}, which is otherwise strict.
 *
 * <table>
 * <caption>What differs</caption>
 * <tr>
 * <th>case</th>
 * <th>here, as in the kernel</th>
 * <th>in SparseArena</th>
 * </tr>
 * <tr>
 * <td>double free; free of a reservation</td>
 * <td>silent; un-reserves</td>
 * <td>StaleHandleException</td>
 * </tr>
 * <tr>
 * <td>unaligned free</td>
 * <td>rounded down to a page</td>
 * <td>IllegalArgumentException</td>
 * </tr>
 * <tr>
 * <td>free beyond the end</td>
 * <td>clipped</td>
 * <td>IllegalArgumentException</td>
 * </tr>
 * <tr>
 * <td>unaligned reserve</td>
 * <td>0, and nothing reserved</td>
 * <td>IllegalArgumentException</td>
 * </tr>
 * </table>
 *
 * Thread-safe. Documented behaviour only; the kernel's source was not consulted.
 */
@Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "arena lock", errors = {
        PeerStalledException.class, ArenaDamagedException.class, ArenaClosedException.class})
public final class KernelArenaCalls {
    /** No preference among memory nodes. */
    public static final int NO_NODE = -1;

    private static final long PAGE_MASK = Reservation.PAGE_BYTES - 1;

    private final SharedPages pages;
    private final HandleSpace handles;

    KernelArenaCalls(SharedPages pages, HandleSpace handles) {
        this.pages = pages;
        this.handles = handles;
    }

    private long total() {
        return handles.bytes() >>> Reservation.PAGE_SHIFT;
    }

    /** The offset of an address, of which the handle's bits count. */
    private long offset(long address) {
        return handles.offsetOrBeyond(address);
    }

    /**
     * Allocates zeroed pages.
     *
     * @param address where, or 0 for the best fit
     * @param count pages
     * @param node {@link #NO_NODE} or 0: memory nodes are the system's business
     * @param flags must be 0
     * @return the first page's handle, or 0 if anything is wrong or there is no room
     */
    public long allocPages(long address, long count, int node, long flags) {
        if (flags != 0 || count < 1 || count > total() || (node != NO_NODE && node != 0)) {
            return 0;
        }
        ArenaOutcome outcome;
        if (address == 0) {
            outcome = pages.allocate(count);
        } else {
            long offset = offset(address);
            if ((address & PAGE_MASK) != 0 || !handles.holds(offset, count << Reservation.PAGE_SHIFT)) {
                return 0;
            }
            outcome = pages.allocateAt(offset >>> Reservation.PAGE_SHIFT, count);
        }
        return outcome instanceof PageGrant grant ? handles.handleAt(grant.handle() << Reservation.PAGE_SHIFT) : 0;
    }

    /**
     * Frees pages whatever state they are in.
     *
     * @param address rounded down to a page; 0 and addresses outside do nothing
     * @param count pages, clipped to the arena's end; less than 1 does nothing
     * @throws KernelException if the system does not take the memory back
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "arena lock", errors = {
            KernelException.class, PeerStalledException.class, ArenaDamagedException.class,
            ArenaClosedException.class})
    public void freePages(long address, long count) {
        long first = offset(address) >>> Reservation.PAGE_SHIFT;
        if (address == 0 || count < 1 || first >= total()) {
            return;
        }
        long end = count < total() - first ? first + count : total();
        if (first == 0 && handles.origin() == 0 && !pages.header().usesPageZero()) {
            first = 1; // the page of the null handle stays reserved: it must never be handed out
        }
        if (first < end) {
            pages.freeAnything(first, end - first);
        }
    }

    /**
     * Excludes pages from allocation.
     *
     * @param address the first page's
     * @param count pages
     * @return 0; also, and without effect, if {@code count} is 0 or the address not page aligned. -EINVAL if the run exceeds
     *         the arena, -EBUSY if a page of it is not free
     */
    public int reservePages(long address, long count) {
        if (count == 0 || (address & PAGE_MASK) != 0) {
            return 0;
        }
        long first = offset(address) >>> Reservation.PAGE_SHIFT;
        if (count < 0 || first < 0 || first >= total() || count > total() - first) {
            return -Errno.EINVAL.number();
        }
        return pages.reserve(first, count) instanceof PageGrant ? 0 : -Errno.EBUSY.number();
    }
}
