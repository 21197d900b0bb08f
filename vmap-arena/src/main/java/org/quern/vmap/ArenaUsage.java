package org.quern.vmap;

import java.util.Map;

/**
 * What a {@link SparseArena} holds, at one instant, counted in pages.
 *
 * @param name the arena's name in this process
 * @param pages all there are
 * @param allocatedPages in use
 * @param peakPages the most that were in use at a time
 * @param budgetPages how many may be in use
 * @param reservedPages kept out of allocation, the page whose handle is 0 among them
 * @param unavailablePages freed, and not yet to be had
 * @param freeRuns runs that the free pages form
 * @param largestFreePages the longest of them
 * @param changes changes of the books since the arena was made, by every process
 * @param allocatedByPid pages in use by the process that asked for them; under 0 those whose process has left
 */
public record ArenaUsage(String name, long pages, long allocatedPages, long peakPages, long budgetPages,
        long reservedPages, long unavailablePages, int freeRuns, long largestFreePages, long changes,
        Map<Long, Long> allocatedByPid) {}
