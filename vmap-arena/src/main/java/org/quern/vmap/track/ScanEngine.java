package org.quern.vmap.track;

/**
 * Answers what the pages of one span of memory are, and forgets on request that they were written. Selecting, reporting
 * and forgetting is one step for each page: no write falls between. One thread at a time; memory may be written meanwhile.
 */
public interface ScanEngine {
    /**
     * Scans a part of the span, appends to {@code into}, and tells it where the scan stopped: at the end, or at the first
     * selected page for which there was no room or which exceeds the limit.
     *
     * @param from offset of the first page, a multiple of the page size
     * @param to offset after the last page, a multiple of the page size
     * @param order what is wanted
     * @param into receives the regions, behind those it has
     */
    void scan(long from, long to, ScanOrder order, Regions into);

    /**
     * The categories it can tell.
     *
     * @return category bits
     */
    long categories();
}
