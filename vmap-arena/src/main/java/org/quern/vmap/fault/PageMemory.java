package org.quern.vmap.fault;

import java.lang.foreign.MemorySegment;

/**
 * The memory behind a lazy area, as the engine needs it: put content into pages that hold nothing, and empty pages. Pages
 * are numbered in the area. Implementations are thread-safe for distinct pages; the engine never works on one page twice at
 * a time.
 */
public interface PageMemory {
    /**
     * Puts content into absent pages. When it returns they hold it; if it throws they hold nothing of use, and are to be
     * installed again.
     *
     * @param page the first page
     * @param content whole pages
     * @throws FillFailure if the memory is closed or the system refuses
     */
    void install(long page, MemorySegment content) throws FillFailure;

    /**
     * Empties pages, and gives their memory back. No thread accesses them.
     *
     * @param page the first page
     * @param count how many
     */
    void discard(long page, long count);
}
