package org.quern.vmap;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Set;

import org.quern.kapi.Availability;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.track.KernelScan;
import org.quern.vmap.track.ScanEngine;
import org.quern.vmap.track.ScanStuckException;

/**
 * Asks what the pages of some memory are: in memory, untouched, written, swapped out, huge. The kernel answers from its
 * page tables (PAGEMAP_SCAN, ioctl_pagemap_scan(2), Linux 6.7) without touching the memory, at some 0.3 ms for a populated
 * GiB; untouched areas are skipped by whole tables, so terabytes of them cost microseconds.
 *
 * <p>
 * A scan looks at pages one after the other while others use them, so the answer is exact for each page at some moment
 * during the call, not for all of them at one.
 *
 * <p>
 * Traps of the system call that a caller does not meet here: a wrong resume address after more than 512 regions,
 * protection that ignores the selection when there is no vector, a check that fails half way through, calls that make no
 * progress. Which there are, and what is done about them: {@code docs/write-tracking.md}.
 *
 * <p>
 * One thread at a time: a scanner owns the structures it hands to the kernel. Make one for each thread; it costs 12 KiB
 * and no descriptor. {@link #scan(PageScan, long, long, PageRegions)} allocates nothing once
 * compiled.
 */
@Operation(threads = Operation.Threads.ONE_AT_A_TIME, errors = {IllegalStateException.class, KernelException.class})
public final class PageScanner {
    private final String name;
    private final MemorySegment memory;
    private final ScanEngine engine;
    private final boolean tracked;

    PageScanner(String name, MemorySegment memory, ScanEngine engine, boolean tracked) {
        this.name = name;
        this.memory = memory;
        this.engine = engine;
        this.tracked = tracked;
    }

    /**
     * A scanner of any off-heap memory. It only looks: protecting scans are for tracked memory.
     *
     * @param memory native memory that begins at a page; its last page counts as a whole
     * @return the scanner
     * @throws IllegalArgumentException if it is on the heap, or does not begin at a page
     * @throws CallUnavailableException if this system cannot be asked, see {@link #availability}
     */
    @Operation(threads = Operation.Threads.ANY, errors = {IllegalArgumentException.class,
            CallUnavailableException.class})
    public static PageScanner of(MemorySegment memory) {
        if (!memory.isNative() || (memory.address() & (Reservation.PAGE_BYTES - 1)) != 0) {
            throw new IllegalArgumentException(
                    "memory=" + memory + ": must be native memory that begins at a multiple of "
                            + Reservation.PAGE_BYTES);
        }
        Availability availability = availability();
        if (!availability.isPresent()) {
            throw new CallUnavailableException("PAGEMAP_SCAN", availability);
        }
        return new PageScanner("scan of " + memory.byteSize() + " bytes", memory,
                new KernelScan(memory.address(), memory), false);
    }

    static void requirePages(MemorySegment memory) {
        if (!memory.isNative() || (memory.address() & (Reservation.PAGE_BYTES - 1)) != 0) {
            throw new IllegalArgumentException(
                    "memory=" + memory + ": must be native memory that begins at a multiple of "
                            + Reservation.PAGE_BYTES);
        }
    }

    /**
     * Whether this system can be asked: Linux 6.7 or later. Found out once, with a scan of nothing.
     *
     * @return the verdict
     */
    @Operation(threads = Operation.Threads.ANY)
    public static Availability availability() {
        return KernelScan.availability();
    }

    /**
     * The categories that this system knows, each found out with a scan of nothing. Others are refused.
     *
     * @return a new set; empty if the system cannot be asked
     */
    @Operation(threads = Operation.Threads.ANY)
    public static Set<PageCategory> knownCategories() {
        return PageCategory.of(KernelScan.knownCategories());
    }

    /**
     * The categories that this scanner can tell.
     *
     * @return a new set
     */
    public Set<PageCategory> categories() {
        return PageCategory.of(engine.categories());
    }

    /**
     * Scans a part of the memory.
     *
     * @param scan what is asked
     * @param from offset of the first page, a multiple of the page size, 0..{@code to}
     * @param to offset after the last byte, at most the memory's size; a page of which a part is asked for is looked at
     * @param into is cleared and receives the answer, and where to go on
     * @return how many regions, as {@code into.count()}
     * @throws IndexOutOfBoundsException if the part does not lie in the memory
     * @throws IllegalArgumentException if {@code from} is not at a page, a category is not known to this system, or the scan
     *         protects and this scanner only looks
     * @throws UnprotectablePagesException if the scan protects and part of the memory cannot be protected: before anything
     *         was if a mapping is not registered; a huge page partly in the range is found when the scan comes to it
     * @throws IllegalStateException if the memory's scope is closed
     * @throws KernelException if the system fails; a scan that protects may then have protected pages that {@code into}
     *         does not show
     */
    @Operation(threads = Operation.Threads.ONE_AT_A_TIME, blocks = Operation.Blocks.FOR_MEMORY, errors = {
            IndexOutOfBoundsException.class, IllegalArgumentException.class, UnprotectablePagesException.class,
            IllegalStateException.class, KernelException.class})
    public int scan(PageScan scan, long from, long to, PageRegions into) {
        check(scan, from, to);
        long end = Reservation.roundUpToPages(to);
        try {
            engine.scan(from, end, scan.order(), into.cleared());
        } catch (ScanStuckException e) {
            throw new UnprotectablePagesException(name, e);
        }
        return into.count();
    }

    /**
     * Scans all of the memory: as {@link #scan(PageScan, long, long, PageRegions)}.
     *
     * @param scan what is asked
     * @param into is cleared and receives the answer, and where to go on
     * @return how many regions, as {@code into.count()}
     */
    @Operation(threads = Operation.Threads.ONE_AT_A_TIME, blocks = Operation.Blocks.FOR_MEMORY, errors = {
            IllegalArgumentException.class, UnprotectablePagesException.class, IllegalStateException.class,
            KernelException.class})
    public int scan(PageScan scan, PageRegions into) {
        return scan(scan, 0, memory.byteSize(), into);
    }

    /**
     * Counts the bytes of the pages selected in all of the memory, however many regions they make. Allocates a vector.
     *
     * @param selection over the bits of {@link PageCategory}
     * @return bytes, a multiple of the page size
     */
    @Operation(threads = Operation.Threads.ONE_AT_A_TIME, blocks = Operation.Blocks.FOR_MEMORY, errors = {
            IllegalArgumentException.class, IllegalStateException.class, KernelException.class})
    public long count(Selection selection) {
        PageScan scan = PageScan.of(selection);
        PageRegions regions = PageRegions.ofCapacity(512);
        long bytes = 0;
        for (long from = 0; from < memory.byteSize(); from = regions.resumeAt()) {
            scan(scan, from, memory.byteSize(), regions);
            bytes += regions.totalBytes();
        }
        return bytes;
    }

    private void check(PageScan scan, long from, long to) {
        Objects.checkFromToIndex(from, to, memory.byteSize());
        if ((from & (Reservation.PAGE_BYTES - 1)) != 0) {
            throw new IllegalArgumentException("from=" + from + ": must be a multiple of " + Reservation.PAGE_BYTES);
        }
        long unknown = (scan.selection().bits() | scan.order().output()) & ~engine.categories();
        if (unknown != 0) {
            throw new IllegalArgumentException(
                    "scan=" + scan + ": this system does not know " + PageCategory.of(unknown)
                            + " of 0x" + Long.toHexString(unknown));
        }
        if (scan.order().protect() && !tracked) {
            throw new IllegalArgumentException(
                    "scan=" + scan + ": protecting is for tracked memory, see WriteTracker.scanner");
        }
        if (!memory.scope().isAlive()) {
            throw new IllegalStateException(name + ": the memory's scope is closed");
        }
    }
}
