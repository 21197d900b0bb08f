package org.quern.vmap;

import java.util.EnumSet;
import java.util.Set;

import org.quern.kapi.Operation;
import org.quern.kapi.linux.PagemapScan;

/**
 * What a page can be, as PAGEMAP_SCAN tells it (ioctl_pagemap_scan(2)). A page has any number of these.
 */
@Operation(threads = Operation.Threads.ANY)
public enum PageCategory {
    /** Its mapping is registered for asynchronous write protection: the writes to it are tracked. */
    WPALLOWED(PagemapScan.PAGE_IS_WPALLOWED),
    /**
     * Carries no protection mark: written since it was protected last, or never protected, so also every page of memory that
     * is not tracked. For a page that was never touched it means nothing; ask for {@link #PRESENT} or {@link #SWAPPED} too.
     */
    WRITTEN(PagemapScan.PAGE_IS_WRITTEN),
    /** Backed by a file, which a memory file is. */
    FILE(PagemapScan.PAGE_IS_FILE),
    /** In memory. */
    PRESENT(PagemapScan.PAGE_IS_PRESENT),
    /** Not in memory, but there is something in its place: swapped out, or a marker of protection or of a guard. */
    SWAPPED(PagemapScan.PAGE_IS_SWAPPED),
    /** The system's shared page of zeros: was only read. */
    PFNZERO(PagemapScan.PAGE_IS_PFNZERO),
    /** Part of a huge page. */
    HUGE(PagemapScan.PAGE_IS_HUGE),
    /** Soft-dirty; never set by systems built without it. Linux 6.8. */
    SOFT_DIRTY(PagemapScan.PAGE_IS_SOFT_DIRTY),
    /** A guard: an access kills the process. Linux 6.15. */
    GUARD(PagemapScan.PAGE_IS_GUARD);

    private final long bit;

    PageCategory(long bit) {
        this.bit = bit;
    }

    /**
     * Its bit in masks.
     *
     * @return one bit, the kernel's
     */
    public long bit() {
        return bit;
    }

    /**
     * A mask, for {@link Selection}.
     *
     * @param categories any number
     * @return their bits
     */
    public static long mask(PageCategory... categories) {
        long mask = 0;
        for (PageCategory category : categories) {
            mask |= category.bit;
        }
        return mask;
    }

    /**
     * The categories of a mask.
     *
     * @param mask bits; those that are no category are left out
     * @return the categories, a new set
     */
    public static Set<PageCategory> of(long mask) {
        Set<PageCategory> categories = EnumSet.noneOf(PageCategory.class);
        for (PageCategory category : values()) {
            if ((mask & category.bit) != 0) {
                categories.add(category);
            }
        }
        return categories;
    }
}
