package org.quern.vmap;

import org.quern.kapi.linux.PagemapScan;
import org.quern.vmap.reserve.Backing;
import org.quern.vmap.reserve.MemoryRoom;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.track.KernelScan;
import org.quern.vmap.track.Regions;
import org.quern.vmap.track.ScanOrder;

/**
 * What the system says about the pages of a part of a reservation: populated or not, huge or not, by PAGEMAP_SCAN (Linux
 * 6.7). Where it cannot be asked, a part counts as populated altogether: the upper bound.
 *
 * <p>
 * A page that was only read is not populated: it shows the system's one page of zeros. A page that was swapped out is.
 */
final class PageStates {
    private static final int PRESENT = PagemapScan.PAGE_IS_PRESENT;
    private static final int SWAPPED = PagemapScan.PAGE_IS_SWAPPED;
    private static final int ZERO = PagemapScan.PAGE_IS_PFNZERO;
    private static final int HUGE = PagemapScan.PAGE_IS_HUGE;
    private static final int GUARD = PagemapScan.PAGE_IS_GUARD;
    private static final int REGIONS = 512;

    /** Receives runs of populated pages. */
    @FunctionalInterface
    interface Sink {
        void populated(long offset, long bytes, boolean huge);
    }

    private PageStates() {}

    static boolean areKnown(Reservation reservation) {
        return reservation.backing() == Backing.LINUX && KernelScan.availability().isPresent();
    }

    /** Reports what is populated, ascending. */
    static void scan(Reservation reservation, long offset, long bytes, Sink sink) {
        if (!areKnown(reservation)) {
            sink.populated(offset, bytes, false);
            return;
        }
        long known = KernelScan.knownCategories();
        long told = (PRESENT | SWAPPED | ZERO | HUGE | GUARD) & known;
        ScanOrder order = new ScanOrder(0, 0, PRESENT | SWAPPED, told, 0, false);
        KernelScan engine = new KernelScan(reservation.base(), reservation);
        Regions regions = new Regions(REGIONS);
        long end = offset + bytes;
        for (long at = offset; at < end; at = regions.resumeAt()) {
            regions.clear();
            engine.scan(at, end, order, regions);
            for (int i = 0; i < regions.count(); i++) {
                long is = regions.categories(i);
                if ((is & (ZERO | GUARD)) == 0) {
                    sink.populated(regions.start(i), regions.end(i) - regions.start(i), (is & HUGE) != 0);
                }
            }
        }
    }

    static long residentBytes(Reservation reservation, long offset, long bytes) {
        long[] sum = new long[1];
        scan(reservation, offset, bytes, (at, length, huge) -> sum[0] += length);
        return sum[0];
    }

    static long hugeBytes(Reservation reservation, long offset, long bytes) {
        if (!areKnown(reservation)) {
            return 0;
        }
        long[] sum = new long[1];
        scan(reservation, offset, bytes, (at, length, huge) -> sum[0] += huge ? length : 0);
        return sum[0];
    }

    /** Whether memory has no room for what of a range is not populated yet: the pages there is room for, else -1. */
    static long shortOfMemory(Reservation reservation, PageRange range) {
        long room = MemoryRoom.available();
        if (range.bytes() <= room) {
            return -1;
        }
        long there = areKnown(reservation) ? residentBytes(reservation, range.offset(), range.bytes()) : 0;
        return range.bytes() - there <= room ? -1 : (room + there) >>> Reservation.PAGE_SHIFT;
    }
}
