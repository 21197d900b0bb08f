package org.quern.vmap.track;

/** Finds the pages that have content, for parts of which nothing is known. Pages it leaves out read as zeros. */
@FunctionalInterface
public interface Residency {
    /**
     * Lists the pages of a part that may have content, with category PFNZERO if they are known to be zeros, and tells
     * {@code into} where it stopped.
     *
     * @param from offset of the first page
     * @param to offset after the last page
     * @param into receives the regions
     */
    void list(long from, long to, Regions into);

    /** Where nothing can be found out: every page may have content. */
    Residency UNKNOWN = (from, to, into) -> {
        into.add(from, to, 0);
        into.stop(to, true);
    };
}
