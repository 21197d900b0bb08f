package org.quern.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quern.kapi.raw.RawMemory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class PagePinsTest {
    private static final PinOptions ME = PinOptions.of("me");
    private static final long PAGE = org.quern.vmap.reserve.Reservation.PAGE_BYTES;
    private VmapArena arena;

    @BeforeEach
    void open() {
        arena = VmapArena.open(ArenaOptions.reserving(1 << 24).named("test"));
    }

    @AfterEach
    void close() {
        assertThat(arena.pins().stats().outstanding()).isZero();
        ArenaChecker.check(arena);
        arena.close();
    }

    private PinRefusal refused(PageRange range, long first, long count, PinOptions options) {
        return (PinRefusal) arena.pins().tryPin(range, first, count, options);
    }

    // ---- counting ---------------------------------------------------------------------------------------------------

    @Test
    void aThousandAndTwentyFourHoldsOfAPageLookLikeAPinAndIsPinnedKnowsBetter() {
        PageRange range = arena.allocatePages(1);
        List<Hold> holds = new ArrayList<>();
        for (int i = 0; i < 1023; i++) {
            holds.add(arena.pins().hold(range, "holder"));
        }
        assertThat(arena.pins().maybePinned(range)).isFalse();
        holds.add(arena.pins().hold(range, "holder"));
        assertThat(arena.pins().maybePinned(range)).isTrue();
        assertThat(holds.getFirst().isMaybePinned()).isTrue();
        assertThat(arena.pins().isPinned(range.offset(), PAGE)).isFalse();
        assertThat(arena.pins().stats()).isEqualTo(new PinStats(0, 0, 1024, 0));
        holds.forEach(Hold::close);
        assertThat(arena.pins().maybePinned(range)).isFalse();
    }

    @Test
    void aLargeUnitCountsExactlyAndPageByPage() {
        PageRange range = arena.allocatePages(512);
        List<Hold> holds = new ArrayList<>();
        for (int i = 0; i < 1024; i++) {
            holds.add(arena.pins().hold(range, "holder"));
        }
        assertThat(arena.pins().maybePinned(range)).as("no false positive").isFalse();
        PinStats before = PagePins.totalStats();
        Pin pin = arena.pins().pin(range, ME);
        assertThat(arena.pins().stats().acquired()).isEqualTo(512);
        assertThat(PagePins.totalStats().acquired() - before.acquired()).isEqualTo(512);
        assertThat(arena.pins().maybePinned(range.offset() + 7 * PAGE, 1)).isTrue();
        assertThat(arena.pins().isPinned(range.offset() + 7 * PAGE, 1)).isTrue();
        assertThat(arena.pins().stats().outstanding()).isEqualTo(512);
        pin.close();
        assertThat(arena.pins().stats().released()).isEqualTo(512);
        assertThat(arena.pins().maybePinned(range)).isFalse();
        holds.forEach(Hold::close);
    }

    @Test
    void partsAreCountedPageByPage() {
        PageRange range = arena.allocatePages(10);
        try (Pin pin = arena.pins().pin(range, 3, 2, ME)) {
            for (int page = 0; page < 10; page++) {
                boolean inside = page == 3 || page == 4;
                assertThat(arena.pins().maybePinned(range.offset() + page * PAGE, PAGE)).isEqualTo(inside);
                assertThat(arena.pins().isPinned(range.offset() + page * PAGE, PAGE)).isEqualTo(inside);
            }
            assertThat(pin.firstPage()).isEqualTo(range.firstPage() + 3);
            assertThat(pin.segment().address()).isEqualTo(arena.segment(range).address() + 3 * PAGE);
            assertThat(pin.segment().byteSize()).isEqualTo(2 * PAGE);
        }
    }

    @Test
    void pagesThatWereNeverTouchedCountButStayUntouched() {
        PageRange range = arena.allocatePages(8);
        try (Pin pin = arena.pins().pin(range, ME)) {
            assertThat(pin.pages()).isEqualTo(8);
            if (arena.backEnd() == BackEnd.LINUX) {
                assertThat(arena.measureResidentBytes(range)).isZero();
            }
        }
    }

    @Test
    void randomHandlesEndBalanced() {
        long seed = Long.getLong("quern.seed", System.nanoTime());
        System.out.println("PagePinsTest: seed " + seed);
        Random random = new Random(seed);
        List<PageRange> ranges = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            ranges.add(arena.allocatePages(1 + random.nextInt(20)));
        }
        List<Pin> pins = new ArrayList<>();
        List<Hold> holds = new ArrayList<>();
        for (int i = 0; i < 4_000; i++) {
            PageRange range = ranges.get(random.nextInt(ranges.size()));
            long first = random.nextBoolean() ? 0 : random.nextLong(range.pages());
            long count = first == 0 ? range.pages() : 1 + random.nextLong(range.pages() - first);
            switch (random.nextInt(4)) {
                case 0 -> pins.add(arena.pins().pin(range, first, count, random.nextBoolean() ? ME : ME.longTerm()));
                case 1 -> holds.add(arena.pins().hold(range, first, count, "holder"));
                case 2 -> {
                    if (!pins.isEmpty()) {
                        pins.remove(random.nextInt(pins.size())).close(random.nextBoolean());
                    }
                }
                default -> {
                    if (!holds.isEmpty()) {
                        holds.remove(random.nextInt(holds.size())).close();
                    }
                }
            }
            if (i % 500 == 0) {
                assertThat(arena.pins().stats().outstanding()).isEqualTo(pins.stream().mapToLong(Pin::pages).sum());
                assertThat(arena.pins().stats().held()).isEqualTo(holds.stream().mapToLong(Hold::pages).sum());
                assertThat(arena.pins().open()).hasSize(pins.size());
                for (PageRange each : ranges) {
                    boolean pinned = pins.stream().anyMatch(pin -> pin.range().equals(each));
                    assertThat(arena.pins().maybePinned(each)).as("seed %s, step %s", seed, i).isEqualTo(pinned);
                }
            }
        }
        pins.forEach(Pin::close);
        holds.forEach(Hold::close);
        ranges.forEach(arena::free);
    }

    // ---- handles ----------------------------------------------------------------------------------------------------

    @Test
    void handlesAreClosedOnce() {
        PageRange range = arena.allocatePages(2);
        Pin pin = arena.pins().pin(range, ME);
        Hold hold = arena.pins().hold(range, "holder");
        pin.close();
        hold.close();
        assertThat(pin.isOpen()).isFalse();
        assertThatThrownBy(pin::close).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed before");
        assertThatThrownBy(() -> pin.close(true)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(pin::segment).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        assertThatThrownBy(hold::close).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed before");
        assertThat(arena.pins().stats().released()).isEqualTo(2);
        arena.free(range);
    }

    /** Nothing public makes a pin of a hold or a hold of a pin, and neither is made but by the arena. */
    @Test
    void thereIsNoWayFromOneFamilyToTheOther() {
        assertThat(Pin.class.isAssignableFrom(Hold.class) || Hold.class.isAssignableFrom(Pin.class)).isFalse();
        for (Class<?> handle : List.of(Pin.class, Hold.class)) {
            assertThat(handle.getConstructors()).isEmpty();
            assertThat(Modifier.isFinal(handle.getModifiers())).isTrue();
            assertThat(Arrays.stream(handle.getMethods()).filter(m -> Modifier.isPublic(m.getModifiers()))
                    .map(Method::getReturnType)).doesNotContain(handle == Pin.class ? Hold.class : Pin.class);
        }
        assertThat(Arrays.stream(Hold.class.getMethods()).map(Method::getReturnType)).as("no access to data")
                .doesNotContain(MemorySegment.class);
    }

    @Test
    void handlesThatAreCollectedOpenAreReportedAndReleased() throws InterruptedException {
        PageRange range = arena.allocatePages(3);
        BlockingQueue<PinReport> reports = new LinkedBlockingQueue<>();
        arena.pins().onLeak(reports::add);
        arena.pins().recordSites(true);
        forget(range);
        PinReport report = null;
        for (int i = 0; i < 100 && report == null; i++) {
            System.gc();
            report = reports.poll(100, TimeUnit.MILLISECONDS);
        }
        assertThat(report).isNotNull();
        assertThat(report.owner()).isEqualTo("forgetful");
        assertThat(report.pages()).isEqualTo(3);
        assertThat(report.site()).isNotNull().satisfies(
                site -> assertThat(site.getStackTrace()).anyMatch(frame -> frame.getMethodName().equals("forget")));
        assertThat(arena.pins().stats()).isEqualTo(new PinStats(3, 3, 0, 1));
        arena.free(range);
    }

    private void forget(PageRange range) {
        assertThat(arena.pins().pin(range, PinOptions.of("forgetful")).isOpen()).isTrue();
    }

    @Test
    void aPinForReadingShowsReadOnlyMemoryAndIsNotReleasedAsWritten() {
        PageRange range = arena.allocatePages(1);
        try (Pin pin = arena.pins().pin(range, ME.readOnly())) {
            assertThat(pin.segment().isReadOnly()).isTrue();
            assertThatThrownBy(() -> pin.close(true)).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("dirty=true");
            assertThat(pin.isOpen()).isTrue();
        }
    }

    // ---- partial acquisition ----------------------------------------------------------------------------------------

    @Test
    void aRefusedPageInTheMiddleLeavesThePrefixOrNothing() {
        PageRange range = arena.allocatePages(8);
        arena.pins().poison(range, 5);
        assertThatThrownBy(() -> arena.pins().pin(range, ME)).isInstanceOfSatisfying(PinRefusedException.class,
                e -> assertThat(e.refusal().page()).isEqualTo(range.firstPage() + 5));
        assertThat(arena.pins().maybePinned(range)).as("nothing leaks").isFalse();
        Pin prefix = (Pin) arena.pins().tryPin(range, 2, 6, ME);
        assertThat(prefix.pages()).isEqualTo(3);
        assertThat(arena.pins().stats().outstanding()).isEqualTo(3);
        prefix.close();
        assertThat(refused(range, 5, 3, ME).reason()).isEqualTo(PinRefusal.Reason.POISONED);
        assertThat(arena.pins().stats().outstanding()).isZero();
        arena.free(range);
    }

    @Test
    void partsOutsideAreNamed() {
        PageRange range = arena.allocatePages(4);
        for (long[] part : new long[][]{{-1, 1}, {0, 0}, {0, 5}, {4, 1}, {1, Long.MAX_VALUE}, {Long.MAX_VALUE, 1}}) {
            assertThatThrownBy(() -> arena.pins().pin(range, part[0], part[1], ME))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("first=" + part[0] + ", count=" + part[1]);
        }
        arena.free(range);
        assertThatThrownBy(() -> arena.pins().pin(range, ME)).isInstanceOf(StaleHandleException.class);
        assertThatThrownBy(() -> arena.pins().hold(range, "late")).isInstanceOf(StaleHandleException.class);
        try (VmapArena other = VmapArena.open(ArenaOptions.reserving(1 << 20))) {
            PageRange foreign = other.allocatePages(1);
            other.pins().pin(foreign, ME).close();
            assertThatThrownBy(() -> arena.pins().pin(foreign, ME)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    // ---- kinds ------------------------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(value = PageKind.class, names = {"TRANSIENT", "EVICTABLE", "TRACKED_FILE"})
    void kindsThatMayNotStayArePinnedForAShortTimeOnly(PageKind kind) {
        PageRange range = arena.allocatePages(2);
        arena.pins().declare(range, kind);
        arena.pins().pin(range, ME).close();
        PinRefusal refusal = refused(range, 0, 2, ME.longTerm());
        assertThat(refusal.reason().name()).isEqualTo(kind.name());
        assertThat(arena.pins().tryPin(range, 0, 2, ME.longTerm().readOnly()) instanceof Pin pin && closed(pin))
                .isEqualTo(kind == PageKind.TRACKED_FILE);
        arena.pins().declare(range, PageKind.ORDINARY);
        try (Pin pin = arena.pins().pin(range, ME.longTerm())) {
            assertThat(pin.isLongTerm()).isTrue();
            assertThatThrownBy(() -> arena.pins().declare(range, kind)).isInstanceOf(RangeBusyException.class);
        }
        arena.free(range);
    }

    private static boolean closed(Pin pin) {
        pin.close();
        return true;
    }

    @Test
    void movableRangesAreMovedFirstAndAFailureLeavesNothingPinned() {
        PageRange range = arena.allocatePages(2);
        arena.segment(range).set(ValueLayout.JAVA_LONG, PAGE, 7);
        AtomicBoolean can = new AtomicBoolean();
        arena.pins().declareMovable(range, from -> {
            if (!can.get()) {
                return null;
            }
            PageRange to = arena.allocatePages(from.pages());
            MemorySegment.copy(arena.segment(from), 0, arena.segment(to), 0, from.bytes());
            arena.free(from);
            return to;
        });
        assertThat(refused(range, 0, 2, ME.longTerm()).reason()).isEqualTo(PinRefusal.Reason.NOT_MOVED);
        assertThat(arena.pins().stats().acquired()).isZero();
        can.set(true);
        try (Pin pin = arena.pins().pin(range, ME.longTerm())) {
            assertThat(pin.range()).isNotEqualTo(range);
            assertThat(pin.segment().get(ValueLayout.JAVA_LONG, PAGE)).isEqualTo(7);
        }
    }

    @Test
    void movingIsTriedThreeTimesAndNoMore() {
        int[] moves = {0};
        PageRange range = arena.allocatePages(1);
        AtomicReference<PageMover> mover = new AtomicReference<>();
        mover.set(from -> {
            moves[0]++;
            PageRange to = arena.allocatePages(1);
            arena.free(from);
            arena.pins().declareMovable(to, mover.get());
            return to;
        });
        arena.pins().declareMovable(range, mover.get());
        assertThat(refused(range, 0, 1, ME.longTerm()).reason()).isEqualTo(PinRefusal.Reason.NOT_MOVED);
        assertThat(moves[0]).isEqualTo(3);
    }

    @Test
    void memoryIsPinnedByAddressAndWhatIsNoRangeIsNamed() {
        try (VmapArena guarded = VmapArena
                .open(ArenaOptions.reserving(1 << 24).named("guarded").guardPages(true).quarantine(1 << 20))) {
            PageRange range = guarded.allocatePages(2);
            MemorySegment memory = guarded.segment(range);
            try (Pin pin = (Pin) guarded.pins().tryPin(memory.asSlice(PAGE - 1, 2), ME)) {
                assertThat(pin.pages()).isEqualTo(2);
            }
            try (Pin pin = (Pin) guarded.pins().tryPin(memory.asSlice(PAGE, 1), ME)) {
                assertThat(pin.firstPage()).isEqualTo(range.firstPage() + 1);
            }
            long address = memory.address();
            assertThat(reasonAt(guarded, address + 2 * PAGE)).isEqualTo(PinRefusal.Reason.GUARD);
            guarded.free(range);
            assertThat(reasonAt(guarded, address)).isEqualTo(PinRefusal.Reason.QUARANTINED);
            assertThat(reasonAt(guarded, address - 1)).isEqualTo(PinRefusal.Reason.NO_RANGE);
            assertThat(reasonAt(guarded, address + (1 << 23))).isEqualTo(PinRefusal.Reason.NO_RANGE);
            assertThatThrownBy(() -> guarded.pins().tryPin(MemorySegment.ofArray(new byte[8]), ME))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static PinRefusal.Reason reasonAt(VmapArena of, long address) {
        // Safe because nothing is accessed: only the address is asked about.
        MemorySegment memory = RawMemory.EVERYTHING.asSlice(address, 1);
        return ((PinRefusal) of.pins().tryPin(memory, ME)).reason();
    }

    @Test
    void pagesOfALazyAreaAreRefused() {
        try (LazyArea area = LazyArea.open(arena, LazyAreaOptions.ofBytes(4 * PAGE), FaultHandler.zeros())) {
            MemorySegment memory = area.access(0, PAGE);
            assertThat(((PinRefusal) arena.pins().tryPin(memory, ME)).reason()).isEqualTo(PinRefusal.Reason.LAZY);
        }
    }

    // ---- released as written ----------------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource
    void whatWasWrittenThroughAPinIsReported(TrackingMode mode) {
        boolean kernel = mode == TrackingMode.KERNEL;
        assumeTrue(mode.availability().isPresent() && (!kernel || arena.backEnd() == BackEnd.LINUX), "none");
        PageRange range = arena.allocatePages(8);
        try (WriteTracker tracker = arena.trackWrites(range, mode)) {
            PageRegions dirty = PageRegions.ofCapacity(64);
            while (!tracker.collect(dirty)) {
            }
            Pin pin = arena.pins().pin(range, 2, 3, ME);
            pin.segment().set(ValueLayout.JAVA_LONG, 0, 1);
            pin.close(true);
            long reported = 0;
            boolean all;
            do {
                all = tracker.collect(dirty);
                for (int i = 0; i < dirty.count(); i++) {
                    assertThat(dirty.offset(i)).isBetween(2 * PAGE, 5 * PAGE);
                    reported += dirty.bytes(i);
                }
            } while (!all);
            assertThat(reported).isEqualTo(3 * PAGE);
        }
    }

    @Test
    void writesAreToldBeforeThePagesAreReleased() {
        PageRange range = arena.allocatePages(4);
        AtomicReference<String> told = new AtomicReference<>("");
        AtomicReference<PagePins> self = new AtomicReference<>();
        PagePins pins = new PagePins(arena.pageSpace(),
                (offset, bytes) -> told.set(offset + "+" + bytes + " pinned=" + self.get().maybePinned(range)));
        self.set(pins);
        pins.pin(range, 1, 2, ME).close(true);
        assertThat(told.get()).isEqualTo(range.offset() + PAGE + "+" + 2 * PAGE + " pinned=true");
        assertThat(pins.maybePinned(range)).isFalse();
    }

    // ---- close ------------------------------------------------------------------------------------------------------

    @Test
    void closingListsTheOwnersAndChangesNothing() {
        PageRange range = arena.allocatePages(2);
        try (Pin pin = arena.pins().pin(range, PinOptions.of("the reader"))) {
            assertThatThrownBy(arena::close).isInstanceOf(RangeBusyException.class)
                    .hasMessageContaining("the reader: pin of pages 0+2");
            arena.segment(range).set(ValueLayout.JAVA_LONG, 0, 1);
            arena.free(arena.allocatePages(1));
            assertThat(pin.segment().get(ValueLayout.JAVA_LONG, 0)).isEqualTo(1);
        }
    }

    @Test
    void closingWaitsForPinsAndLetsNobodyPinMeanwhile() throws InterruptedException {
        VmapArena waiting = VmapArena.open(ArenaOptions.reserving(1 << 20).named("waiting"));
        PageRange range = waiting.allocatePages(2);
        PageRange other = waiting.allocatePages(2);
        Pin pin = waiting.pins().pin(range, ME);
        Thread closer = Thread.ofPlatform().start(() -> waiting.close(Duration.ofMinutes(1)));
        PinRefusal refusal = null;
        while (refusal == null) {
            switch (waiting.pins().tryPin(range, 0, 2, ME)) {
                case Pin granted -> granted.close();
                case PinRefusal refused -> refusal = refused;
            }
        }
        assertThat(refusal.reason()).isEqualTo(PinRefusal.Reason.BUSY);
        assertThat(waiting.pins().tryPin(other, 0, 1, ME)).isInstanceOf(PinRefusal.class);
        assertThat(closer.isAlive()).isTrue();
        pin.close();
        closer.join();
        assertThatThrownBy(() -> waiting.pins().pin(range, ME)).isInstanceOf(ArenaClosedException.class);
    }

    // ---- races ------------------------------------------------------------------------------------------------------

    /** A pinner gets its own data or is refused; whoever frees or decommits never takes pages that are pinned. */
    @ParameterizedTest
    @EnumSource
    void pinsRaceWithFreesAndDecommits(BackEnd backEnd) throws Exception {
        long rounds = Boolean.getBoolean("quern.long") ? 200_000 : 200;
        try (VmapArena racing = VmapArena.open(ArenaOptions.reserving(1 << 22).named("racing").on(backEnd))) {
            AtomicReference<PageRange> current = new AtomicReference<>(fresh(racing));
            AtomicReference<Throwable> wrong = new AtomicReference<>();
            AtomicBoolean done = new AtomicBoolean();
            List<Thread> pinners = new ArrayList<>();
            for (int t = 0; t < 3; t++) {
                boolean part = t == 0;
                pinners.add(Thread.ofPlatform().start(() -> {
                    try {
                        while (!done.get() && wrong.get() == null) {
                            pinAndLook(racing, current.get(), part);
                            LockSupport.parkNanos(1); // or three pinners on two processors leave no moment without a pin
                        }
                    } catch (Throwable e) {
                        wrong.compareAndSet(null, e);
                    }
                }));
            }
            for (int i = 0; i < rounds && wrong.get() == null; i++) {
                PageRange old = current.get();
                if (i % 2 == 0) {
                    racing.freeWhenUnpinned(old);
                } else {
                    while (!tried(racing, old, i % 4 == 1)) {
                        Thread.onSpinWait();
                    }
                }
                if (i % 4 != 1) {
                    current.set(fresh(racing));
                }
            }
            done.set(true);
            for (Thread pinner : pinners) {
                pinner.join();
            }
            assertThat(wrong.get()).isNull();
            assertThat(racing.pins().stats().outstanding()).isZero();
            assertThat(racing.pins().drain()).isZero();
            assertThat(racing.stats().ranges()).as("every deferred free was executed").isEqualTo(1);
        }
    }

    private static PageRange fresh(VmapArena of) {
        PageRange range = of.allocatePages(3);
        for (long page = 0; page < 3; page++) {
            of.segment(range).set(ValueLayout.JAVA_LONG, page * PAGE, range.generation());
        }
        return range;
    }

    private static boolean tried(VmapArena of, PageRange range, boolean decommit) {
        try {
            if (decommit) {
                of.decommit(range);
            } else {
                of.free(range);
            }
            return true;
        } catch (RangeBusyException e) {
            return false;
        }
    }

    private static void pinAndLook(VmapArena of, PageRange range, boolean part) {
        PinOutcome outcome;
        try {
            outcome = of.pins().tryPin(range, 0, part ? 2 : 3, ME);
        } catch (StaleHandleException e) {
            return;
        }
        if (outcome instanceof Pin pin) {
            try (pin) {
                MemorySegment memory = pin.segment();
                long seen = memory.get(ValueLayout.JAVA_LONG, PAGE);
                if (seen != range.generation() && seen != 0) {
                    throw new AssertionError("another owner's data: " + seen + " in " + range);
                }
                for (int i = 0; i < 100; i++) {
                    if (memory.get(ValueLayout.JAVA_LONG, PAGE) != seen) {
                        throw new AssertionError("changed while pinned: " + range);
                    }
                }
            }
        }
    }
}
