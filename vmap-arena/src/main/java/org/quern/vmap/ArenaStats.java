package org.quern.vmap;

/**
 * What an arena holds, at one instant. All sizes in bytes, multiples of the page size.
 *
 * @param name the arena's name
 * @param wishedBytes the address space asked for
 * @param reservedBytes the address space obtained; less than wished where the system had no room
 * @param budgetBytes the cap on what may be handed out; {@code Long.MAX_VALUE} rounded down to pages if there is none
 * @param allocatedBytes handed out now: page ranges, chunks behind {@code allocate}, and populated pages of block pools
 * @param peakAllocatedBytes the most that was ever handed out
 * @param residentBytes an upper bound of what is in memory, by counting; {@link VmapArena#measureResidentBytes} measures
 * @param ranges page ranges handed out
 * @param freeRuns runs that the free pages form: 1 means no fragmentation
 * @param largestFreeBytes the longest free run
 * @param quarantinedBytes address space freed and not to be had yet, guards included
 * @param totals what was done so far
 */
public record ArenaStats(String name, long wishedBytes, long reservedBytes, long budgetBytes, long allocatedBytes,
        long peakAllocatedBytes, long residentBytes, long ranges, int freeRuns, long largestFreeBytes,
        long quarantinedBytes, Totals totals) {
    /**
     * What was done since the arena was opened.
     *
     * @param rangesAllocated page ranges handed out
     * @param rangesFreed page ranges given back
     * @param slowAllocations requests for which no free run was long enough at first: the quarantine was flushed, or the
     *        request was refused
     * @param populatedBytes populated by {@link VmapArena#populate}, whatever was populated before
     * @param decommittedBytes given back to the system by {@code decommit} and {@code free}, populated or not
     */
    public record Totals(long rangesAllocated, long rangesFreed, long slowAllocations, long populatedBytes,
            long decommittedBytes) {}
}
