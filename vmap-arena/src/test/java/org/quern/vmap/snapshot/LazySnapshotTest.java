package org.quern.vmap.snapshot;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.FaultHandler;
import org.quern.vmap.LazyArea;
import org.quern.vmap.LazyAreaOptions;
import org.quern.vmap.PageCategory;
import org.quern.vmap.PageRange;
import org.quern.vmap.PageRegions;
import org.quern.vmap.Pin;
import org.quern.vmap.PinOptions;
import org.quern.vmap.TrackingMode;
import org.quern.vmap.VmapArena;
import org.quern.vmap.WriteTracker;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Images of arenas in which not every page may be touched, and some are pinned. */
class LazySnapshotTest {
    private static final long PAGE = Reservation.PAGE_BYTES;
    private static final int PAGES = 64;

    @TempDir
    Path directory;

    private final VmapArena arena = VmapArena.open(ArenaOptions.reserving(8L << 20).named("lazy image"));

    @AfterEach
    void close() {
        arena.close();
    }

    private LazyArea area() {
        return LazyArea.open(arena, LazyAreaOptions.ofBytes(PAGES * PAGE).runBytes((int) PAGE),
                FaultHandler.function((offset, target) -> target.fill((byte) (offset / PAGE + 1))));
    }

    private WriteTracker track(TrackingMode mode) {
        assumeTrue(mode == TrackingMode.SOFTWARE || arena.backEnd() == org.quern.vmap.BackEnd.LINUX);
        assumeTrue(mode.availability().isPresent());
        return arena.trackWrites(mode);
    }

    private static MemorySegment restored(SnapshotStore store, WriteTracker tracker, Arena scope) throws Exception {
        MemorySegment target = scope.allocate(tracker.bytes(), PAGE).fill((byte) 0x55);
        store.restoreLatest(target);
        return target;
    }

    @ParameterizedTest
    @EnumSource(TrackingMode.class)
    void absentPagesAreNotTouchedAndFillsAreSeen(TrackingMode mode) throws Exception {
        try (LazyArea area = area(); WriteTracker tracker = track(mode); Arena scope = Arena.ofShared()) {
            PageRange plain = arena.allocatePages(3);
            arena.segment(plain).fill((byte) 0x77);
            tracker.mark(plain.offset(), plain.bytes());
            area.getLong(5 * PAGE);
            SnapshotStore store = SnapshotStore.open(directory.resolve(mode.name()), UUID.randomUUID());
            Snapshotter snapshotter = Snapshotter.of(tracker, store, SnapshotOptions.DEFAULT.forcing(false));
            snapshotter.take(Quiesce.NOBODY_WRITES);
            MemorySegment base = restored(store, tracker, scope);
            long at = area.range().offset();
            assertThat(base.get(ValueLayout.JAVA_BYTE, at + 5 * PAGE)).isEqualTo((byte) 6);
            assertThat(base.get(ValueLayout.JAVA_BYTE, at + 6 * PAGE)).isZero();
            assertThat(base.get(ValueLayout.JAVA_BYTE, plain.offset() + 2 * PAGE)).isEqualTo((byte) 0x77);
            assertThat(area.stats().presentBytes()).as("reading filled nothing").isEqualTo(PAGE);

            area.getLong(7 * PAGE);
            area.discard(5 * PAGE, PAGE);
            snapshotter.take(Quiesce.NOBODY_WRITES);
            MemorySegment next = restored(store, tracker, scope);
            assertThat(next.get(ValueLayout.JAVA_BYTE, at + 7 * PAGE)).isEqualTo((byte) 8);
            assertThat(next.get(ValueLayout.JAVA_BYTE, at + 5 * PAGE)).isZero();
            assertThat(next.get(ValueLayout.JAVA_BYTE, plain.offset())).isEqualTo((byte) 0x77);
        }
    }

    @ParameterizedTest
    @EnumSource(TrackingMode.class)
    void cleanFillsAreNoWrites(TrackingMode mode) {
        try (LazyArea area = LazyArea.open(arena,
                LazyAreaOptions.ofBytes(PAGES * PAGE).runBytes((int) PAGE).fillsAreClean(true), FaultHandler.zeros());
                WriteTracker tracker = track(mode)) {
            assumeTrue(mode == TrackingMode.SOFTWARE || area.stats().userfault());
            PageRegions regions = PageRegions.ofCapacity(512);
            while (!tracker.collect(regions)) {
                Thread.onSpinWait();
            }
            area.getLong(0);
            boolean complete = tracker.collect(regions);
            assertThat(complete).isTrue();
            assertThat(regions.count()).isZero();
        }
    }

    @Test
    void anAreaIsReadAsItIsUpToItsEndAndOverItsBorders() {
        try (LazyArea area = LazyArea.open(arena, LazyAreaOptions.ofBytes(3 * PAGE + 100).runBytes((int) PAGE),
                FaultHandler.function((offset, target) -> target.fill((byte) 9)));
                WriteTracker tracker = track(TrackingMode.SOFTWARE)) {
            PageRange after = arena.allocatePages(1);
            arena.segment(after).fill((byte) 3);
            area.access(PAGE, 2);
            area.access(3 * PAGE, 100);
            long at = area.range().offset();
            MemorySegment copy = MemorySegment.ofArray(new byte[(int) (5 * PAGE)]).fill((byte) 0x55);
            tracker.read(at, copy);
            for (long i = 0; i < 5 * PAGE; i++) {
                long page = i / PAGE;
                int expected = page == 1 || (page == 3 && i % PAGE < 100)
                        ? 9
                        : page == 4 && after.offset() == at + 4 * PAGE ? 3 : 0;
                assertThat(copy.get(ValueLayout.JAVA_BYTE, i)).as("byte %d", i).isEqualTo((byte) expected);
            }
            assertThatThrownBy(() -> tracker.read(tracker.bytes() - 1, copy))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    /** Fills, discards, areas that come and go, ranges that become areas and back: the reader meets no SIGBUS and no torn page. */
    @ParameterizedTest
    @EnumSource(TrackingMode.class)
    void readersMeetNoAbsentPageWhateverGoesOn(TrackingMode mode) throws Exception {
        WriteTracker tracker = track(mode);
        AtomicBoolean stop = new AtomicBoolean();
        Thread turmoil = Thread.ofPlatform().start(() -> {
            while (!stop.get()) {
                try (LazyArea area = area()) {
                    for (int i = 0; i < 20; i++) {
                        area.access(0, PAGES * PAGE / 2);
                        area.discard(0, (i % 8 + 1) * PAGE);
                    }
                }
                PageRange plain = arena.allocatePages(PAGES);
                arena.segment(plain).fill((byte) 1);
                arena.free(plain);
            }
        });
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment copy = scope.allocate(PAGES * PAGE);
            PageRegions regions = PageRegions.ofCapacity(64);
            long end = System.nanoTime() + (Boolean.getBoolean("quern.long") ? 60_000_000_000L : 700_000_000L);
            long pages = 0;
            while (System.nanoTime() < end) {
                tracker.collect(regions);
                for (int i = 0; i < regions.count(); i++) {
                    if (!regions.is(i, PageCategory.PFNZERO)) {
                        for (long at = regions.offset(i); at < regions.offset(i) + regions.bytes(i); at += PAGE) {
                            MemorySegment page = copy.asSlice(0, PAGE);
                            tracker.read(at, page);
                            pages++;
                        }
                    }
                }
                tracker.read(0, copy);
                for (long page = 0; page < PAGES; page++) {
                    byte first = copy.get(ValueLayout.JAVA_BYTE, page * PAGE);
                    assertThat(first).isIn((byte) 0, (byte) 1, (byte) (page + 1));
                }
            }
            assertThat(pages).isPositive();
        } finally {
            stop.set(true);
            assertThat(Thread.currentThread().isInterrupted()).as("no access was cut off").isFalse();
            turmoil.join();
            tracker.close();
        }
    }

    @Test
    void pinnedPagesAreFlaggedInImageAndReport() throws Exception {
        PageRange range = arena.allocatePages(PAGES);
        arena.segment(range).fill((byte) 4);
        try (WriteTracker tracker = arena.trackWrites(range)) {
            tracker.mark(0, range.bytes());
            SnapshotStore store = SnapshotStore.open(directory, UUID.randomUUID());
            Snapshotter snapshotter = Snapshotter.of(tracker, store, SnapshotOptions.DEFAULT.forcing(false));
            Pin pin = arena.pins().pin(range, 10, 3, PinOptions.of("device"));
            SnapshotReport first = snapshotter.take(Quiesce.NOBODY_WRITES);
            assertThat(first.pinnedPages()).isEqualTo(3);
            assertThat(store.pinned(1)).containsExactly(new PinnedPages(10 * PAGE, 3 * PAGE));

            tracker.changed(11 * PAGE, 2 * PAGE);
            pin.close();
            SnapshotReport second = snapshotter.take(Quiesce.NOBODY_WRITES);
            assertThat(second.pinnedPages()).as("the pin is gone").isZero();
            assertThat(store.pinned(2)).as("page 10 as it was").containsExactly(new PinnedPages(10 * PAGE, PAGE));
            store.compact(2, SnapshotOptions.DEFAULT.forcing(false));
            assertThat(store.pinned(2)).as("kept").containsExactly(new PinnedPages(10 * PAGE, PAGE));
            try (Arena scope = Arena.ofConfined()) {
                MemorySegment target = scope.allocate(range.bytes(), PAGE);
                store.restoreLatest(target);
                assertThat(target.mismatch(arena.segment(range))).isEqualTo(-1);
            }
        }
    }
}
