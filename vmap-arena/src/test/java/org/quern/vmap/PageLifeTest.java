package org.quern.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.quern.kapi.KernelException;
import org.quern.kapi.linux.Mlock;
import org.quern.vmap.reserve.MemoryRoom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Populating, huge pages, guards, quarantine, finding by address, and the picture of it all. */
class PageLifeTest {
    private static final long PAGE = org.quern.vmap.reserve.Reservation.PAGE_BYTES;
    private static final long HUGE = 2 << 20;
    private VmapArena arena = VmapArena.open(ArenaOptions.reserving(64 << 20).named("life"));

    private void reopen(ArenaOptions options) {
        arena.close();
        arena = VmapArena.open(options.named("life"));
    }

    @AfterEach
    void check() {
        ArenaChecker.check(arena);
        arena.close();
        ArenaChecker.check(arena);
    }

    @Test
    void populateKeepsWhatIsThereAndSaysWhatItDid() {
        PageRange range = arena.allocatePages(100);
        MemorySegment segment = arena.segment(range);
        segment.set(ValueLayout.JAVA_LONG, 7 * PAGE, 42);
        assertThat(arena.populate(range)).isEqualTo(new Population.Populated(100 * PAGE, 100 * PAGE));
        assertThat(segment.get(ValueLayout.JAVA_LONG, 7 * PAGE)).isEqualTo(42);
        assertThat(segment.get(ValueLayout.JAVA_LONG, 8 * PAGE)).isZero();
        assertThat(arena.measureResidentBytes(range)).isEqualTo(100 * PAGE);
        assertThat(arena.stats().totals().populatedBytes()).isEqualTo(100 * PAGE);
    }

    @Test
    @Needs(Capability.RESIDENCE)
    void populatePopulatesAndReadingDoesNot() {
        PageRange range = arena.allocatePages(100);
        MemorySegment segment = arena.segment(range);
        assertThat(arena.measureResidentBytes(range)).isZero();
        assertThat(segment.get(ValueLayout.JAVA_LONG, 5 * PAGE)).isZero();
        assertThat(arena.measureResidentBytes(range)).as("a page that was only read").isZero();
        arena.populate(range);
        assertThat(arena.measureResidentBytes()).isEqualTo(100 * PAGE);
        arena.decommit(range);
        assertThat(arena.measureResidentBytes(range)).isZero();
    }

    @Test
    void populateLosesNoWriteThatRacesWithIt() throws Exception {
        PageRange range = arena.allocatePages(2000);
        MemorySegment segment = arena.segment(range);
        Thread writer = Thread.ofPlatform().start(() -> {
            for (long at = 0; at < segment.byteSize(); at += 512) {
                segment.set(ValueLayout.JAVA_LONG, at, at + 1);
            }
        });
        arena.populate(range);
        writer.join();
        for (long at = 0; at < segment.byteSize(); at += 512) {
            assertThat(segment.get(ValueLayout.JAVA_LONG, at)).isEqualTo(at + 1);
        }
    }

    @Test
    @Needs(Capability.OVERSIZE)
    void moreThanMemoryIsRefusedBeforeAnythingIsTouched() {
        reopen(ArenaOptions.reserving(Math.max(1L << 40, 4 * MemoryRoom.total())));
        PageRange range = arena.allocatePages(arena.stats().reservedBytes() / PAGE);
        assertThat(arena.populate(range)).isInstanceOfSatisfying(Shortage.class, shortage -> {
            assertThat(shortage.cause()).isEqualTo(Shortage.Cause.MEMORY);
            assertThat(shortage.requestedPages()).isEqualTo(range.pages());
            assertThat(shortage.availablePages()).isBetween(1L, MemoryRoom.total() / PAGE);
            assertThat(shortage.toString()).contains("memory");
        });
        assertThat(arena.measureResidentBytes()).isZero();
    }

    @Test
    @Needs(Capability.HUGE_PAGES)
    void hugePagesAreObtainedMeasuredAndGivenBack() {
        PageRange range = (PageRange) arena.tryAllocatePages(4 * HUGE / PAGE, HUGE);
        MemorySegment segment = arena.segment(range);
        assertThat(segment.address() % HUGE).isZero();
        segment.set(ValueLayout.JAVA_LONG, 0, 42);
        HugePages first = arena.useHugePages(range);
        assertThat(first.eligibleBytes()).isEqualTo(4 * HUGE);
        assertThat(first.advised()).isTrue();
        arena.populate(range);
        HugePages all = arena.useHugePages(range);
        assertThat(all.obtainedBytes()).isEqualTo(4 * HUGE);
        assertThat(segment.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
        assertThat(arena.dump().counts()).containsEntry(PageMap.State.HUGE, 4 * HUGE / PAGE);
        arena.free(range);
        assertThat(arena.measureResidentBytes()).isZero();
        PageRange small = (PageRange) arena.tryAllocatePages(4 * HUGE / PAGE, HUGE);
        assertThat(small.firstPage()).isEqualTo(range.firstPage());
        arena.segment(small).set(ValueLayout.JAVA_LONG, 0, 1);
        assertThat(arena.measureResidentBytes()).as("the advice went with the range").isEqualTo(PAGE);
    }

    @Test
    void rangesTooShortForHugePagesObtainNone() {
        PageRange range = arena.allocatePages(10);
        assertThat(arena.useHugePages(range)).isEqualTo(new HugePages(10 * PAGE, 0, false, 0));
    }

    @Test
    void alignmentIsHonouredAndRefused() {
        arena.allocatePages(3);
        PageRange range = (PageRange) arena.tryAllocatePages(5, HUGE);
        assertThat(arena.segment(range).address() % HUGE).isZero();
        for (long wrong : new long[]{0, -1, 3, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> arena.tryAllocatePages(1, wrong)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("byteAlignment=" + wrong);
        }
        assertThatThrownBy(() -> arena.tryAllocatePages(0, 8)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("count=0");
        assertThat(arena.tryAllocatePages(1, 1L << 62)).isInstanceOf(Shortage.class);
        assertThat(arena.tryAllocatePages(Long.MAX_VALUE, 1L << 62)).isInstanceOf(Shortage.class);
    }

    @Test
    void aGuardFollowsEachRange() {
        reopen(ArenaOptions.reserving(64 << 20).guardPages(true));
        PageRange a = arena.allocatePages(4);
        PageRange b = arena.allocatePages(4);
        assertThat(a.bytes()).isEqualTo(4 * PAGE);
        assertThat(b.firstPage()).isEqualTo(5);
        assertThat(arena.segment(a).byteSize()).isEqualTo(4 * PAGE);
        long guard = arena.segment(a).address() + 4 * PAGE;
        assertThat(arena.findRange(guard - 1)).contains(a);
        assertThat(arena.findRange(guard)).isEmpty();
        assertThat(arena.dump().counts()).containsEntry(PageMap.State.GUARD, 2L);
        assertThat(arena.stats().allocatedBytes()).isEqualTo(8 * PAGE);
        arena.free(a);
        arena.free(b);
        PageRange all = arena.allocatePages(arena.stats().reservedBytes() / PAGE - 1);
        arena.segment(all).asSlice(0, 20 * PAGE).fill((byte) 1); // what was a guard is a page again
        assertThat(arena.tryAllocatePages(1)).isInstanceOf(Shortage.class);
    }

    @Test
    @Needs(Capability.RANGE_GUARDS)
    void aRawTouchOfAGuardEndsTheProcessAndNotTheNeighbour() throws Exception {
        ForkedJvm.Outcome outcome = ForkedJvm.run(java.util.List.of(), java.util.List.of("-XX:+UseSerialGC"),
                GuardTouch.class);
        assertThat(outcome.status()).as(outcome.output()).isNotZero();
        assertThat(outcome.output()).contains("touching").contains("SIGSEGV").doesNotContain("survived");
    }

    @Test
    void freedRangesWaitInQuarantineUntilTheThresholdOrAFlush() {
        reopen(ArenaOptions.reserving(64 << 20).quarantine(10 * PAGE));
        PageRange a = arena.allocatePages(4);
        PageRange b = arena.allocatePages(4);
        PageRange c = arena.allocatePages(4);
        MemorySegment segment = arena.segment(a);
        segment.fill((byte) 1);
        arena.free(a);
        assertThat(arena.stats().quarantinedBytes()).isEqualTo(4 * PAGE);
        assertThat(arena.stats().allocatedBytes()).isEqualTo(8 * PAGE);
        assertThat(arena.findRange(segment.address())).isEmpty();
        assertThatThrownBy(() -> arena.free(a)).isInstanceOf(StaleHandleException.class).hasMessageContaining("freed");
        assertThat(arena.allocatePages(4).firstPage()).as("not the freed one").isEqualTo(12);
        arena.free(b);
        assertThat(arena.stats().quarantinedBytes()).isEqualTo(8 * PAGE);
        arena.free(c);
        assertThat(arena.stats().quarantinedBytes()).as("the oldest left it").isEqualTo(8 * PAGE);
        assertThat(arena.allocatePages(4).firstPage()).isEqualTo(a.firstPage());
        assertThat(arena.flushQuarantine()).isEqualTo(8 * PAGE);
        assertThat(arena.flushQuarantine()).isZero();
        assertThat(arena.allocatePages(4).firstPage()).isEqualTo(b.firstPage());
    }

    @Test
    void theQuarantineIsFlushedRatherThanRefusingARequest() {
        reopen(ArenaOptions.reserving(64 << 20).quarantine(1 << 30).guardPages(true));
        long all = arena.stats().reservedBytes() / PAGE - 1;
        for (int i = 0; i < 3; i++) {
            arena.free(arena.allocatePages(all));
        }
        assertThat(arena.stats().totals().slowAllocations()).isEqualTo(2);
        assertThat(arena.allocate(1 << 20, 1).byteSize()).isEqualTo(1 << 20);
        assertThat(arena.stats().quarantinedBytes()).isZero();
        assertThatThrownBy(() -> ArenaOptions.reserving(1).quarantine(-1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bytes=-1");
    }

    @Test
    void rangesAreFoundByAddress() {
        PageRange a = arena.allocatePages(4);
        PageRange b = arena.allocatePages(1);
        long base = arena.segment(a).address();
        MemorySegment piece = arena.allocate(100, 8);
        assertThat(arena.findRange(base)).contains(a);
        assertThat(arena.findRange(base + 4 * PAGE - 1)).contains(a);
        assertThat(arena.findRange(base + 4 * PAGE)).contains(b);
        assertThat(arena.findRange(piece.address())).isEmpty();
        arena.free(a);
        for (long address : new long[]{base, base - 1, 0, -1, Long.MIN_VALUE, Long.MAX_VALUE,
                base + arena.stats().reservedBytes()}) {
            assertThat(arena.findRange(address)).as("address " + address).isEmpty();
        }
        arena.close();
        assertThatThrownBy(() -> arena.findRange(base)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(arena::flushQuarantine).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(() -> arena.populate(b)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(() -> arena.useHugePages(b)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(() -> arena.measureResidentBytes(b)).isInstanceOf(ArenaClosedException.class);
    }

    @Test
    @Needs(Capability.LOCKED_PAGES)
    void aPoolWithLockedPagesIsClosedByTheNextClose() {
        BlockPool locked = arena.blockPool(64);
        BlockPool other = arena.blockPool(64);
        PageRange range = arena.allocatePages(8);
        arena.segment(range).fill((byte) 1);
        for (BlockPool pool : new BlockPool[]{locked, other}) {
            pool.segment(pool.take()).set(ValueLayout.JAVA_LONG, 0, 1);
        }
        Mlock.mlock(locked.baseAddress(), PAGE);
        assertThatThrownBy(arena::close).isInstanceOf(KernelException.class).hasMessageContaining("EINVAL");
        assertThat(other.measureResidentBytes()).as("the rest was closed all the same").isZero();
        assertThat(arena.measureResidentBytes()).isZero();
        assertThat(locked.measureResidentBytes()).isEqualTo(PAGE).isEqualTo(locked.residentBytes());
        assertThatThrownBy(locked::take).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(arena::close).isInstanceOf(KernelException.class);
        Mlock.munlock(locked.baseAddress(), PAGE);
        arena.close();
        assertThat(locked.measureResidentBytes()).isZero();
        assertThat(arena.stats().allocatedBytes()).isZero();
    }

    @Test
    void thePictureShowsEveryState() {
        reopen(ArenaOptions.reserving(64 << 20).guardPages(true).quarantine(1 << 20));
        PageRange a = arena.allocatePages(10);
        PageRange b = arena.allocatePages(20);
        arena.allocatePages(30);
        arena.populate(b);
        arena.free(a);
        PageMap map = arena.dump();
        Map<PageMap.State, Long> counts = map.counts();
        assertThat(counts.values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(arena.stats().reservedBytes() / PAGE);
        assertThat(counts).containsEntry(PageMap.State.QUARANTINED, 11L).containsEntry(PageMap.State.GUARD, 2L)
                .containsEntry(PageMap.State.POPULATED, map.exact() ? 20L : 50L)
                .containsEntry(PageMap.State.ABSENT, map.exact() ? 30L : 0L);
        String absent = map.exact() ? "-" : "#";
        assertThat(map.toText()).contains("life: 63 pages").contains(
                "q".repeat(11) + "#".repeat(20) + "|" + absent.repeat(30) + "|").contains("quarantined");
        assertThat(map.toSvg()).startsWith("<svg").endsWith("</svg>\n").contains("guard: 2");
    }
}
