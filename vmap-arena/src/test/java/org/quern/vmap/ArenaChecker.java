package org.quern.vmap;

import static org.assertj.core.api.Assertions.assertThat;

/** The structural check run after every test: the books agree with themselves and with what the system measures. */
final class ArenaChecker {
    private ArenaChecker() {}

    static void check(VmapArena arena) {
        arena.verify();
        ArenaStats stats = arena.stats();
        assertThat(stats.allocatedBytes()).isBetween(0L, stats.peakAllocatedBytes());
        assertThat(stats.peakAllocatedBytes()).isLessThanOrEqualTo(stats.budgetBytes());
        assertThat(stats.reservedBytes()).isPositive().isLessThanOrEqualTo(stats.wishedBytes());
        assertThat(arena.measureResidentBytes()).as("resident bytes are bounded by the count")
                .isLessThanOrEqualTo(stats.residentBytes());
    }

    static void check(BlockPool pool) {
        pool.verify();
        assertThat(pool.measureResidentBytes()).as("resident bytes are bounded by the count")
                .isLessThanOrEqualTo(pool.residentBytes());
    }

    /** When no other thread is at work on it. */
    static void check(SizeClassAllocator allocator) {
        allocator.verify();
        AllocatorStats stats = allocator.stats();
        assertThat(stats.residentBytes()).isLessThanOrEqualTo(stats.limitBytes());
        assertThat(stats.slabBytes() + stats.largeBytes() + stats.dirtyBytes())
                .isLessThanOrEqualTo(stats.residentBytes());
    }
}
