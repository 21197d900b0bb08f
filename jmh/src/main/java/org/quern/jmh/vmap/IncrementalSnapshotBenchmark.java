package org.quern.jmh.vmap;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.PageCategory;
import org.quern.vmap.PageRange;
import org.quern.vmap.PageRegions;
import org.quern.vmap.VmapArena;
import org.quern.vmap.WriteTracker;
import org.quern.vmap.snapshot.Quiesce;
import org.quern.vmap.snapshot.SnapshotException;
import org.quern.vmap.snapshot.SnapshotInfo;
import org.quern.vmap.snapshot.SnapshotOptions;
import org.quern.vmap.snapshot.SnapshotReport;
import org.quern.vmap.snapshot.SnapshotStore;
import org.quern.vmap.snapshot.Snapshotter;

/**
 * A snapshot of a GiB of which 1 % was written since the last: to memory and to a file that is not forced to the disk;
 * against a full copy in memory, a full snapshot to a file, and the way without tracking: a CRC of each page, compared with
 * that of the last time, and a copy of what differs. The physical limit is a copy of the pages that changed.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class IncrementalSnapshotBenchmark {
    private static final long GIB = 1L << 30;
    private static final long PAGE = org.quern.kapi.linux.Unistd.pageSize();
    private static final int PAGES = (int) (GIB / PAGE);

    /** Pages written between two operations, of 262,144. */
    @Param("2621")
    public int written;

    private final VmapArena arena = VmapArena.open(ArenaOptions.reserving(2 * GIB));
    private final PageRange range = arena.allocatePages(PAGES);
    private final MemorySegment memory = arena.segment(range);
    private final WriteTracker tracker = arena.trackWrites(range);
    private final PageRegions regions = PageRegions.ofCapacity(512);
    private final SplittableRandom random = new SplittableRandom(1);
    private final int[] sums = new int[PAGES];
    private final long[] places = new long[1 << 16];
    private Arena copyScope;
    private MemorySegment copy;
    private Path directory;
    private SnapshotStore store;
    private Snapshotter snapshotter;

    @Setup
    public void open() throws IOException {
        memory.fill((byte) 1);
        copyScope = Arena.ofShared();
        copy = copyScope.allocate(GIB, PAGE).fill((byte) 2);
        Path shm = Path.of("/dev/shm");
        directory = Files.isWritable(shm)
                ? Files.createTempDirectory(shm, "quern")
                : Files.createTempDirectory("quern");
        store = SnapshotStore.open(directory, UUID.randomUUID());
        snapshotter = Snapshotter.of(tracker, store, SnapshotOptions.DEFAULT.forcing(false));
        snapshotter.take(Quiesce.NOBODY_WRITES);
    }

    @Setup(Level.Invocation)
    public void write() throws IOException {
        for (int i = 0; i < written; i++) {
            places[i] = random.nextLong(PAGES) * PAGE;
            memory.set(ValueLayout.JAVA_LONG, places[i], random.nextLong());
        }
        SnapshotInfo last = store.latest().orElseThrow();
        if (last.sequence() % 16 == 0) {
            removeOld(last);
        }
    }

    /** So that the directory stays small: what is before the last one is not needed here. */
    private void removeOld(SnapshotInfo last) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> !f.equals(last.file())).toList()) {
                Files.delete(file);
            }
        }
    }

    @TearDown
    public void close() throws IOException {
        tracker.close();
        arena.close();
        copyScope.close();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    @Benchmark
    public long incrementToMemory() {
        long bytes = 0;
        boolean all;
        do {
            all = tracker.collect(regions);
            for (int i = 0; i < regions.count(); i++) {
                if (!regions.is(i, PageCategory.PFNZERO)) {
                    MemorySegment.copy(memory, regions.offset(i), copy, regions.offset(i), regions.bytes(i));
                    bytes += regions.bytes(i);
                }
            }
        } while (!all);
        return bytes;
    }

    @Benchmark
    public SnapshotReport incrementToFile() throws SnapshotException {
        return snapshotter.take(Quiesce.NOBODY_WRITES);
    }

    @Benchmark
    public SnapshotReport fullToFile() throws SnapshotException {
        return snapshotter.takeBase(Quiesce.NOBODY_WRITES);
    }

    @Benchmark
    public MemorySegment fullCopy() {
        return copy.copyFrom(memory);
    }

    @Benchmark
    public long checksumsAndCopy() {
        CRC32C crc = new CRC32C();
        long bytes = 0;
        for (int page = 0; page < PAGES; page++) {
            long at = page * PAGE;
            crc.reset();
            crc.update(memory.asSlice(at, PAGE).asByteBuffer());
            if (sums[page] != (int) crc.getValue()) {
                sums[page] = (int) crc.getValue();
                MemorySegment.copy(memory, at, copy, at, PAGE);
                bytes += PAGE;
            }
        }
        return bytes;
    }

    /** The limit: the pages that changed, known beforehand. */
    @Benchmark
    public long copyOfWhatChanged() {
        for (int i = 0; i < written; i++) {
            MemorySegment.copy(memory, places[i], copy, places[i], PAGE);
        }
        return written;
    }
}
