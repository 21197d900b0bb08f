package org.quern.vmap;

/** Counts what an arena did. Guarded by the page lock. */
final class PageTotals {
    long rangesAllocated;
    long rangesFreed;
    long slowAllocations;
    long populatedBytes;
    long decommittedBytes;

    ArenaStats.Totals snapshot() {
        return new ArenaStats.Totals(rangesAllocated, rangesFreed, slowAllocations, populatedBytes, decommittedBytes);
    }
}
