package org.quern.vmap.track;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.function.IntToLongFunction;

import org.quern.kapi.Availability;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.linux.Descriptor;
import org.quern.kapi.linux.Fcntl;
import org.quern.kapi.linux.PagemapLayouts;
import org.quern.kapi.linux.PagemapScan;
import org.quern.vmap.reserve.Reservation;

/**
 * The kernel's answer, by PAGEMAP_SCAN on /proc/self/pagemap.
 *
 * <p>
 * The command's traps, and what is done about them.
 * <ul>
 * <li>More than 512 regions in one call can leave a stale resume address. The vector given to the kernel has 512 places;
 * longer answers are put together from several calls.
 * <li>Without a vector, protecting ignores the masks. There is always a vector.
 * <li>CHECK_WPASYNC can fail after part of the range was protected, and what was written there is then forgotten. Protecting
 * is preceded by a scan for mappings that cannot be protected; it changes nothing, and if it finds one the scan ends there.
 * The flag is given all the same, as a net for mappings that come between.
 * <li>A huge page of hugetlbfs that is only partly in the range is not protected, and the call makes no progress: an
 * exception, not an endless loop.
 * <li>A page table slot that is empty may count as written. Who looks for what was written asks for PRESENT or SWAPPED too.
 * </ul>
 *
 * <p>
 * Cost: a system call for each 512 regions, 0.2 to 0.5 ms for a populated GiB of small pages with nothing to report.
 * Allocates nothing once made. One descriptor serves the process, for good.
 */
public final class KernelScan implements ScanEngine {
    private static final long REGION_BYTES = PagemapLayouts.PAGE_REGION.size();
    private static final int PROTECT = PagemapScan.PM_SCAN_WP_MATCHING | PagemapScan.PM_SCAN_CHECK_WPASYNC;

    private final long base;
    private final Object keepAlive;
    private final MemorySegment argument;
    private final MemorySegment vector;
    private final IntToLongFunction scan; // made once: a call allocates nothing

    /** The file, opened when first needed. */
    private static final class Pagemap {
        static final Descriptor FILE = Descriptor
                .owning(Fcntl.open("/proc/self/pagemap", Fcntl.O_RDONLY | Fcntl.O_CLOEXEC));
    }

    /** What the kernel knows, asked when first needed. */
    private static final class Known {
        static final Availability SCAN = PagemapScan.availability();
        static final long CATEGORIES = SCAN.isPresent() ? PagemapScan.categories() : 0;
    }

    /**
     * An engine over a span.
     *
     * @param base address of its first byte, at a page
     * @param keepAlive what keeps the span mapped
     */
    public KernelScan(long base, Object keepAlive) {
        this.base = base;
        this.keepAlive = keepAlive;
        Arena arena = Arena.ofAuto();
        this.argument = PagemapScan.argument(arena);
        this.vector = arena.allocate(PagemapScan.VECTOR_MAX * REGION_BYTES, Long.BYTES);
        PagemapLayouts.VEC.set(argument, vector.address());
        // Safe because the kernel reads page tables only, protects nothing but memory registered for it, and writes to
        // our argument and vector.
        this.scan = fd -> PagemapScan.scan(fd, argument);
    }

    /**
     * Whether this process can ask the kernel.
     *
     * @return the verdict, found out once
     */
    public static Availability availability() {
        return Known.SCAN;
    }

    /**
     * The categories this kernel knows.
     *
     * @return category bits; 0 if it cannot be asked
     */
    public static long knownCategories() {
        return Known.CATEGORIES;
    }

    @Override
    public long categories() {
        return Known.CATEGORIES;
    }

    @Override
    public void scan(long from, long to, ScanOrder order, Regions into) {
        if (order.protect()) {
            requireProtectable(from, to);
        }
        PagemapLayouts.CATEGORY_INVERTED.set(argument, order.inverted());
        PagemapLayouts.CATEGORY_MASK.set(argument, order.required());
        PagemapLayouts.CATEGORY_ANYOF_MASK.set(argument, order.anyOf());
        PagemapLayouts.RETURN_MASK.set(argument, order.output());
        PagemapLayouts.FLAGS.set(argument, order.protect() ? PROTECT : 0);
        long at = from;
        long pagesLeft = order.maxPages();
        while (at < to && into.room() > 0) {
            PagemapLayouts.MAX_PAGES.set(argument, pagesLeft);
            int found = order.protect()
                    ? protect(at, to, Math.min(into.room(), PagemapScan.VECTOR_MAX))
                    : call(at, to, Math.min(into.room(), PagemapScan.VECTOR_MAX));
            long reported = take(found, into);
            long stopped = PagemapLayouts.WALK_END.get(argument) - base;
            if (stopped <= at) {
                throw new ScanStuckException(at,
                        "no progress at offset " + at + ": a huge page there is only partly in "
                                + from + ".." + to + "; scan whole huge pages");
            }
            at = stopped;
            if (order.maxPages() > 0) {
                pagesLeft -= reported;
                if (pagesLeft == 0) {
                    break;
                }
            }
        }
        into.stop(Math.min(at, to), at >= to);
    }

    /** The pages of the regions the kernel wrote, which go to {@code into}: there is room, for no more was asked for. */
    private long take(int found, Regions into) {
        long bytes = 0;
        for (int i = 0; i < found; i++) {
            long region = i * REGION_BYTES;
            long start = PagemapLayouts.REGION_START.get(vector, region) - base;
            long end = PagemapLayouts.REGION_END.get(vector, region) - base;
            into.add(start, end, PagemapLayouts.REGION_CATEGORIES.get(vector, region));
            bytes += end - start;
        }
        return bytes / Reservation.PAGE_BYTES;
    }

    /**
     * Finds the first place in a part that cannot be write-protected asynchronously; changes nothing.
     *
     * @param from offset of the first page
     * @param to offset after the last page
     * @return its offset; -1 if there is none
     */
    public long firstUnprotectable(long from, long to) {
        if (from >= to) {
            return -1;
        }
        PagemapLayouts.CATEGORY_INVERTED.set(argument, PagemapScan.PAGE_IS_WPALLOWED);
        PagemapLayouts.CATEGORY_MASK.set(argument, PagemapScan.PAGE_IS_WPALLOWED);
        PagemapLayouts.CATEGORY_ANYOF_MASK.set(argument, 0);
        PagemapLayouts.RETURN_MASK.set(argument, 0);
        PagemapLayouts.FLAGS.set(argument, 0);
        PagemapLayouts.MAX_PAGES.set(argument, 1);
        return call(from, to, 1) == 0 ? -1 : PagemapLayouts.REGION_START.get(vector, 0) - base;
    }

    private void requireProtectable(long from, long to) {
        long first = firstUnprotectable(from, to);
        if (first >= 0) {
            throw new ScanStuckException(first,
                    "cannot protect " + from + ".." + to + ": the mapping at offset " + first
                            + " is not registered for asynchronous write protection; nothing was protected");
        }
    }

    /** A registration that ended after it was looked for is as one that was not there; part may be protected. */
    private int protect(long from, long to, int places) {
        try {
            return call(from, to, places);
        } catch (KernelException e) {
            if (e.errno() != Errno.EPERM) {
                throw e;
            }
            ScanStuckException stuck = new ScanStuckException(from, "cannot protect " + from + ".." + to
                    + ": a mapping lost its registration during the scan");
            stuck.initCause(e);
            throw stuck;
        }
    }

    private int call(long from, long to, int places) {
        try {
            PagemapLayouts.START.set(argument, base + from);
            PagemapLayouts.END.set(argument, base + to);
            PagemapLayouts.WALK_END.set(argument, 0);
            PagemapLayouts.VEC_LEN.set(argument, places);
            return (int) Pagemap.FILE.use(scan);
        } finally {
            Reference.reachabilityFence(keepAlive);
        }
    }
}
