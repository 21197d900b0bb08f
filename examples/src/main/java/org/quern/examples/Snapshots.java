package org.quern.examples;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;

import org.quern.kapi.linux.Unistd;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.PageRange;
import org.quern.vmap.VmapArena;
import org.quern.vmap.WriteTracker;
import org.quern.vmap.snapshot.Quiesce;
import org.quern.vmap.snapshot.SnapshotException;
import org.quern.vmap.snapshot.SnapshotInfo;
import org.quern.vmap.snapshot.SnapshotOptions;
import org.quern.vmap.snapshot.SnapshotReport;
import org.quern.vmap.snapshot.SnapshotStore;
import org.quern.vmap.snapshot.Snapshotter;

/** A table of 64 MiB that a thread writes all the time: snapshots of it, what each costs, a restore, a damaged file. */
public final class Snapshots {
    private static final long TABLE_BYTES = 64L << 20;
    private static final UUID IDENTITY = UUID.fromString("5e7a1c1e-0000-4000-8000-000000000001");

    private final ReadWriteLock writers = new ReentrantReadWriteLock();
    private volatile boolean stop;

    private Snapshots() {}

    /**
     * Runs the steps one after the other.
     *
     * @param args ignored
     * @throws IOException if the temporary directory cannot be written
     * @throws InterruptedException if somebody interrupts
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("snapshots");
        try {
            new Snapshots().run(directory);
        } finally {
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(directory);
        }
    }

    private void run(Path directory) throws IOException, InterruptedException {
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 40).named("table"))) {
            PageRange range = arena.allocatePages(TABLE_BYTES / Unistd.pageSize());
            MemorySegment table = arena.segment(range);
            table.fill((byte) 1);
            // snippet: snapshots-open
            WriteTracker tracker = arena.trackWrites(range);
            SnapshotStore store = SnapshotStore.open(directory, IDENTITY);
            Snapshotter snapshotter = Snapshotter.of(tracker, store, SnapshotOptions.DEFAULT);
            // end: snapshots-open
            Thread writer = Thread.ofPlatform().start(() -> write(table, tracker));
            // snippet: snapshots-take
            Quiesce quiesce = lastRound -> {
                writers.writeLock().lock(); // writers hold the read lock for each change
                try {
                    lastRound.run();
                } finally {
                    writers.writeLock().unlock();
                }
            };
            for (int i = 0; i < 5; i++) {
                Thread.sleep(50);
                print(snapshotter.take(quiesce));
            }
            // end: snapshots-take
            stop = true;
            writer.join();
            snapshotter.take(Quiesce.NOBODY_WRITES);
            restore(store, table);
            damage(store);
            tracker.close();
        }
    }

    /** Changes a little all the time, here and there. */
    private void write(MemorySegment table, WriteTracker tracker) {
        SplittableRandom random = new SplittableRandom(1);
        while (!stop) {
            writers.readLock().lock();
            try {
                long offset = random.nextLong(TABLE_BYTES / 8) * 8;
                table.set(ValueLayout.JAVA_LONG, offset, random.nextLong());
                tracker.mark(offset, Long.BYTES);
            } finally {
                writers.readLock().unlock();
            }
            java.util.concurrent.locks.LockSupport.parkNanos(20_000);
        }
    }

    private static void print(SnapshotReport report) {
        System.out.printf(Locale.ROOT, "%-28s %6d pages, %6d KiB stored, %d rounds, writers stood still for %d us%n",
                report.snapshot(), report.pages(), report.storedBytes() >> 10, report.rounds(),
                report.lastRoundNanos() / 1000);
    }

    private static void restore(SnapshotStore store, MemorySegment table) throws SnapshotException {
        // snippet: snapshots-restore
        try (VmapArena other = VmapArena.open(ArenaOptions.reserving(1L << 30).named("restored"))) {
            MemorySegment target = other.segment(other.allocatePages(TABLE_BYTES / Unistd.pageSize()));
            SnapshotInfo last = store.restoreLatest(target).orElseThrow();
            System.out.println("restored " + last + ", first difference at " + target.mismatch(table));
            SnapshotInfo base = store.compact(last.sequence(), SnapshotOptions.DEFAULT);
            System.out.println("compacted to " + base + ", files: " + store.snapshots().size());
        }
        // end: snapshots-restore
    }

    private static void damage(SnapshotStore store) throws IOException {
        Path file = store.latest().orElseThrow().file();
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 4;
        Files.write(file, bytes);
        // snippet: snapshots-verify
        try {
            store.verify(store.latest().orElseThrow().sequence());
        } catch (SnapshotException e) {
            System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
        }
        // end: snapshots-verify
    }
}
