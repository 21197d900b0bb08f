package org.quern.vmap.snapshot;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantReadWriteLock;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.BackEnd;
import org.quern.vmap.PageRange;
import org.quern.vmap.VmapArena;
import org.quern.vmap.WriteTracker;
import org.quern.vmap.reserve.Reservation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

class SnapshotTest {
    private static final long PAGE = Reservation.PAGE_BYTES;
    private static final int PAGES = 300;
    private static final int FLIPS = Boolean.getBoolean("quern.long") ? 20_000 : 60;
    private static final UUID IDENTITY = new UUID(1, 2);

    @TempDir
    Path directory;

    private final VmapArena arena = VmapArena.open(ArenaOptions.reserving(64L << 20).named("image"));
    private final PageRange range = arena.allocatePages(PAGES);
    private final MemorySegment memory = arena.segment(range);
    private final WriteTracker tracker = arena.trackWrites(range);
    private SnapshotStore store;
    private Snapshotter snapshotter;

    @BeforeEach
    void open() throws Exception {
        store = SnapshotStore.open(directory.resolve("store"), IDENTITY);
        snapshotter = Snapshotter.of(tracker, store, SnapshotOptions.DEFAULT.forcing(false));
    }

    @AfterEach
    void close() {
        tracker.close();
        arena.close();
    }

    private void write(long offset, long value) {
        memory.set(ValueLayout.JAVA_LONG, offset, value);
        tracker.mark(offset, Long.BYTES);
    }

    private static byte[] bytes(MemorySegment segment) {
        return segment.toArray(ValueLayout.JAVA_BYTE);
    }

    private byte[] restored(long sequence) throws SnapshotException {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment target = scope.allocate(PAGES * PAGE, PAGE).fill((byte) 0x55);
            store.restore(sequence, target);
            return bytes(target);
        }
    }

    private void fill(int from, int to, long value) {
        for (long at = from * PAGE; at < to * PAGE; at += PAGE) {
            write(at, value + at);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyPointIsRestoredExactlyAlsoFromCompactedChains(Compression compression) throws Exception {
        long seed = System.nanoTime();
        System.out.println("SnapshotTest.everyPointIsRestoredExactly seed " + seed);
        Random random = new Random(seed);
        snapshotter = Snapshotter.of(tracker, store, SnapshotOptions.DEFAULT.forcing(false).compressing(compression));
        Map<Long, byte[]> images = new TreeMap<>();
        for (int step = 0; step < 60; step++) {
            for (int i = random.nextInt(60); i >= 0; i--) {
                write(random.nextLong(PAGES * PAGE / 8) * 8, random.nextLong());
            }
            if (random.nextInt(10) == 0) {
                arena.decommit(range);
            }
            SnapshotReport report = random.nextInt(15) == 0
                    ? snapshotter.takeBase(Quiesce.NOBODY_WRITES)
                    : snapshotter.take(Runnable::run);
            images.put(report.snapshot().sequence(), bytes(memory));
            if (random.nextInt(8) == 0) {
                long sequence = images.keySet().stream().skip(random.nextInt(images.size())).findFirst().orElseThrow();
                store.compact(sequence, SnapshotOptions.DEFAULT.forcing(false).compressing(compression));
                images.keySet().removeIf(k -> k < sequence);
                assertThat(store.chain(sequence)).hasSize(1);
            }
        }
        assertThat(store.snapshots()).extracting(SnapshotInfo::sequence).containsExactlyElementsOf(images.keySet());
        for (Map.Entry<Long, byte[]> image : images.entrySet()) {
            assertThat(restored(image.getKey())).as("seed %s, snapshot %s", seed, image.getKey())
                    .isEqualTo(image.getValue());
        }
    }

    @Test
    void anIncrementHoldsWhatChangedAndNoMore() throws Exception {
        fill(0, 100, 1);
        SnapshotReport base = snapshotter.take(Quiesce.NOBODY_WRITES);
        fill(10, 12, 2);
        SnapshotReport increment = snapshotter.take(Quiesce.NOBODY_WRITES);
        SnapshotReport nothing = snapshotter.take(Quiesce.NOBODY_WRITES);
        assertThat(base.snapshot().base()).isTrue();
        assertThat(base.pages()).isEqualTo(PAGES);
        assertThat(base.storedBytes()).as("zeros cost nothing").isLessThan(102 * PAGE);
        assertThat(increment.snapshot().base()).isFalse();
        assertThat(increment.pages()).isEqualTo(2);
        assertThat(increment.storedBytes()).isEqualTo(Files.size(increment.snapshot().file()));
        assertThat(nothing.pages()).isZero();
        assertThat(store.latest().orElseThrow().sequence()).isEqualTo(3);
        assertThat(increment.snapshot()).hasToString("increment 2 of " + PAGES * PAGE + " bytes");
    }

    @Test
    void aSnapshotUnderWritersIsThatOfTheLastRound() throws Exception {
        ReentrantReadWriteLock writers = new ReentrantReadWriteLock();
        AtomicBoolean stop = new AtomicBoolean();
        List<Thread> threads = new ArrayList<>();
        for (int w = 0; w < 2; w++) {
            int which = w;
            threads.add(Thread.ofPlatform().start(() -> {
                Random random = new Random(which);
                while (!stop.get()) {
                    writers.readLock().lock();
                    try {
                        write(random.nextLong(PAGES * PAGE / 16) * 16 + which * 8, random.nextLong());
                    } finally {
                        writers.readLock().unlock();
                    }
                }
            }));
        }
        List<byte[]> images = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            snapshotter.take(lastRound -> {
                writers.writeLock().lock();
                try {
                    lastRound.run();
                    images.add(bytes(memory));
                } finally {
                    writers.writeLock().unlock();
                }
            });
        }
        stop.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
        for (int i = 0; i < 10; i++) {
            assertThat(restored(i + 1)).as("snapshot %s", i + 1).isEqualTo(images.get(i));
        }
    }

    @Test
    void untouchedMemoryIsNotPopulatedByRestoring() throws Exception {
        fill(5, 6, 1);
        snapshotter.take(Quiesce.NOBODY_WRITES);
        try (VmapArena other = VmapArena.open(ArenaOptions.reserving(64L << 20))) {
            assumeTrue(other.backEnd() == BackEnd.LINUX);
            MemorySegment target = other.segment(other.allocatePages(PAGES));
            assertThat(store.restoreLatest(target)).isPresent();
            assertThat(target.mismatch(memory)).isEqualTo(-1);
            assertThat(other.measureResidentBytes()).isLessThanOrEqualTo(PAGE);
        }
    }

    @Test
    void whatIsCutIsSaidSoAndTheTargetStays() throws Exception {
        Path file = someFile();
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(1);
        for (int i = 0; i < 40; i++) {
            int length = i < 4 ? i * 64 : random.nextInt(whole.length);
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            refused(TruncatedSnapshotException.class, "cut to " + length);
        }
        Files.write(file, java.util.Arrays.copyOf(whole, whole.length + 1));
        refused(TruncatedSnapshotException.class, "longer");
    }

    @Test
    void everyFlippedBitIsFoundAndTheTargetStays() throws Exception {
        Path file = someFile();
        byte[] whole = Files.readAllBytes(file);
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 128 + FLIPS; i++) {
            byte[] damaged = whole.clone();
            int at = i < 128 ? i : random.nextInt(whole.length);
            damaged[at] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, damaged);
            refused(SnapshotException.class, "byte " + at + ", seed " + seed);
        }
    }

    private Path someFile() throws Exception {
        fill(0, 40, 1);
        snapshotter.take(Quiesce.NOBODY_WRITES);
        fill(3, 17, 2);
        return snapshotter.take(Quiesce.NOBODY_WRITES).snapshot().file();
    }

    private void refused(Class<? extends SnapshotException> type, String what) {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment target = scope.allocate(PAGES * PAGE, PAGE).fill((byte) 0x55);
            assertThatThrownBy(() -> store.restore(2, target)).as(what).isInstanceOf(type);
            for (long at = 0; at < target.byteSize(); at += 8) {
                if (target.get(ValueLayout.JAVA_LONG, at) != 0x5555555555555555L) {
                    throw new AssertionError(what + ": the target was changed at " + at);
                }
            }
        }
    }

    @Test
    void anotherArenaANewerVersionAndAnotherSizeAreRefused() throws Exception {
        someFile();
        SnapshotStore other = SnapshotStore.open(directory.resolve("store"), new UUID(3, 4));
        assertThatThrownBy(other::snapshots).isInstanceOf(ForeignSnapshotException.class)
                .hasMessageContaining("is of " + IDENTITY);
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment small = scope.allocate(PAGE, PAGE);
            assertThatThrownBy(() -> store.restore(2, small)).isInstanceOf(ForeignSnapshotException.class)
                    .hasMessageContaining("the target is of " + PAGE);
        }
        Path file = store.latest().orElseThrow().file();
        byte[] newer = Files.readAllBytes(file);
        ByteBuffer header = ByteBuffer.wrap(newer, 0, 128).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        header.putInt(8, Layout.VERSION + 1).putInt(124, Layout.crc(header, 0, 124));
        Files.write(file, newer);
        refused(NewerSnapshotException.class, "version " + (Layout.VERSION + 1));
    }

    @Test
    void gapsRenamedFilesAndForeignIncrementsAreOutOfOrder() throws Exception {
        for (int i = 0; i < 4; i++) {
            fill(i, i + 1, i);
            snapshotter.take(Quiesce.NOBODY_WRITES);
        }
        Path three = store.snapshots().get(2).file();
        Path two = store.snapshots().get(1).file();
        byte[] second = Files.readAllBytes(two);
        Files.move(three, directory.resolve("aside"));
        assertThatThrownBy(() -> store.chain(4)).isInstanceOf(SnapshotOrderException.class)
                .hasMessageContaining("snapshot 3 is missing");
        assertThatThrownBy(() -> store.chain(3)).isInstanceOf(SnapshotOrderException.class)
                .hasMessageContaining("there is no snapshot 3");
        assertThat(restored(2)).isNotNull();
        Files.copy(two, three);
        assertThatThrownBy(() -> store.chain(4)).isInstanceOf(SnapshotOrderException.class)
                .hasMessageContaining("holds increment 2");
        Files.move(directory.resolve("aside"), three, StandardCopyOption.REPLACE_EXISTING);
        ImageHeader forged = new ImageHeader(IDENTITY, 2, false, 77, ImageFile.header(two).previousId(), PAGES * PAGE,
                (int) PAGE, Instant.now());
        store.write(forged, false, channel -> new RecordWriter(channel, forged, Compression.NONE).end());
        assertThatThrownBy(() -> store.chain(4)).isInstanceOf(SnapshotOrderException.class)
                .hasMessageContaining("does not follow from");
        Files.write(two, second);
        Files.delete(store.snapshots().getFirst().file());
        assertThatThrownBy(() -> store.chain(4)).isInstanceOf(SnapshotOrderException.class)
                .hasMessageContaining("the base before");
    }

    @Test
    void aDiskThatFillsUpLosesNothing() throws Exception {
        assumeTrue(arena.backEnd() == BackEnd.LINUX, "elsewhere pages that were only read are stored too");
        Path mount = Files.createDirectory(directory.resolve("small"));
        assumeTrue(new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", mount.toString())
                .redirectErrorStream(true).start().waitFor() == 0, "cannot mount a file system");
        try {
            store = SnapshotStore.open(mount, IDENTITY);
            snapshotter = Snapshotter.of(tracker, store);
            fill(0, 10, 1);
            byte[] first = bytes(memory);
            snapshotter.take(Quiesce.NOBODY_WRITES);
            fill(100, 250, 2);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> snapshotter.take(Quiesce.NOBODY_WRITES))
                        .isInstanceOf(SnapshotStorageException.class).hasRootCauseMessage("No space left on device");
                assertThat(store.interrupted()).isEmpty();
                assertThat(restored(1)).isEqualTo(first);
            }
            assertThat(new ProcessBuilder("mount", "-o", "remount,size=4m", mount.toString()).start().waitFor())
                    .isZero();
            SnapshotReport report = snapshotter.take(Quiesce.NOBODY_WRITES);
            assertThat(report.snapshot().base()).isFalse();
            assertThat(report.pages()).isEqualTo(150);
            assertThat(restored(2)).isEqualTo(bytes(memory));
        } finally {
            new ProcessBuilder("umount", mount.toString()).start().waitFor();
        }
    }

    @Test
    void aDirectoryRemovedInMidWriteLosesNothing() throws Exception {
        fill(0, 10, 1);
        snapshotter.take(Quiesce.NOBODY_WRITES);
        fill(5, 20, 2);
        Path here = directory.resolve("store");
        Path away = directory.resolve("away");
        assertThatThrownBy(() -> snapshotter.take(lastRound -> {
            lastRound.run();
            try {
                Files.move(here, away); // for the open file it is as if it were removed
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        })).isInstanceOf(SnapshotStorageException.class).hasMessageContaining("cannot write snapshot 2");
        assertThatThrownBy(() -> snapshotter.take(Quiesce.NOBODY_WRITES)).isInstanceOf(SnapshotStorageException.class);
        Files.move(away, here);
        assertThat(store.interrupted()).as("it says what was left").hasSize(1);
        assertThat(snapshotter.take(Quiesce.NOBODY_WRITES).pages()).isEqualTo(15);
        assertThat(store.interrupted()).isEmpty();
        assertThat(restored(2)).isEqualTo(bytes(memory));
    }

    @Test
    void aQuiesceThatForgetsTheLastRoundIsRefused() throws Exception {
        fill(0, 10, 1);
        assertThatThrownBy(() -> snapshotter.take(lastRound -> {})).isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("ran the last round 0 times");
        assertThatThrownBy(() -> snapshotter.take(lastRound -> {
            throw new IllegalArgumentException("the writers will not stop");
        })).isInstanceOf(IllegalArgumentException.class);
        assertThat(store.snapshots()).isEmpty();
        snapshotter.take(Quiesce.NOBODY_WRITES);
        assertThat(restored(1)).isEqualTo(bytes(memory));
    }

    @Test
    void aChannelThatFailsLosesNothing() throws Exception {
        fill(0, 10, 1);
        int[] left = {1000};
        WritableByteChannel failing = new WritableByteChannel() {
            @Override
            public int write(ByteBuffer from) throws IOException {
                if (left[0] <= 0) {
                    throw new IOException("No space left on device");
                }
                int bytes = Math.min(left[0], from.remaining());
                from.position(from.position() + bytes);
                left[0] -= bytes;
                return bytes;
            }

            @Override
            public boolean isOpen() {
                return true;
            }

            @Override
            public void close() {}
        };
        Replicator replicator = new Replicator(tracker, IDENTITY, failing, Compression.NONE);
        assertThatThrownBy(() -> replicator.send(Quiesce.NOBODY_WRITES)).isInstanceOf(SnapshotStorageException.class);
        assertThatThrownBy(() -> replicator.send(Quiesce.NOBODY_WRITES)).isInstanceOf(IllegalStateException.class);
        snapshotter.take(Quiesce.NOBODY_WRITES);
        assertThat(restored(1)).isEqualTo(bytes(memory));
    }

    @Test
    void aReplicaFollowsOverAStream() throws Exception {
        Pipe pipe = Pipe.open();
        try (Arena scope = Arena.ofShared()) {
            MemorySegment copy = scope.allocate(PAGES * PAGE, PAGE);
            ReplicaReceiver receiver = new ReplicaReceiver(IDENTITY, copy);
            Throwable[] failure = new Throwable[1];
            Thread receiving = Thread.ofPlatform().start(() -> {
                try {
                    while (receiver.receive(pipe.source())) {
                        Thread.onSpinWait();
                    }
                } catch (SnapshotException | RuntimeException e) {
                    failure[0] = e;
                }
            });
            Replicator replicator = new Replicator(tracker, IDENTITY, pipe.sink(), Compression.DEFLATE);
            Random random = new Random(5);
            for (int i = 0; i < 50; i++) {
                for (int k = 0; k < 20; k++) {
                    write(random.nextLong(PAGES * PAGE / 8) * 8, random.nextLong());
                }
                replicator.send(i % 2 == 0 ? Quiesce.NOBODY_WRITES : Runnable::run);
            }
            pipe.sink().close();
            receiving.join();
            assertThat(failure[0]).isNull();
            assertThat(receiver.sequence()).isEqualTo(50);
            assertThat(copy.mismatch(memory)).isEqualTo(-1);
        } finally {
            pipe.source().close();
        }
    }

    @Test
    void aReceiverTakesNothingOutOfOrder() throws Exception {
        fill(0, 10, 1);
        java.io.ByteArrayOutputStream first = new java.io.ByteArrayOutputStream();
        java.io.ByteArrayOutputStream second = new java.io.ByteArrayOutputStream();
        int[] which = {0};
        WritableByteChannel both = Channels.newChannel(new java.io.OutputStream() {
            @Override
            public void write(int b) {
                (which[0] == 0 ? first : second).write(b);
            }

            @Override
            public void write(byte[] b, int off, int len) {
                (which[0] == 0 ? first : second).write(b, off, len);
            }
        });
        Replicator replicator = new Replicator(tracker, IDENTITY, both, Compression.NONE);
        replicator.send(Quiesce.NOBODY_WRITES);
        which[0] = 1;
        fill(3, 5, 2);
        replicator.send(Quiesce.NOBODY_WRITES);
        try (Arena scope = Arena.ofConfined()) {
            ReplicaReceiver receiver = new ReplicaReceiver(IDENTITY, scope.allocate(PAGES * PAGE, PAGE));
            assertThatThrownBy(() -> receive(receiver, second.toByteArray()))
                    .isInstanceOf(SnapshotOrderException.class);
            assertThat(receive(receiver, first.toByteArray())).isTrue();
            assertThatThrownBy(() -> receive(receiver, java.util.Arrays.copyOf(second.toByteArray(), 5000)))
                    .isInstanceOf(TruncatedSnapshotException.class);
            assertThat(receive(receiver, second.toByteArray())).isTrue();
            assertThatThrownBy(() -> receive(receiver, second.toByteArray()))
                    .isInstanceOf(SnapshotOrderException.class);
            assertThat(receive(receiver, new byte[0])).isFalse();
            ReplicaReceiver other = new ReplicaReceiver(new UUID(9, 9), scope.allocate(PAGES * PAGE, PAGE));
            assertThatThrownBy(() -> receive(other, first.toByteArray())).isInstanceOf(ForeignSnapshotException.class);
        }
    }

    private static boolean receive(ReplicaReceiver receiver, byte[] image) throws SnapshotException {
        return receiver.receive(Channels.newChannel(new java.io.ByteArrayInputStream(image)));
    }
}
