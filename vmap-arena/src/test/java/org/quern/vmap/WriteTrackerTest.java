package org.quern.vmap;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.linux.Mman;
import org.quern.kapi.raw.ScopedMemory;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.track.KernelScan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class WriteTrackerTest {
    private static final long PAGE = Reservation.PAGE_BYTES;

    private final PageRegions dirty = PageRegions.ofCapacity(512);

    /** Skips what this system, or the back end under test, does not have. */
    private static VmapArena arenaFor(TrackingMode mode, long bytes) {
        assumeTrue(mode.availability().isPresent(), mode.availability().reason());
        assumeTrue(mode != TrackingMode.KERNEL || BackEnd.preferred() == BackEnd.LINUX,
                "this back end has no kernel tracking");
        return VmapArena.open(ArenaOptions.reserving(bytes).named("tracked"));
    }

    private static void write(WriteTracker tracker, MemorySegment memory, long offset, long value) {
        memory.set(ValueLayout.JAVA_LONG, offset, value);
        tracker.mark(offset, Long.BYTES);
    }

    /** All of an epoch as "page+count", zeros as "page+count:0". */
    private String epoch(WriteTracker tracker) {
        List<String> all = new ArrayList<>();
        boolean done;
        do {
            done = tracker.collect(dirty);
            for (int i = 0; i < dirty.count(); i++) {
                assertThat(dirty.is(i, PageCategory.WRITTEN)).isTrue();
                all.add(dirty.offset(i) / PAGE + "+" + dirty.bytes(i) / PAGE
                        + (dirty.is(i, PageCategory.PFNZERO) ? ":0" : ""));
            }
        } while (!done);
        return String.join(" ", all);
    }

    @ParameterizedTest
    @EnumSource
    void theFirstEpochReportsAllThatIsThereAndTheRestAsZeros(TrackingMode mode) {
        try (VmapArena arena = arenaFor(mode, 1L << 30)) {
            PageRange range = arena.allocatePages(16);
            MemorySegment memory = arena.segment(range);
            memory.set(ValueLayout.JAVA_LONG, 3 * PAGE, 1);
            memory.set(ValueLayout.JAVA_LONG, 4 * PAGE, 1);
            try (WriteTracker tracker = arena.trackWrites(range, mode)) {
                assertThat(epoch(tracker)).isEqualTo("0+3:0 3+2 5+11:0");
                assertThat(epoch(tracker)).isEmpty();
                assertThat(tracker.mode()).isEqualTo(mode);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWriteIsReportedOnceAndOnlyItsPage(TrackingMode mode) {
        try (VmapArena arena = arenaFor(mode, 1L << 30)) {
            PageRange range = arena.allocatePages(64);
            MemorySegment memory = arena.segment(range);
            memory.asSlice(0, 32 * PAGE).fill((byte) 1);
            try (WriteTracker tracker = arena.trackWrites(range, mode)) {
                epoch(tracker);
                write(tracker, memory, 5 * PAGE + 8, 2);
                write(tracker, memory, 6 * PAGE, 2);
                write(tracker, memory, 31 * PAGE, 2);
                write(tracker, memory, 40 * PAGE, 2); // was never touched
                assertThat(memory.get(ValueLayout.JAVA_LONG, 7 * PAGE)).isNotZero(); // a read is no write
                assertThat(epoch(tracker)).isEqualTo("5+2 31+1 40+1");
                assertThat(epoch(tracker)).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aWriteAcrossPagesIsReportedForAllOfThem(TrackingMode mode) {
        try (VmapArena arena = arenaFor(mode, 1L << 30)) {
            PageRange range = arena.allocatePages(64);
            try (WriteTracker tracker = arena.trackWrites(range, mode)) {
                epoch(tracker);
                tracker.write(7 * PAGE - 1, MemorySegment.ofArray(new byte[(int) (20 * PAGE + 2)]));
                assertThat(epoch(tracker)).isEqualTo("6+22");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatIsDecommittedIsReported(TrackingMode mode) {
        try (VmapArena arena = arenaFor(mode, 1L << 30)) {
            arena.allocatePages(3);
            PageRange range = arena.allocatePages(8);
            MemorySegment memory = arena.segment(range);
            try (WriteTracker tracker = arena.trackWrites(range, mode);
                    WriteTracker whole = arena.trackWrites(TrackingMode.SOFTWARE)) {
                memory.fill((byte) 1);
                tracker.mark(0, memory.byteSize());
                epoch(tracker);
                epoch(whole);
                arena.decommit(range);
                write(tracker, memory, 2 * PAGE, 7);
                String reported = epoch(tracker);
                assertThat(reported).matches("0\\+2(:0)? 2\\+1 3\\+5(:0)?|0\\+8");
                if (arena.backEnd() == BackEnd.LINUX) {
                    assertThat(reported).as("zeros are known").isEqualTo("0+2:0 2+1 3+5:0");
                }
                assertThat(epoch(tracker)).isEmpty();
                assertThat(epoch(whole)).startsWith("3+");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void allOfAnArenaIsTrackedWhoeverHasIt(TrackingMode mode) {
        try (VmapArena arena = arenaFor(mode, 1L << 30); WriteTracker tracker = arena.trackWrites(mode)) {
            epoch(tracker);
            PageRange range = arena.allocatePages(8);
            write(tracker, arena.segment(range), 0, 1);
            tracker.mark(range.offset(), 8);
            assertThat(epoch(tracker)).isEqualTo("0+1");
            arena.free(range);
            if (arena.backEnd() == BackEnd.LINUX) {
                assertThat(epoch(tracker)).isEqualTo("0+8:0");
            } else {
                assertThat(epoch(tracker)).startsWith("0+");
            }
            assertThatThrownBy(() -> tracker.write(0, MemorySegment.ofArray(new byte[1])))
                    .isInstanceOf(UnsupportedOperationException.class).hasMessageContaining("tracked as a whole");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPoolIsTrackedAndSoIsItsTrim(TrackingMode mode) {
        try (VmapArena arena = arenaFor(mode, 1L << 26); BlockPool pool = arena.blockPool(PAGE)) {
            long first = pool.take();
            long second = pool.take();
            try (WriteTracker tracker = pool.trackWrites(mode)) {
                epoch(tracker);
                pool.segment(first).fill((byte) 1);
                tracker.mark(first, PAGE);
                pool.segment(second).fill((byte) 1);
                tracker.mark(second, PAGE);
                assertThat(epoch(tracker)).isEqualTo("1+2");
                pool.giveBack(second);
                pool.trim();
                assertThat(epoch(tracker)).matches(".*\\b2\\+\\d+(:0)?.*");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aReplicaAgreesWithWhatWasDone(TrackingMode mode) {
        long seed = System.nanoTime();
        System.out.println("WriteTrackerTest.aReplicaAgreesWithWhatWasDone seed " + seed);
        Random random = new Random(seed);
        try (VmapArena arena = arenaFor(mode, 1L << 30); Arena scope = Arena.ofConfined()) {
            PageRange range = arena.allocatePages(600);
            MemorySegment memory = arena.segment(range);
            MemorySegment copy = scope.allocate(memory.byteSize(), PAGE);
            try (WriteTracker tracker = arena.trackWrites(range, mode)) {
                Replica replica = new Replica(tracker, copy, 4 + random.nextInt(40));
                for (int step = 0; step < 3000; step++) {
                    switch (random.nextInt(40)) {
                        case 0 -> arena.decommit(range);
                        case 1 -> replica.epoch();
                        case 2 -> { // taken by somebody who cannot use it, and says so
                            tracker.collect(dirty);
                            for (int i = 0; i < dirty.count(); i++) {
                                tracker.changed(dirty.offset(i), dirty.bytes(i));
                            }
                        }
                        case 3 -> {
                            replica.epoch();
                            assertThat(replica.mismatch()).as("seed %s, step %s", seed, step).isEqualTo(-1);
                        }
                        default -> write(tracker, memory, random.nextLong(600 * PAGE / 8) * 8, random.nextLong());
                    }
                }
                replica.epoch();
                assertThat(replica.mismatch()).as("seed %s", seed).isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void twoWritersAtFullSpeedLoseNothing(TrackingMode mode) throws Exception {
        try (VmapArena arena = arenaFor(mode, 1L << 30); Arena scope = Arena.ofConfined()) {
            PageRange range = arena.allocatePages(2000);
            MemorySegment memory = arena.segment(range);
            MemorySegment copy = scope.allocate(memory.byteSize(), PAGE);
            try (WriteTracker tracker = arena.trackWrites(range, mode)) {
                AtomicBoolean stop = new AtomicBoolean();
                List<Thread> writers = new ArrayList<>();
                for (int w = 0; w < 2; w++) {
                    long which = w;
                    writers.add(Thread.ofPlatform().start(() -> {
                        Random random = new Random(which);
                        while (!stop.get()) {
                            write(tracker, memory, random.nextLong(2000 * PAGE / 16) * 16 + which * 8,
                                    random.nextLong());
                        }
                    }));
                }
                Replica replica = new Replica(tracker, copy, 64);
                long end = System.nanoTime() + 700_000_000L;
                int epochs = 0;
                while (System.nanoTime() < end) {
                    replica.epoch();
                    epochs++;
                }
                stop.set(true);
                for (Thread writer : writers) {
                    writer.join();
                }
                replica.epoch();
                assertThat(replica.mismatch()).isEqualTo(-1);
                assertThat(replica.epoch()).as("nothing is left").isZero();
                assertThat(epochs).isPositive();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFileInMemoryIsTracked(TrackingMode mode) throws IOException {
        Path shm = Path.of("/dev/shm");
        assumeTrue(Files.isWritable(shm) && mode.availability().isPresent());
        Path path = Files.createTempFile(shm, "quern", ".mem");
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
                Arena scope = Arena.ofShared()) {
            Files.delete(path);
            MemorySegment memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, 64 * PAGE, scope);
            MemorySegment other = channel.map(FileChannel.MapMode.READ_WRITE, 0, 64 * PAGE, scope);
            other.set(ValueLayout.JAVA_LONG, 9 * PAGE, 1); // in the file, not in this mapping's page table
            memory.set(ValueLayout.JAVA_LONG, 3 * PAGE, 1);
            try (WriteTracker tracker = WriteTracker.of(memory, mode)) {
                assertThat(epoch(tracker)).isEqualTo("0+3:0 3+1 4+5:0 9+1 10+54:0");
                write(tracker, memory, 3 * PAGE, 2);
                write(tracker, memory, 9 * PAGE, 2);
                write(tracker, memory, 30 * PAGE, 2);
                assertThat(epoch(tracker)).isEqualTo("3+1 9+1 30+1");
                other.set(ValueLayout.JAVA_LONG, 9 * PAGE, 3);
                tracker.changed(9 * PAGE + 5, 1); // nobody else can know
                assertThat(epoch(tracker)).isEqualTo("9+1");
                assertThat(epoch(tracker)).isEmpty();
            }
        }
    }

    @Test
    void memoryMappedAnewIsTrackedAgain() {
        assumeTrue(TrackingMode.KERNEL.availability().isPresent());
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 30).on(BackEnd.LINUX))) {
            MemorySegment memory = arena.segment(arena.allocatePages(64));
            try (WriteTracker tracker = WriteTracker.of(memory, TrackingMode.KERNEL)) {
                memory.fill((byte) 1);
                epoch(tracker);
                // Safe because the pages belong to a range that only this test knows.
                Mman.mmap(memory.address() + 8 * PAGE, 4 * PAGE, Mman.PROT_READ | Mman.PROT_WRITE,
                        Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_FIXED | Mman.MAP_NORESERVE, -1, 0);
                memory.set(ValueLayout.JAVA_LONG, 9 * PAGE, 5);
                assertThat(epoch(tracker)).as("it cannot be told what changed: everything").isEqualTo(
                        "0+8 8+1:0 9+1 10+2:0 12+52");
                memory.set(ValueLayout.JAVA_LONG, 9 * PAGE, 6);
                assertThat(epoch(tracker)).isEqualTo("9+1");
            }
        }
    }

    @Test
    void twoTrackersOfTheKernelDoNotShareAPage() {
        try (VmapArena arena = arenaFor(TrackingMode.KERNEL, 1L << 30)) {
            PageRange range = arena.allocatePages(8);
            PageRange other = arena.allocatePages(8);
            WriteTracker first = arena.trackWrites(range, TrackingMode.KERNEL);
            assertThatThrownBy(() -> arena.trackWrites(TrackingMode.KERNEL)).isInstanceOf(RangeBusyException.class)
                    .hasMessageContaining("tracks part of it");
            assertThatThrownBy(() -> WriteTracker.of(arena.segment(range), TrackingMode.KERNEL))
                    .isInstanceOf(RangeBusyException.class);
            arena.trackWrites(other, TrackingMode.KERNEL).close();
            arena.trackWrites(range, TrackingMode.SOFTWARE).close();
            first.close();
            first.close();
            arena.trackWrites(TrackingMode.KERNEL).close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatWasFreedOrClosedIsSaidSo(TrackingMode mode) {
        VmapArena arena = arenaFor(mode, 1L << 30);
        PageRange range = arena.allocatePages(8);
        WriteTracker tracker = arena.trackWrites(range, mode);
        arena.free(range);
        assertThatThrownBy(() -> tracker.collect(dirty)).isInstanceOf(StaleHandleException.class);
        assertThatThrownBy(() -> arena.trackWrites(range, mode)).isInstanceOf(StaleHandleException.class);
        WriteTracker again = arena.trackWrites(arena.allocatePages(8), mode); // the same pages
        tracker.close();
        assertThatThrownBy(() -> tracker.collect(dirty)).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        again.collect(dirty);
        again.close();
        WriteTracker whole = arena.trackWrites(mode);
        arena.close();
        assertThatThrownBy(() -> whole.collect(dirty)).isInstanceOf(StaleHandleException.class);
        whole.close();
        assertThatThrownBy(() -> arena.trackWrites(mode)).isInstanceOf(ArenaClosedException.class);
    }

    @ParameterizedTest
    @EnumSource
    void mistakesAreNamed(TrackingMode mode) {
        try (VmapArena arena = arenaFor(mode, 1L << 30);
                WriteTracker tracker = arena.trackWrites(arena.allocatePages(8), mode)) {
            assertThatThrownBy(() -> tracker.changed(7 * PAGE, PAGE + 1)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> tracker.write(8 * PAGE - 1, MemorySegment.ofArray(new byte[2])))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> tracker.memory().set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> WriteTracker.of(MemorySegment.ofArray(new byte[8]), mode))
                    .isInstanceOf(IllegalArgumentException.class);
            if (mode == TrackingMode.SOFTWARE) {
                assertThatThrownBy(() -> tracker.mark(8 * PAGE, 1)).isInstanceOf(IndexOutOfBoundsException.class);
            }
            assertThat(tracker).hasToString("tracked, pages 0+8 (generation 1) (32768 bytes, tracked by " + mode + ")");
        }
    }

    @Test
    void aBackEndWithoutKernelTrackingSaysSo() {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 26).on(BackEnd.PORTABLE))) {
            assumeTrue(TrackingMode.KERNEL.availability().isPresent());
            assertThatThrownBy(() -> arena.trackWrites(TrackingMode.KERNEL))
                    .isInstanceOf(CallUnavailableException.class);
            try (WriteTracker tracker = arena.trackWrites()) {
                assertThat(tracker.mode()).isEqualTo(TrackingMode.SOFTWARE);
            }
        }
    }

    @Test
    void whatAScannerProtectsIsOneStepAndPagesThatDidNotFitAreLeftAlone() {
        try (VmapArena arena = arenaFor(TrackingMode.KERNEL, 1L << 30)) {
            PageRange range = arena.allocatePages(16);
            MemorySegment memory = arena.segment(range);
            memory.fill((byte) 1);
            try (WriteTracker tracker = arena.trackWrites(range, TrackingMode.KERNEL)) {
                PageScanner scanner = tracker.scanner();
                PageScan written = PageScan
                        .of(Selection.ALL.requiring(PageCategory.mask(PageCategory.WRITTEN, PageCategory.PRESENT)))
                        .showing(PageCategory.WRITTEN);
                scanner.scan(written.atMost(5).protecting(), dirty);
                assertThat(dirty.totalBytes()).isEqualTo(5 * PAGE);
                scanner.scan(written, dirty);
                assertThat(dirty.offset(0)).isEqualTo(5 * PAGE);
                assertThat(dirty.totalBytes()).isEqualTo(11 * PAGE);
                memory.set(ValueLayout.JAVA_BYTE, 2 * PAGE, (byte) 2);
                scanner.scan(written.protecting(), 0, 5 * PAGE, dirty);
                assertThat(dirty.toString()).startsWith("[" + 2 * PAGE + ", " + 3 * PAGE + ")");
                assertThat(scanner.count(Selection.ALL.requiring(PageCategory.WPALLOWED.bit()))).isEqualTo(16 * PAGE);
            }
        }
    }

    @Test
    void aScanThatCannotProtectAllProtectsNothing() {
        try (VmapArena arena = arenaFor(TrackingMode.KERNEL, 1L << 30)) {
            PageRange tracked = arena.allocatePages(8);
            PageRange beside = arena.allocatePages(8);
            assertThat(beside.firstPage()).isEqualTo(tracked.endPage());
            arena.segment(tracked).fill((byte) 1);
            arena.segment(beside).fill((byte) 1);
            try (WriteTracker tracker = arena.trackWrites(tracked, TrackingMode.KERNEL);
                    Arena scope = Arena.ofShared()) {
                MemorySegment both = ScopedMemory.of(arena.segment(tracked).address(), 16 * PAGE, scope,
                        arena);
                PageScanner scanner = new PageScanner("both", both,
                        new KernelScan(both.address(), arena), true);
                PageScan written = PageScan.of(Selection.ALL.requiring(PageCategory.WRITTEN.bit()));
                assertThatThrownBy(() -> scanner.scan(written.protecting(), dirty))
                        .isInstanceOfSatisfying(UnprotectablePagesException.class,
                                e -> assertThat(e.offset()).isEqualTo(8 * PAGE))
                        .hasMessageContaining("nothing was protected");
                scanner.scan(written, dirty);
                assertThat(dirty.totalBytes()).isEqualTo(16 * PAGE);
                scanner.scan(PageScan.of(Selection.ALL.excluding(PageCategory.WPALLOWED.bit())), dirty);
                assertThat(dirty.offset(0)).as("what would be skipped can be asked for").isEqualTo(8 * PAGE);
                assertThat(tracker.bytes()).isEqualTo(8 * PAGE);
            }
        }
    }
}
