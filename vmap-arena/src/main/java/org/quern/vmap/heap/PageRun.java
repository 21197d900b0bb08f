package org.quern.vmap.heap;

/**
 * A run of pages handed out by a {@link PageHeap}.
 *
 * @param first its first page, counted from the region's
 * @param pages its length
 * @param zero whether all of its bytes are certainly zero: none of its pages was handed out since it was last decommitted
 */
record PageRun(long first, int pages, boolean zero) {}
