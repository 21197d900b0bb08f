package org.quern.jmh.vmap;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;

import org.quern.kapi.linux.Unistd;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.PageRange;
import org.quern.vmap.VmapArena;
import org.quern.vmap.WriteTracker;
import org.quern.vmap.snapshot.Quiesce;
import org.quern.vmap.snapshot.SnapshotOptions;
import org.quern.vmap.snapshot.SnapshotStore;
import org.quern.vmap.snapshot.Snapshotter;

/**
 * {@link IncrementalSnapshotBenchmark} by turns and CPU time: an increment of a GiB of which 1 % was written, to a file, against all
 * of it to a file of the same directory, as plain bytes and as a snapshot with its sums; each left to the system, and each
 * forced to the disk. Argument: the directory, a temporary one unless given ({@code /dev/shm} for memory). A minute or two; the
 * directory needs 4 GiB.
 */
public final class InterleavedSnapshots {
    private static final long GIB = 1L << 30;
    private static final long PAGE = Unistd.pageSize();
    private static final long PAGES = GIB / PAGE;
    private static final SplittableRandom RANDOM = new SplittableRandom(1);

    private final MemorySegment memory;
    private final Path directory;
    private final Path plain;
    private final SnapshotStore store;

    private InterleavedSnapshots(MemorySegment memory, Path directory) throws IOException {
        this.memory = memory;
        this.directory = directory;
        this.plain = directory.resolve("plain");
        this.store = SnapshotStore.open(directory, UUID.randomUUID());
    }

    /**
     * Runs.
     *
     * @param args the directory to make a directory in
     * @throws Exception if a turn fails
     */
    public static void main(String[] args) throws Exception {
        Path directory = args.length > 0
                ? Files.createTempDirectory(Path.of(args[0]), "quern")
                : Files.createTempDirectory("quern");
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(2 * GIB))) {
            PageRange range = arena.allocatePages(PAGES);
            InterleavedSnapshots all = new InterleavedSnapshots(arena.segment(range).fill((byte) 1), directory);
            try (WriteTracker tracker = arena.trackWrites(range)) {
                all.run(tracker, false);
            }
            try (WriteTracker tracker = arena.trackWrites(range)) {
                all.run(tracker, true);
            }
        } finally {
            remove(directory, "");
            Files.delete(directory);
        }
    }

    private void run(WriteTracker tracker, boolean forced) throws Exception {
        Snapshotter snapshotter = Snapshotter.of(tracker, store, SnapshotOptions.DEFAULT.forcing(forced));
        snapshotter.take(Quiesce.NOBODY_WRITES);
        new Turns(5, 1, 1, 1e6, "ms")
                .add("increment, 1 % scattered", () -> write(1), () -> snapshotter.take(Quiesce.NOBODY_WRITES).pages())
                .add("increment, 1 % in runs of 16", () -> write(16),
                        () -> snapshotter.take(Quiesce.NOBODY_WRITES).pages())
                .add("all, plain bytes", () -> remove(directory, "plain"), () -> copy(forced))
                .add("all, as a snapshot", () -> write(1), () -> snapshotter.takeBase(Quiesce.NOBODY_WRITES).pages())
                .run(directory + (forced ? ", forced to the disk" : ", left to the system"));
        remove(directory, "");
    }

    private long write(int run) throws IOException {
        long newest = store.latest().orElseThrow().sequence();
        if (newest % 4 == 0) {
            String keep = store.latest().orElseThrow().file().getFileName().toString();
            try (Stream<Path> files = Files.list(directory)) {
                for (Path file : files.filter(f -> !f.endsWith(keep)).toList()) {
                    Files.delete(file);
                }
            }
        }
        for (long done = 0; done < PAGES / 100;) {
            long at = RANDOM.nextLong(PAGES - run);
            for (long page = at; page < at + run; page++, done++) {
                memory.set(ValueLayout.JAVA_LONG, page * PAGE, RANDOM.nextLong());
            }
        }
        return run;
    }

    private long copy(boolean forced) throws IOException {
        try (FileChannel channel = FileChannel.open(plain, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            ByteBuffer all = memory.asByteBuffer();
            while (all.hasRemaining()) {
                all.limit((int) Math.min(GIB, all.position() + (1L << 20)));
                channel.write(all);
                all.limit((int) GIB);
            }
            if (forced) {
                channel.force(true);
            }
        }
        return GIB;
    }

    private static long remove(Path directory, String beginning) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.getFileName().toString().startsWith(beginning)).toList()) {
                Files.delete(file);
            }
        }
        return 0;
    }
}
