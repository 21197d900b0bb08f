package org.quern.vmap;

import org.quern.vmap.page.Lease;
import org.quern.vmap.reserve.MappingBudget;
import org.quern.vmap.reserve.Reservation;

/**
 * Huge pages for one range. Advice that differs from the arena's makes a mapping of the range and one of what is behind it:
 * two more for the budget, until the advice is taken back, which lets the system merge them.
 *
 * <p>
 * Called while the lease is held or being released; {@link Lease#hugePages} is written by nobody else.
 */
final class HugeRange {
    private static final long HUGE_BYTES = 2 << 20;
    private static final int MAPPINGS = 2;

    private HugeRange() {}

    static HugePages ask(Reservation reservation, boolean byDefault, PageRange range, Lease lease) {
        long from = (range.offset() + HUGE_BYTES - 1) & -HUGE_BYTES; // the reservation itself is aligned
        long to = (range.offset() + range.bytes()) & -HUGE_BYTES;
        long eligible = Math.max(0, to - from);
        boolean advised = eligible > 0 && (byDefault || advise(reservation, range, lease));
        if (advised) {
            reservation.collapse(from, eligible);
        }
        return new HugePages(range.bytes(), eligible, advised,
                PageStates.hugeBytes(reservation, range.offset(), range.bytes()));
    }

    private static boolean advise(Reservation reservation, PageRange range, Lease lease) {
        synchronized (lease) { // a range may be held by several threads that ask at once
            if (!lease.hugePages() && MappingBudget.PROCESS.acquire(MAPPINGS)) {
                lease.hugePages(reservation.adviseHugePages(range.offset(), range.bytes(), true));
                if (!lease.hugePages()) {
                    MappingBudget.PROCESS.release(MAPPINGS);
                }
            }
            return lease.hugePages();
        }
    }

    static void end(Reservation reservation, Lease lease) {
        if (lease.hugePages()) {
            reservation.adviseHugePages(lease.firstPage() << Reservation.PAGE_SHIFT,
                    lease.pages() << Reservation.PAGE_SHIFT, false);
            lease.hugePages(false);
            MappingBudget.PROCESS.release(MAPPINGS);
        }
    }
}
