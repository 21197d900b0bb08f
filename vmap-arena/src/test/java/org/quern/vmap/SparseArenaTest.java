package org.quern.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.quern.kapi.Errno;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SparseArenaTest {
    private static final long PAGE = Reservation.PAGE_BYTES;
    private static final long MOST = (1L << 32) / PAGE;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    @TempDir
    Path directory;

    private static final AtomicLong places = new AtomicLong();

    private final List<SparseArena> open = new ArrayList<>();

    private <A extends SparseArena> A opened(A arena) {
        open.add(arena);
        return arena;
    }

    private Arena32 small(long pages) {
        return opened(Arena32.create(SparseArenaOptions.pages(pages).named("small")));
    }

    @AfterEach
    void booksAreInOrder() {
        for (SparseArena arena : open) {
            if (!arena.pages().isClosed()) {
                arena.pages().verify();
                arena.close();
            }
        }
    }

    // ---- creation: the table of rules --------------------------------------------------------------------------------

    static Stream<Arguments> creationRules() {
        long window = 0x3000_0000_0000L; // moved for each row: what one has mapped is unmapped by the collector
        return Stream.of(
                Arguments.of("max entries 0: EINVAL", 0L, 0L, "pages=0"),
                Arguments.of("negative", -1L, 0L, "pages=-1"),
                Arguments.of("4 GiB: allowed", MOST, 0L, null),
                Arguments.of("one page more: E2BIG", MOST + 1, 0L, "pages=" + (MOST + 1)),
                Arguments.of("map_extra not page aligned: EINVAL", 4L, window + 1, "must be a multiple of"),
                Arguments.of("map_extra aligned: allowed", 4L, window, null),
                Arguments.of("whole window at its beginning: allowed", MOST, window, null),
                Arguments.of("last byte beyond the window: ERANGE", MOST, window + PAGE, "equal upper 32 bits"),
                Arguments.of("crossing: ERANGE", 2L, window + (1L << 32) - PAGE, "equal upper 32 bits"),
                Arguments.of("last page of the window: allowed", 1L, window + (1L << 32) - PAGE, null),
                Arguments.of("negative address", 1L, -PAGE, "address="),
                Arguments.of("beyond user space", 1L, 1L << 47, "below 2^47"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("creationRules")
    void followsTheRulesOfCreation(String row, long pages, long place, String message) {
        long address = place > 0 && place < 1L << 47 ? place + (places.incrementAndGet() << 34) : place;
        if (message == null) {
            SparseArena arena = opened(Arena32.create(SparseArenaOptions.pages(pages).mappedAt(address)));
            assertThat(arena.bytes()).isEqualTo(pages * PAGE);
            long base = arena.span().base();
            assertThat(address == 0 || base == address).isTrue();
            assertThat(base >>> 32).as("the window").isEqualTo((base + arena.bytes() - 1) >>> 32);
        } else {
            assertThatThrownBy(() -> Arena32.create(SparseArenaOptions.pages(pages).mappedAt(address)))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
        }
    }

    @Test
    void aTebibyteOf64BitHandlesCostsNothingUntilTouched() {
        SparseArena large = opened(Arena64.create(SparseArenaOptions.pages((1L << 40) / PAGE)
                .budgetPages(1L << 30)));
        PageGrant grant = large.allocate((512L << 30) / PAGE).granted();
        assertThat(grant.handle() + grant.pages() * PAGE).isGreaterThan(1L << 38);
        large.setLongPlain(grant.handle() + (300L << 30), 7);
        assertThat(large.getLongPlain(grant.handle() + (300L << 30))).isEqualTo(7);
        assertThatThrownBy(() -> Arena64.create(SparseArenaOptions.pages((1L << 45) / PAGE + 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // ---- handles ----------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(longs = {0, 0x3100_0000_0000L, 0x3100_8000_0000L, 0x3100_fffc_0000L})
    void handlesAndOffsetsAreInverse(long address) {
        HandleSpace handles = new HandleSpace(32, address & 0xffff_ffffL, 64 * PAGE);
        for (long offset = 0; offset < 64 * PAGE; offset += 777) {
            long handle = handles.handleAt(offset);
            assertThat(handle >>> 32).isZero();
            assertThat(handles.offset(handle, 1)).isEqualTo(offset);
        }
        for (long wrong : new long[]{handles.handleAt(-1), handles.handleAt(64 * PAGE), 1L << 32, -1}) {
            assertThatThrownBy(() -> handles.offset(wrong, 1)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("handle=0x");
        }
        assertThatThrownBy(() -> handles.offset(handles.handleAt(0), Long.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anArenaMappedAtAnAddressHasItsLowerHalfAsHandles() {
        Arena32 arena = opened(Arena32.create(SparseArenaOptions.pages(16).mappedAt(0x3200_f000_0000L)));
        PageGrant grant = arena.allocate(1).granted();
        assertThat(grant.handle32()).isEqualTo(0xf000_0000);
        assertThat(Arena32.handle(grant.handle32())).isEqualTo(grant.handle());
        assertThat(arena.segment(grant).address()).isEqualTo(0x3200_f000_0000L);
        arena.setIntPlain(grant.handle() + 4, grant.handle32());
        assertThat(arena.getIntPlain(grant.handle() + 4)).isEqualTo(0xf000_0000);
    }

    @Test
    void theNullHandleIsNeverHandedOutUnlessOptedIn() {
        Arena32 arena = small(4);
        assertThat(arena.allocate(4)).isInstanceOfSatisfying(ArenaRefusal.class,
                r -> assertThat(r.reason()).isEqualTo(ArenaRefusal.Reason.NO_ROOM));
        assertThat(arena.allocate(3).granted().handle()).isEqualTo(PAGE);
        for (Runnable call : List.<Runnable>of(() -> arena.free(0, 1), () -> arena.unreserve(0, 1),
                () -> arena.getLongPlain(0), () -> arena.segment(0, 8))) {
            assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("handle=0");
        }
        Arena32 zero = opened(Arena32.create(SparseArenaOptions.pages(4).usingPageZero(true)));
        PageGrant all = zero.allocate(4).granted();
        assertThat(all.handle()).isZero();
        zero.setLongPlain(0, 1);
        assertThat(zero.free(all)).isEqualTo(FreeOutcome.FREED);
    }

    // ---- allocation -------------------------------------------------------------------------------------------------

    @Test
    void takesTheSmallestRunThatIsLongEnough() {
        Arena32 arena = small(64);
        arena.allocateAt(PAGE, 63).granted();
        arena.free(10 * PAGE, 8);
        arena.free(30 * PAGE, 5);
        arena.free(50 * PAGE, 6);
        assertThat(arena.allocate(5).granted().handle()).isEqualTo(30 * PAGE);
        assertThat(arena.allocate(5).granted().handle()).isEqualTo(50 * PAGE);
        assertThat(arena.allocate(8).granted().handle()).isEqualTo(10 * PAGE);
        assertThat(arena.allocate(2)).isInstanceOf(ArenaRefusal.class);
        assertThat(arena.usage().largestFreePages()).isEqualTo(1);
    }

    @Test
    void allocateAtNeverTakesAnotherPlace() {
        Arena32 arena = small(16);
        PageGrant some = arena.allocateAt(4 * PAGE, 4).granted();
        assertThat(some.handle()).isEqualTo(4 * PAGE);
        for (long[] overlap : new long[][]{{1, 4}, {4, 4}, {5, 1}, {7, 9}, {1, 15}}) {
            assertThat(arena.allocateAt(overlap[0] * PAGE, overlap[1])).isInstanceOfSatisfying(ArenaRefusal.class,
                    r -> assertThat(r.reason()).isEqualTo(ArenaRefusal.Reason.BUSY));
        }
        arena.allocateAt(8 * PAGE, 8).granted();
        wrongPlaces(arena, (handle, count) -> arena.allocateAt(handle, count));
    }

    private interface Call {
        void with(long handle, long count);
    }

    private static void wrongPlaces(SparseArena arena, Call call) {
        long pages = arena.bytes() / PAGE;
        long[][] wrong = {{PAGE + 1, 1}, {PAGE, 0}, {PAGE, -1}, {PAGE, pages}, {PAGE, pages + 1},
                {PAGE, Long.MAX_VALUE}, {pages * PAGE, 1}, {-PAGE, 1}, {Long.MIN_VALUE, 1}, {1L << 32, 1}};
        for (long[] w : wrong) {
            assertThatThrownBy(() -> call.with(w[0], w[1])).as(w[0] + ", " + w[1])
                    .isInstanceOf(IllegalArgumentException.class).hasMessageMatching("(pages|handle)=.*");
        }
    }

    @Test
    void wrongPlacesAreNamedEverywhere() {
        Arena32 arena = small(16);
        wrongPlaces(arena, arena::free);
        wrongPlaces(arena, arena::reserve);
        wrongPlaces(arena, arena::unreserve);
        wrongPlaces(arena, arena::freeAsync);
        wrongPlaces(arena, arena::decommit);
        for (long count : new long[]{0, -1, Long.MIN_VALUE}) {
            assertThatThrownBy(() -> arena.allocate(count)).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("count=" + count);
        }
        assertThat(arena.allocate(Long.MAX_VALUE)).isInstanceOf(ArenaRefusal.class);
        arena.allocate(1).granted();
        assertThatThrownBy(() -> arena.getLongPlain(PAGE + 4)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("multiple of 8");
        assertThatThrownBy(() -> arena.setIntPlain(PAGE + 2, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> arena.segment(PAGE, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theBudgetIsOfAllPages() {
        Arena32 arena = opened(Arena32.create(SparseArenaOptions.pages(100).budgetPages(10)));
        PageGrant grant = arena.allocate(8).granted();
        assertThat(arena.allocate(3)).isInstanceOfSatisfying(ArenaRefusal.class, r -> {
            assertThat(r.reason()).isEqualTo(ArenaRefusal.Reason.OVER_BUDGET);
            assertThat(r.detail()).contains("8 of 10");
        });
        assertThatThrownBy(() -> arena.allocate(3).granted()).isInstanceOf(ArenaRefusedException.class);
        arena.free(grant);
        assertThat(arena.allocate(10)).isInstanceOf(PageGrant.class);
    }

    // ---- free -------------------------------------------------------------------------------------------------------

    @Test
    void freedPagesThrowAndComeBackAsZeros() {
        Arena32 arena = small(8);
        PageGrant grant = arena.allocate(2).granted();
        MemorySegment segment = arena.segment(grant);
        segment.fill((byte) 7);
        assertThat(arena.getLongPlain(grant.handle() + 8)).isEqualTo(0x0707_0707_0707_0707L);
        assertThat(arena.memoryUsage()).isEqualTo(2 * PAGE);
        assertThat(arena.free(grant)).isEqualTo(FreeOutcome.FREED);
        assertThat(arena.memoryUsage()).isZero();
        assertThatThrownBy(() -> segment.get(LONG, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> arena.getLongPlain(grant.handle())).isInstanceOf(UnallocatedPageException.class)
                .hasMessageContaining("FREE");
        PageGrant again = arena.allocate(2).granted();
        assertThat(again.handle()).isEqualTo(grant.handle());
        assertThat(again.generation()).isGreaterThan(grant.generation());
        assertThat(arena.getLongPlain(again.handle() + 8)).isZero();
        assertThatThrownBy(() -> arena.segment(grant)).isInstanceOf(StaleHandleException.class)
                .hasMessageContaining("generation");
        assertThatThrownBy(() -> arena.free(grant)).isInstanceOf(StaleHandleException.class);
        assertThat(arena.generation(again.handle() + 5)).isEqualTo(again.generation());
    }

    @Test
    void aPartOfAnAllocationCanBeFreed() {
        Arena32 arena = small(16);
        PageGrant grant = arena.allocate(6).granted();
        MemorySegment whole = arena.segment(grant);
        whole.set(LONG, 5 * PAGE, 42);
        arena.free(grant.handle() + 2 * PAGE, 2);
        assertThatThrownBy(() -> whole.get(LONG, 0)).isInstanceOf(IllegalStateException.class);
        assertThat(arena.segment(grant.handle() + 5 * PAGE, 8).get(LONG, 0)).isEqualTo(42);
        assertThatThrownBy(() -> arena.segment(grant)).isInstanceOf(UnallocatedPageException.class);
        assertThatThrownBy(() -> arena.free(grant.handle(), 6)).isInstanceOf(StaleHandleException.class)
                .hasMessageContaining("FREE");
        assertThat(arena.usage().allocatedPages()).isEqualTo(4);
    }

    @Test
    void doubleFreeAndForeignFreeAreRefused() {
        Arena32 arena = small(16);
        PageGrant grant = arena.allocate(2).granted();
        arena.free(grant.handle(), 2);
        assertThatThrownBy(() -> arena.free(grant.handle(), 2)).isInstanceOf(StaleHandleException.class);
        PageGrant reserved = (PageGrant) arena.reserve(8 * PAGE, 2);
        assertThatThrownBy(() -> arena.free(reserved.handle(), 2)).isInstanceOf(StaleHandleException.class)
                .hasMessageContaining("RESERVED");
    }

    @Test
    void reservedPagesAreKeptOut() {
        Arena32 arena = small(16);
        assertThat(arena.reserve(4 * PAGE, 12)).isInstanceOf(PageGrant.class);
        assertThat(arena.reserve(15 * PAGE, 1)).isInstanceOfSatisfying(ArenaRefusal.class,
                r -> assertThat(r.reason()).isEqualTo(ArenaRefusal.Reason.BUSY));
        assertThat(arena.allocate(4)).isInstanceOf(ArenaRefusal.class);
        assertThat(arena.allocateAt(5 * PAGE, 1)).isInstanceOf(ArenaRefusal.class);
        assertThat(arena.allocate(3).granted().handle()).isEqualTo(PAGE);
        arena.unreserve(8 * PAGE, 4);
        assertThat(arena.allocate(4).granted().handle()).isEqualTo(8 * PAGE);
        assertThatThrownBy(() -> arena.unreserve(8 * PAGE, 1)).isInstanceOf(StaleHandleException.class);
        assertThat(arena.usage().reservedPages()).isEqualTo(9); // and the page of the null handle
    }

    @Test
    void anAsynchronousFreeIsUnavailableUntilDrained() {
        Arena32 arena = small(4);
        PageGrant grant = arena.allocate(3).granted();
        MemorySegment segment = arena.segment(grant);
        segment.set(LONG, 0, 5);
        arena.freeAsync(grant.handle(), 3);
        assertThat(segment.get(LONG, 0)).as("readable until drained").isEqualTo(5);
        assertThat(arena.allocateAt(grant.handle(), 1)).isInstanceOfSatisfying(ArenaRefusal.class,
                r -> assertThat(r.reason()).isEqualTo(ArenaRefusal.Reason.UNAVAILABLE));
        assertThat(arena.reserve(grant.handle(), 1)).isInstanceOf(ArenaRefusal.class);
        assertThatThrownBy(() -> arena.getLongPlain(grant.handle())).isInstanceOf(UnallocatedPageException.class)
                .hasMessageContaining("UNAVAILABLE");
        assertThatThrownBy(() -> arena.freeAsync(grant.handle(), 1)).isInstanceOf(StaleHandleException.class);
        assertThat(arena.usage().unavailablePages()).isEqualTo(3);
        assertThat(arena.drain()).isEqualTo(3);
        assertThatThrownBy(() -> segment.get(LONG, 0)).isInstanceOf(IllegalStateException.class);
        assertThat(arena.drain()).isZero();
        assertThat(arena.usage().unavailablePages()).isZero();
        PageGrant next = arena.allocate(3).granted();
        arena.freeAsync(next.handle(), 3);
        assertThat(arena.allocate(3)).as("drains when room is short").isInstanceOf(PageGrant.class);
    }

    @Test
    void aPeerThatShowsThemHoldsFreedPagesBack() {
        Arena32 arena = small(8);
        Arena32 peer = opened(Arena32.attach(arena.file()));
        PageGrant grant = arena.allocate(2).granted();
        MemorySegment theirs = peer.segment(grant);
        theirs.set(LONG, 0, 9);
        assertThat(arena.getLongPlain(grant.handle())).isEqualTo(9);
        assertThat(arena.free(grant)).isEqualTo(FreeOutcome.DEFERRED);
        assertThat(theirs.get(LONG, 0)).as("never zeros, never a later owner's").isEqualTo(9);
        assertThat(arena.drain()).isZero();
        peer.drain();
        assertThatThrownBy(() -> theirs.get(LONG, 0)).isInstanceOf(IllegalStateException.class);
        arena.drain();
        assertThat(arena.usage().unavailablePages()).isZero();
        assertThat(peer.usage().allocatedPages()).isZero();
    }

    @Test
    void decommitKeepsPagesAndLosesBytes() {
        Arena32 arena = small(8);
        PageGrant grant = arena.allocate(2).granted();
        MemorySegment segment = arena.segment(grant);
        segment.fill((byte) 1);
        arena.decommit(grant.handle() + PAGE, 1);
        assertThat(segment.get(LONG, 0)).isEqualTo(0x0101_0101_0101_0101L);
        assertThat(segment.get(LONG, PAGE)).isZero();
        assertThat(arena.memoryUsage()).isBetween(PAGE, 2 * PAGE); // the read may have populated it again
    }

    // ---- faults -----------------------------------------------------------------------------------------------------

    @Test
    void failOnFaultThrowsAndPopulateAllocates() {
        Arena32 strict = small(8);
        assertThatThrownBy(() -> strict.setLongPlain(2 * PAGE, 1)).isInstanceOf(UnallocatedPageException.class);
        assertThatThrownBy(() -> strict.segment(2 * PAGE, 8)).isInstanceOf(UnallocatedPageException.class);
        assertThat(strict.usage().allocatedPages()).isZero();
        Arena32 lazy = opened(Arena32.create(SparseArenaOptions.pages(8).onFault(FaultPolicy.POPULATE)
                .budgetPages(4)));
        assertThat(lazy.getLongPlain(2 * PAGE)).isZero();
        assertThat(lazy.usage().allocatedPages()).isEqualTo(1);
        lazy.reserve(4 * PAGE, 2).granted();
        lazy.setLongPlain(5 * PAGE + 8, 3); // a reservation does not protect
        assertThat(lazy.getLongPlain(5 * PAGE + 8)).isEqualTo(3);
        assertThat(lazy.usage().reservedPages()).isEqualTo(2);
        assertThat(lazy.segment(6 * PAGE, 2 * PAGE).byteSize()).isEqualTo(2 * PAGE);
        assertThatThrownBy(() -> lazy.getLongPlain(PAGE)).isInstanceOf(ArenaRefusedException.class)
                .hasMessageContaining("OVER_BUDGET");
        assertThatThrownBy(() -> lazy.segment(5 * PAGE, 2 * PAGE)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more than one allocation");
    }

    // ---- the kernel's answers ---------------------------------------------------------------------------------------

    @Test
    void theLenientModeAnswersAsTheKernelDoes() {
        Arena32 arena = small(16);
        KernelArenaCalls calls = arena.kernelAnswers();
        assertThat(calls.allocPages(0, 0, -1, 0)).isZero();
        assertThat(calls.allocPages(0, 1, -1, 1)).isZero();
        assertThat(calls.allocPages(0, 1, 77, 0)).isZero();
        assertThat(calls.allocPages(0, 17, -1, 0)).isZero();
        assertThat(calls.allocPages(PAGE + 1, 1, -1, 0)).isZero();
        assertThat(calls.allocPages(15 * PAGE, 2, -1, 0)).isZero();
        long one = calls.allocPages(0, 2, KernelArenaCalls.NO_NODE, 0);
        assertThat(one).isEqualTo(PAGE);
        assertThat(calls.allocPages(one, 1, -1, 0)).as("never another place").isZero();
        assertThat(calls.allocPages(0xabcd_0000_0000L + 4 * PAGE, 1, -1, 0)).as("the lower 32 bits")
                .isEqualTo(4 * PAGE);
        assertThat(calls.reservePages(8 * PAGE + 1, 1)).as("quirk: success without effect").isZero();
        assertThat(calls.reservePages(8 * PAGE, 0)).isZero();
        assertThat(calls.reservePages(15 * PAGE, 2)).isEqualTo(-Errno.EINVAL.number());
        assertThat(calls.reservePages(8 * PAGE, 2)).isZero();
        assertThat(calls.reservePages(9 * PAGE, 1)).isEqualTo(-Errno.EBUSY.number());
        assertThat(calls.reservePages(one, 1)).isEqualTo(-Errno.EBUSY.number());
        calls.freePages(8 * PAGE + 5, 2); // un-reserves
        assertThat(calls.reservePages(8 * PAGE, 2)).isZero();
        calls.freePages(one + 100, 1); // rounded down
        calls.freePages(one, 2); // double free of one of them: silent
        calls.freePages(one, 2);
        calls.freePages(0, 5);
        calls.freePages(100 * PAGE, 1);
        calls.freePages(PAGE, -3);
        assertThat(arena.usage().allocatedPages()).isEqualTo(1);
        calls.freePages(3 * PAGE, Long.MAX_VALUE); // clipped
        calls.freePages(1, 1); // the page of the null handle stays out
        assertThat(arena.usage().largestFreePages()).isEqualTo(15);
    }

    // ---- attaching --------------------------------------------------------------------------------------------------

    static Stream<Arguments> attachRules() {
        long at = 0x3300_0000_0000L;
        return Stream.of(
                Arguments.of("start unknown, anywhere, any number of times", 0L, 0L, 0L, null),
                Arguments.of("start unknown, the whole length", 0L, 0L, 16L, null),
                Arguments.of("start unknown, an address asked for: EINVAL", 0L, at, 0L, "OTHER_ADDRESS"),
                Arguments.of("longer than the arena: E2BIG", 0L, 0L, 17L, "LONGER"),
                Arguments.of("shorter, a part: EINVAL", 0L, 0L, 15L, "SHORTER"),
                Arguments.of("start known, address different: EINVAL", at, at + PAGE, 0L, "OTHER_ADDRESS"),
                Arguments.of("start known, longer: E2BIG", at, at, 17L, "LONGER"),
                Arguments.of("start known, shorter: EINVAL", at, at, 15L, "SHORTER"),
                Arguments.of("start known, same address while mapped: EEXIST", at, at, 16L, "ADDRESS_OCCUPIED"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attachRules")
    void followsTheRulesOfAttaching(String row, long place, long asked, long pages, String reason) {
        long moved = places.incrementAndGet() << 34;
        long start = place == 0 ? 0 : place + moved;
        long address = asked == 0 ? 0 : asked + moved;
        SparseArena arena = opened(Arena64.create(SparseArenaOptions.pages(16).mappedAt(start)));
        if (reason == null) {
            opened(Arena64.attach(arena.file(), address, pages * PAGE));
            opened(Arena64.attach(arena.file()));
            return;
        }
        assertThatThrownBy(() -> Arena64.attach(arena.file(), address, pages * PAGE)).satisfies(e -> assertThat(
                e instanceof ArenaAttachException attach
                        ? attach.reason().name()
                        : ((MemoryFileException) e).reason().name())
                .isEqualTo(reason));
    }

    @Test
    void whatIsNoArenaIsNotAttached() {
        SparseArena narrow = small(4);
        refused(ArenaAttachException.Reason.OTHER_WIDTH, () -> Arena64.attach(narrow.file()));
        try (MemoryFile zeros = MemoryFile.create("zeros", 1 << 20); MemoryFile tiny = MemoryFile.create("tiny", 1)) {
            refused(ArenaAttachException.Reason.NOT_AN_ARENA, () -> Arena32.attach(zeros));
            refused(ArenaAttachException.Reason.NOT_AN_ARENA, () -> Arena32.attach(tiny));
        }
    }

    private static void refused(ArenaAttachException.Reason reason,
            ThrowingCallable c) {
        assertThatThrownBy(c).isInstanceOfSatisfying(ArenaAttachException.class,
                e -> assertThat(e.reason()).isEqualTo(reason));
    }

    @Test
    void contentsOutliveTheMapping() {
        Arena32 arena = small(8);
        try (MemoryFile file = MemoryFile.open(arena.file().path())) {
            PageGrant grant = arena.allocate(1).granted();
            arena.setLongPlain(grant.handle(), 11);
            arena.close();
            Arena32 later = opened(Arena32.attach(file));
            assertThat(later.getLongPlain(grant.handle())).isEqualTo(11);
            assertThat(later.usage().allocatedByPid()).isEqualTo(Map.of(0L, 1L));
            assertThatThrownBy(() -> later.allocateAt(grant.handle(), 1).granted())
                    .isInstanceOf(ArenaRefusedException.class);
            later.free(grant);
        }
    }

    @Test
    void useAfterCloseIsRefused() {
        Arena32 arena = small(8);
        PageGrant grant = arena.allocate(1).granted();
        MemorySegment segment = arena.segment(grant);
        arena.setLongPlain(grant.handle(), 1);
        arena.close();
        arena.close();
        assertThatThrownBy(() -> segment.get(LONG, 0)).isInstanceOf(IllegalStateException.class);
        for (Runnable call : List.<Runnable>of(() -> arena.allocate(1), () -> arena.free(grant), arena::drain,
                () -> arena.segment(grant), () -> arena.getLongPlain(grant.handle()), arena::usage,
                () -> arena.reserve(PAGE, 1), arena::memoryUsage)) {
            assertThatThrownBy(call::run).isInstanceOf(ArenaClosedException.class);
        }
    }

    // ---- the portable file ------------------------------------------------------------------------------------------

    @Test
    void worksOnAFileThatOnlyTheJdkMaps() {
        SparseArenaOptions options = SparseArenaOptions.pages(64).named("portable");
        long bytes = SparseArena.header(options, 32).pagesAt() + 64 * PAGE;
        Path path = directory.resolve("portable");
        Arena32 arena = opened(Arena32.createIn(MemoryFile.createAt(path, bytes, false), options,
                SparseArena.machine()));
        PageGrant grant = arena.allocate(4).granted();
        arena.segment(grant).fill((byte) 5);
        try (MemoryFile file = MemoryFile.openUnsealed(path, false)) {
            Arena32 peer = opened(Arena32.attach(file));
            assertThat(peer.getLongPlain(grant.handle() + PAGE)).isEqualTo(0x0505_0505_0505_0505L);
            peer.close();
        }
        assertThat(arena.free(grant)).isEqualTo(FreeOutcome.FREED);
        assertThat(arena.getLongPlain(arena.allocate(4).granted().handle() + PAGE)).isZero();
        assertThat(arena.memoryUsage()).isEqualTo(-1);
    }
}
