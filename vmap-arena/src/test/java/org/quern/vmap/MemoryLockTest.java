package org.quern.vmap;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quern.kapi.linux.Resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class MemoryLockTest {
    private static final long PAGE = org.quern.vmap.reserve.Reservation.PAGE_BYTES;

    private VmapArena arena;
    private long before;

    @BeforeEach
    void open() {
        assumeTrue(BackEnd.LINUX.can(Capability.LOCKED_PAGES));
        arena = VmapArena.open(ArenaOptions.reserving(1 << 24).named("locked").on(BackEnd.LINUX));
        before = MemoryLock.limit().lockedBytes();
    }

    @AfterEach
    void close() {
        if (arena != null) {
            assertThat(lockedPages()).as("nothing stays locked").isZero();
            assertThat(arena.pins().stats().outstanding()).isZero();
            arena.close();
        }
    }

    private long lockedPages() {
        return (MemoryLock.limit().lockedBytes() - before) / PAGE;
    }

    @Test
    void lockedPagesAreResidentAndStayAndAreNotFreed() {
        PageRange range = arena.allocatePages(8);
        try (MemoryLock lock = MemoryLock.lock(arena, range, MemoryLock.Mode.NOW)) {
            assertThat(lock.bytes()).isEqualTo(8 * PAGE);
            assertThat(lockedPages()).isEqualTo(8);
            assertThat(arena.measureResidentBytes(range)).isEqualTo(8 * PAGE);
            assertThatThrownBy(() -> arena.decommit(range)).isInstanceOf(RangeBusyException.class)
                    .hasMessageContaining("memory lock");
            assertThatThrownBy(() -> arena.free(range)).isInstanceOf(RangeBusyException.class);
            assertThatThrownBy(arena::close).isInstanceOf(RangeBusyException.class).hasMessageContaining("memory lock");
        }
        arena.free(range);
    }

    @Test
    void onFaultPopulatesNothing() {
        PageRange range = arena.allocatePages(8);
        try (MemoryLock lock = MemoryLock.lock(arena, range, MemoryLock.Mode.ON_FAULT)) {
            assertThat(arena.measureResidentBytes(range)).isZero();
            try (MemoryLock now = (MemoryLock) MemoryLock.tryLock(arena, range, 2, 3, MemoryLock.Mode.NOW)) {
                assertThat(arena.measureResidentBytes(range)).isEqualTo(now.bytes());
            }
            assertThat(lockedPages()).as("the rest of the first lock, and what both covered").isEqualTo(8);
            assertThat(lock.bytes()).isEqualTo(8 * PAGE);
        }
    }

    @Test
    void locksThatOverlapAddUp() {
        PageRange range = arena.allocatePages(8);
        MemoryLock left = (MemoryLock) MemoryLock.tryLock(arena, range, 0, 5, MemoryLock.Mode.NOW);
        MemoryLock right = (MemoryLock) MemoryLock.tryLock(arena, range, 3, 5, MemoryLock.Mode.NOW);
        assertThat(lockedPages()).isEqualTo(8);
        left.close();
        assertThat(lockedPages()).isEqualTo(5);
        right.close();
        assertThat(lockedPages()).isZero();
        assertThatThrownBy(right::close).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed before");
    }

    @Test
    void theLimitIsARefusalAndLeavesOtherLocksAlone() throws Exception {
        String output = ForkedLock.run();
        assertThat(output).contains("OVER_LIMIT").contains("NOT_PERMITTED").contains("kept 2 pages");
    }

    @ParameterizedTest
    @EnumSource
    void theLimitIsKnown(MemoryLock.Mode mode) {
        Resource.Limits limits = Resource.limits(Resource.RLIMIT_MEMLOCK);
        LockLimit limit = MemoryLock.limit();
        assertThat(limit.softBytes()).isEqualTo(limits.soft() < 0 ? Long.MAX_VALUE : limits.soft());
        assertThat(limit.lockedBytes()).isNotNegative();
        PageRange range = arena.allocatePages(1);
        MemoryLock.lock(arena, range, mode).close();
    }

    @Test
    void thePortableBackEndSaysThatItHasNone() {
        try (VmapArena portable = VmapArena.open(ArenaOptions.reserving(1 << 20).on(BackEnd.PORTABLE))) {
            PageRange range = portable.allocatePages(1);
            for (MemoryLock.Mode mode : List.of(MemoryLock.Mode.values())) {
                LockRefusal refusal = (LockRefusal) MemoryLock.tryLock(portable, range, 0, 1, mode);
                assertThat(refusal.reason()).isEqualTo(LockRefusal.Reason.UNAVAILABLE);
                assertThatThrownBy(() -> MemoryLock.lock(portable, range, mode)).isInstanceOf(MemoryLockException.class)
                        .hasMessageContaining("PORTABLE");
            }
            portable.free(range);
        }
    }

    @Test
    void staleRangesAndPartsOutsideAreNamed() {
        PageRange range = arena.allocatePages(2);
        assertThatThrownBy(() -> MemoryLock.tryLock(arena, range, 1, 2, MemoryLock.Mode.NOW))
                .isInstanceOf(IllegalArgumentException.class);
        arena.free(range);
        assertThatThrownBy(() -> MemoryLock.lock(arena, range, MemoryLock.Mode.NOW))
                .isInstanceOf(StaleHandleException.class);
    }
}
