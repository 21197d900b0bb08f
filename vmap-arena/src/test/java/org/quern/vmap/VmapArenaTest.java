package org.quern.vmap;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.quern.kapi.KernelException;
import org.quern.kapi.linux.Mlock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class VmapArenaTest {
    private static final long PAGE = org.quern.kapi.linux.Unistd.pageSize();
    private VmapArena arena;

    @BeforeEach
    void open() {
        arena = VmapArena.open(ArenaOptions.reserving(1 << 24).named("test"));
    }

    @AfterEach
    void check() {
        ArenaChecker.check(arena);
        arena.close();
        ArenaChecker.check(arena);
    }

    @Test
    void pagesReadAsZerosAreWritableAndComeBackAsZeros() {
        PageRange a = arena.allocatePages(4);
        MemorySegment s = arena.segment(a);
        assertThat(s.byteSize()).isEqualTo(4 * PAGE);
        assertThat(s.mismatch(MemorySegment.ofArray(new byte[(int) (4 * PAGE)]))).isEqualTo(-1);
        s.fill((byte) 1);
        arena.free(a);
        PageRange b = arena.allocatePages(4);
        assertThat(b.firstPage()).isEqualTo(a.firstPage());
        assertThat(b).isNotEqualTo(a);
        assertThat(arena.segment(b).get(ValueLayout.JAVA_LONG, 8)).isZero();
    }

    @Test
    void aSegmentOfAFreedRangeThrowsEvenWhenThePagesHaveANewOwner() {
        PageRange a = arena.allocatePages(1);
        MemorySegment old = arena.segment(a);
        MemorySegment slice = old.asSlice(8, 8);
        arena.free(a);
        PageRange b = arena.allocatePages(1);
        arena.segment(b).set(ValueLayout.JAVA_LONG, 8, 42);
        assertThatThrownBy(() -> old.get(ValueLayout.JAVA_LONG, 8)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> slice.set(ValueLayout.JAVA_LONG, 0, 1)).isInstanceOf(IllegalStateException.class);
        assertThat(arena.segment(b).get(ValueLayout.JAVA_LONG, 8)).isEqualTo(42);
    }

    @Test
    void staleRangesAreRefusedByName() {
        PageRange a = arena.allocatePages(3);
        arena.free(a);
        assertThatThrownBy(() -> arena.free(a)).isInstanceOf(StaleHandleException.class)
                .hasMessageContaining("pages 0+3 (generation 1)").hasMessageContaining("test");
        PageRange b = arena.allocatePages(3);
        assertThat(b.firstPage()).isEqualTo(a.firstPage());
        assertThatThrownBy(() -> arena.free(a)).isInstanceOf(StaleHandleException.class);
        assertThatThrownBy(() -> arena.decommit(a)).isInstanceOf(StaleHandleException.class);
        assertThatThrownBy(() -> arena.segment(a)).isInstanceOf(StaleHandleException.class);
        arena.free(b);
    }

    @Test
    void rangesOfAnotherArenaAreRefused() {
        try (VmapArena other = VmapArena.open(ArenaOptions.reserving(1 << 20).named("other"))) {
            PageRange a = arena.allocatePages(1);
            PageRange b = other.allocatePages(1);
            assertThat(a).isNotEqualTo(b);
            assertThatThrownBy(() -> arena.free(b)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("another arena than test");
            assertThatThrownBy(() -> other.segment(a)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void sizesOutOfRangeAreNamed() {
        for (long count : new long[]{0, -1, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> arena.allocatePages(count)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("count=" + count);
        }
        assertThatThrownBy(() -> arena.allocatePages(Long.MAX_VALUE)).isInstanceOf(ArenaExhaustedException.class);
        assertThatThrownBy(() -> arena.allocate(-1, 1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("byteSize=-1");
        for (long alignment : new long[]{0, -8, 3, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> arena.allocate(8, alignment)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("byteAlignment=" + alignment);
        }
        assertThatThrownBy(() -> arena.allocate(Long.MAX_VALUE, 1)).isInstanceOf(ArenaExhaustedException.class);
        assertThatThrownBy(() -> arena.allocate(8, 1L << 62)).isInstanceOf(ArenaExhaustedException.class);
        for (long bytes : new long[]{0, -1, (1L << 46) + 1, Long.MAX_VALUE}) {
            assertThatThrownBy(() -> ArenaOptions.reserving(bytes)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("bytes=" + bytes);
        }
        assertThatThrownBy(() -> ArenaOptions.reserving(10).budget(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ArenaOptions.reserving(4096).atLeast(4097))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void exhaustionIsAResultOrATypedException() {
        long all = arena.stats().reservedBytes() / PAGE;
        PageRange most = arena.allocatePages(all - 5);
        assertThat(arena.tryAllocatePages(6))
                .isEqualTo(new Shortage(Shortage.Cause.ADDRESS_SPACE, 6, 5, "test"));
        assertThatThrownBy(() -> arena.allocatePages(6)).isInstanceOf(ArenaExhaustedException.class)
                .hasMessageContaining("no 6 pages").hasMessageContaining("has 5");
        assertThat(arena.tryAllocatePages(5)).isInstanceOf(PageRange.class);
        arena.free(most);
        assertThat(arena.allocatePages(all - 5).pages()).isEqualTo(all - 5);
    }

    @Test
    void theBudgetCapsRangesPiecesAndPoolsTogether() {
        try (VmapArena small = VmapArena.open(ArenaOptions.reserving(1 << 24).named("small").budget(20 * PAGE))) {
            PageRange a = small.allocatePages(10);
            assertThat(small.tryAllocatePages(11))
                    .isEqualTo(new Shortage(Shortage.Cause.BUDGET, 11, 10, "small"));
            BlockPool pool = small.blockPool(PAGE);
            int blocks = 0;
            while (pool.take() != 0) {
                blocks++;
            }
            assertThat(blocks).isEqualTo(10);
            assertThatThrownBy(() -> small.allocate(1, 1)).isInstanceOf(ArenaExhaustedException.class)
                    .hasMessageContaining("budget");
            small.free(a);
            assertThat(pool.take()).isPositive();
            pool.close();
            assertThat(small.stats().allocatedBytes()).isZero();
            assertThat(small.allocate(8 * PAGE, 1).byteSize()).isEqualTo(8 * PAGE);
            ArenaChecker.check(small);
        }
    }

    @Test
    @Needs(Capability.RESIDENCE)
    void decommitDropsTheMemoryAndKeepsTheRange() {
        PageRange a = arena.allocatePages(1000);
        MemorySegment s = arena.segment(a);
        s.fill((byte) 5);
        assertThat(arena.measureResidentBytes()).isEqualTo(1000 * PAGE);
        arena.decommit(a);
        assertThat(arena.measureResidentBytes()).isZero();
        assertThat(s.get(ValueLayout.JAVA_BYTE, 77)).isZero();
        s.set(ValueLayout.JAVA_BYTE, 500 * PAGE, (byte) 1);
        assertThat(arena.measureResidentBytes()).isEqualTo(PAGE);
        arena.free(a);
        assertThat(arena.measureResidentBytes()).isZero();
    }

    @Test
    @Needs({Capability.OVERSIZE, Capability.RESIDENCE})
    void aTebibyteCostsNothingUntilTouched() {
        try (VmapArena big = VmapArena.open(ArenaOptions.reserving(1L << 40))) {
            assertThat(big.stats().reservedBytes()).isEqualTo(1L << 40);
            assertThat(big.measureResidentBytes()).isZero();
            PageRange all = big.allocatePages((1L << 40) / PAGE);
            MemorySegment s = big.segment(all);
            s.set(ValueLayout.JAVA_LONG, (1L << 40) - 8, 1);
            assertThat(s.get(ValueLayout.JAVA_LONG, 1L << 39)).isZero();
            assertThat(big.measureResidentBytes()).isEqualTo(PAGE);
        }
    }

    @Test
    @Needs({Capability.OVERSIZE, Capability.RESIDENCE})
    void aThousandPagesOfSixtyFourGibibytesStayUnderTenMegabytes() throws IOException {
        try (VmapArena big = VmapArena.open(ArenaOptions.reserving(64L << 30))) {
            long tables = pageTableBytes();
            MemorySegment s = big.allocate(60L << 30, 1);
            Random random = new Random(1);
            for (int i = 0; i < 1000; i++) {
                s.set(ValueLayout.JAVA_BYTE, random.nextLong(s.byteSize()), (byte) 1);
            }
            assertThat(big.measureResidentBytes()).isBetween(900 * PAGE, 1000 * PAGE);
            assertThat(big.measureResidentBytes() + pageTableBytes() - tables).as("with page tables")
                    .isLessThan(10_000_000);
        }
    }

    private static long pageTableBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmPTE:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new AssertionError("no VmPTE");
    }

    @Test
    void aRangeThatIsBeingDecommittedCannotBeHandedOn() throws Exception {
        try (VmapArena large = VmapArena.open(ArenaOptions.reserving(1L << 28).named("large"))) {
            boolean busy = false;
            for (int round = 0; round < 20 && !busy; round++) {
                PageRange range = large.allocatePages((1L << 28) / PAGE);
                MemorySegment s = large.segment(range);
                s.asSlice(0, 1L << 27).fill((byte) 1); // so that discarding takes milliseconds
                CountDownLatch started = new CountDownLatch(1);
                Thread discarder = Thread.ofPlatform().start(() -> {
                    started.countDown();
                    large.decommit(range);
                });
                started.await();
                Thread.sleep(1);
                try {
                    large.free(range); // in time: refused. Too late, and the round tells nothing
                } catch (RangeBusyException e) {
                    busy = true;
                    assertThat(e).hasMessageContaining(range.toString());
                    s.set(ValueLayout.JAVA_LONG, 1L << 27, 5); // the range is whole
                    discarder.join();
                    assertThat(s.get(ValueLayout.JAVA_LONG, 0)).isZero();
                    large.free(range);
                }
                discarder.join();
            }
            assertThat(busy).isTrue();
            ArenaChecker.check(large);
        }
    }

    @Test
    void isAnArenaForAnyCode() {
        Random random = new Random(2);
        Map<Long, Long> taken = new HashMap<>(); // end by start
        for (int i = 0; i < 2000; i++) {
            long size = random.nextInt(10) == 0 ? random.nextInt(100_000) : random.nextInt(200);
            if (arena.stats().allocatedBytes() > 12 << 20) {
                break;
            }
            long alignment = 1L << random.nextInt(random.nextInt(20) == 0 ? 16 : 8);
            MemorySegment s = arena.allocate(size, alignment);
            assertThat(s.byteSize()).isEqualTo(size);
            assertThat(s.address() % alignment).isZero();
            assertThat(s.scope()).isEqualTo(arena.scope());
            for (long j = 0; j < size; j += 61) {
                assertThat(s.get(ValueLayout.JAVA_BYTE, j)).isZero();
            }
            s.fill((byte) i);
            taken.put(s.address(), s.address() + size);
        }
        assertDisjoint(taken);
        assertThat(arena.allocateFrom("text").getString(0)).isEqualTo("text");
    }

    private static void assertDisjoint(Map<Long, Long> endByStart) {
        long end = 0;
        for (long start : endByStart.keySet().stream().sorted().toList()) {
            assertThat(start).isGreaterThanOrEqualTo(end);
            end = endByStart.get(start);
        }
    }

    @Test
    void closeEndsEverythingAndIsIdempotent() {
        MemorySegment piece = arena.allocate(100, 8);
        PageRange range = arena.allocatePages(2);
        MemorySegment pages = arena.segment(range);
        BlockPool pool = arena.blockPool(64);
        MemorySegment block = pool.segment(pool.take());
        for (MemorySegment s : List.of(piece, pages, block)) {
            s.fill((byte) 1);
        }
        arena.close();
        arena.close();
        for (MemorySegment s : List.of(piece, pages, block)) {
            assertThatThrownBy(() -> s.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
        }
        assertThat(arena.scope().isAlive()).isFalse();
        assertThat(arena.measureResidentBytes()).isZero();
        assertThat(arena.stats().allocatedBytes()).isZero();
        assertThatThrownBy(() -> arena.allocatePages(1)).isInstanceOf(ArenaClosedException.class)
                .hasMessageContaining("arena test is closed");
        assertThatThrownBy(() -> arena.free(range)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(() -> arena.segment(range)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(() -> arena.decommit(range)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(() -> arena.allocate(1, 1)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(() -> arena.blockPool(64)).isInstanceOf(ArenaClosedException.class);
        assertThatThrownBy(pool::take).isInstanceOf(ArenaClosedException.class);
    }

    @Test
    @Needs(Capability.LOCKED_PAGES)
    void pagesThatAreLockedStayHandedOutUntilTheyAreUnlocked() {
        PageRange range = arena.allocatePages(1);
        MemorySegment shown = arena.segment(range);
        shown.set(ValueLayout.JAVA_LONG, 0, 42);
        Mlock.mlock(shown.address(), PAGE);
        assertThatThrownBy(() -> arena.decommit(range)).isInstanceOf(KernelException.class)
                .hasMessageContaining("EINVAL");
        assertThat(shown.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
        assertThatThrownBy(() -> arena.free(range)).isInstanceOf(KernelException.class);
        assertThatThrownBy(() -> shown.get(ValueLayout.JAVA_LONG, 0)).isInstanceOf(IllegalStateException.class);
        assertThat(arena.stats().ranges()).isEqualTo(1);
        assertThat(arena.segment(range).get(ValueLayout.JAVA_LONG, 0)).isEqualTo(42);
        assertThatThrownBy(arena::close).isInstanceOf(KernelException.class);
        assertThatThrownBy(() -> arena.allocatePages(1)).isInstanceOf(ArenaClosedException.class);
        Mlock.munlock(shown.address(), PAGE);
        arena.close();
        assertThat(arena.stats().allocatedBytes()).isZero();
    }

    @Test
    void aPoolOfTheArenaTakesItsSizeAndMayBeClosedFirst() {
        BlockPool pool = arena.blockPool(576);
        assertThat(pool.limitBytes()).isEqualTo(1 << 24);
        assertThat(pool.toString()).contains("test/blocks-1");
        pool.close();
        assertThat(arena.blockPool(576).toString()).contains("test/blocks-2");
    }

    @Test
    void rangesAgreeWithAModelOfTheirBytes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<PageRange> live = new ArrayList<>();
        List<PageRange> dead = new ArrayList<>();
        Map<PageRange, Byte> bytes = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            String where = "seed " + seed + " step " + i;
            int what = random.nextInt(10);
            if (what < 5) {
                if (arena.tryAllocatePages(1 + random.nextInt(64)) instanceof PageRange range) {
                    byte mark = (byte) (1 + random.nextInt(100));
                    MemorySegment s = arena.segment(range);
                    assertThat(s.get(ValueLayout.JAVA_LONG, 0)).as(where).isZero();
                    assertThat(s.get(ValueLayout.JAVA_LONG, s.byteSize() - 8)).as(where).isZero();
                    s.set(ValueLayout.JAVA_BYTE, 0, mark);
                    s.set(ValueLayout.JAVA_BYTE, s.byteSize() - 1, mark);
                    live.add(range);
                    bytes.put(range, mark);
                }
            } else if (what < 9 && !live.isEmpty()) {
                PageRange range = live.remove(random.nextInt(live.size()));
                MemorySegment s = arena.segment(range);
                assertThat(s.get(ValueLayout.JAVA_BYTE, 0)).as(where).isEqualTo(bytes.get(range));
                assertThat(s.get(ValueLayout.JAVA_BYTE, s.byteSize() - 1)).as(where).isEqualTo(bytes.get(range));
                arena.free(range);
                dead.add(range);
            } else if (!dead.isEmpty()) {
                PageRange range = dead.get(random.nextInt(dead.size()));
                assertThatThrownBy(() -> arena.free(range)).as(where).isInstanceOf(StaleHandleException.class);
            }
            if (i % 2000 == 0) {
                ArenaChecker.check(arena);
            }
        }
    }

    @Test
    void aSegmentInASystemCallMakesItsRangeBusyNotLost() throws Exception {
        PageRange range = arena.allocatePages(1);
        MemorySegment segment = arena.segment(range);
        Holder holder = Holder.of(segment);
        try {
            assertThatThrownBy(() -> arena.free(range)).isInstanceOf(RangeBusyException.class)
                    .hasMessageContaining(range.toString());
            segment.set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
            assertThatThrownBy(arena::close).isInstanceOf(RangeBusyException.class);
            assertThatThrownBy(() -> arena.allocatePages(1)).isInstanceOf(ArenaClosedException.class);
            assertThat(segment.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 1);
        } finally {
            holder.release();
        }
        arena.close();
        assertThatThrownBy(() -> segment.get(ValueLayout.JAVA_BYTE, 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void optionsReachTheArena() {
        ArenaOptions options = ArenaOptions.reserving(1).named("tiny").hugePages(true).atLeast(1);
        try (VmapArena tiny = VmapArena.open(options)) {
            assertThat(tiny.stats().name()).isEqualTo("tiny");
            assertThat(tiny.stats().reservedBytes()).isEqualTo(PAGE);
            assertThat(tiny.allocatePages(1).bytes()).isEqualTo(PAGE);
            assertThat(tiny.toString()).contains("tiny");
            Arena asArena = tiny;
            assertThat(asArena.scope().isAlive()).isTrue();
        }
    }
}
