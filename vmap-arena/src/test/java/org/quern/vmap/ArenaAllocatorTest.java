package org.quern.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** An allocator that belongs to an arena: one budget, one end. */
@Timeout(60)
class ArenaAllocatorTest {
    private static final long MIB = 1 << 20;
    private static final AllocatorOptions OPTIONS = AllocatorOptions.reserving(1L << 30).named("messages");

    private final VmapArena arena = VmapArena.open(ArenaOptions.reserving(64 * MIB).budget(16 * MIB).named("arena"));

    @AfterEach
    void check() {
        ArenaChecker.check(arena);
        arena.close();
        ArenaChecker.check(arena);
    }

    @Test
    void whatItPopulatesCountsAgainstTheBudgetOfTheArena() {
        SizeClassAllocator allocator = arena.allocator(OPTIONS);
        long large = allocator.take(12 * MIB);
        assertThat(large).isPositive();
        assertThat(arena.tryAllocatePages(5 * MIB / Reservation.PAGE_BYTES))
                .isInstanceOfSatisfying(Shortage.class, s -> assertThat(s.cause()).isEqualTo(Shortage.Cause.BUDGET));
        assertThat(allocator.take(5 * MIB)).as("the arena's budget is spent, though not the allocator's").isZero();
        allocator.giveBack(large);
        allocator.trim();
        PageRange range = arena.allocatePages(12 * MIB / Reservation.PAGE_BYTES);
        assertThat(allocator.take(5 * MIB)).isZero();
        arena.free(range);
        assertThat(allocator.take(5 * MIB)).isPositive();
        ArenaChecker.check(allocator);
    }

    @Test
    void itsOwnLimitHoldsToo() {
        SizeClassAllocator allocator = arena.allocator(OPTIONS.limit(4 * MIB));
        assertThat(allocator.take(5 * MIB)).isZero();
        assertThat(arena.tryAllocatePages(16 * MIB / Reservation.PAGE_BYTES)).as("nothing was kept of what was refused")
                .isInstanceOf(PageRange.class);
        assertThat(allocator.take(1 * MIB)).isZero();
    }

    @Test
    void itEndsWithTheArena() {
        SizeClassAllocator allocator = arena.allocator(OPTIONS);
        SizeClassAllocator closedBefore = arena.allocator(OPTIONS.named("other"));
        closedBefore.close();
        MemorySegment segment = allocator.allocate(100);
        arena.close();
        assertThat(segment.scope().isAlive()).isFalse();
        assertThatThrownBy(() -> allocator.take(100)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(() -> arena.allocator(OPTIONS)).isInstanceOf(ArenaClosedException.class);
    }

    @Test
    void damageFoundAtTheEndIsReportedAndTheArenaIsClosedAllTheSame() {
        for (String name : new String[]{"first", "second"}) {
            SizeClassAllocator allocator = arena.allocator(OPTIONS.named(name).checked(true).sampling(1));
            long block = allocator.take(13);
            allocator.memory().set(ValueLayout.JAVA_BYTE, block + 13, (byte) 1);
        }
        assertThatThrownBy(arena::close).isInstanceOfSatisfying(MemoryErrorException.class,
                e -> assertThat(e.getSuppressed()).as("that of the other allocator").hasSize(1));
        assertThat(arena.stats().allocatedBytes()).isZero();
        assertThat(arena.scope().isAlive()).isFalse();
    }
}
