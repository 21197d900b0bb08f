package org.quern.vmap.snapshot;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.UUID;

import org.quern.vmap.ArenaOptions;
import org.quern.vmap.PageRange;
import org.quern.vmap.VmapArena;
import org.quern.vmap.WriteTracker;

/** Takes snapshots for ever, until it is killed. After snapshot n the content is a function of n alone. */
final class KilledWriter {
    static final int PAGES = 256;
    static final UUID IDENTITY = new UUID(5, 6);

    private KilledWriter() {}

    /** The content after snapshot n; from that after n - 1. */
    static void step(MemorySegment memory, long n, WriteTracker tracker) {
        for (long i = 0; i < 20; i++) {
            long offset = Math.floorMod(n * 0x9E3779B97F4A7C15L + i * 0xC2B2AE3D27D4EB4FL, memory.byteSize() / 8) * 8;
            memory.set(ValueLayout.JAVA_LONG, offset, n * 31 + i);
            if (tracker != null) {
                tracker.mark(offset, Long.BYTES);
            }
        }
        memory.set(ValueLayout.JAVA_LONG, 0, n);
        if (tracker != null) {
            tracker.mark(0, Long.BYTES);
        }
    }

    public static void main(String[] args) throws Exception {
        SnapshotStore store = SnapshotStore.open(Path.of(args[0]), IDENTITY);
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 26))) {
            PageRange range = arena.allocatePages(PAGES);
            MemorySegment memory = arena.segment(range);
            long n = store.restoreLatest(memory).map(SnapshotInfo::sequence).orElse(0L);
            try (WriteTracker tracker = arena.trackWrites(range)) {
                Snapshotter snapshotter = Snapshotter.of(tracker, store,
                        SnapshotOptions.DEFAULT.compressing(n % 2 == 0 ? Compression.NONE : Compression.DEFLATE));
                System.out.println("ready");
                while (true) {
                    n++;
                    step(memory, n, tracker);
                    long taken = snapshotter.take(Quiesce.NOBODY_WRITES).snapshot().sequence();
                    if (taken != n) {
                        throw new AssertionError(taken + " instead of " + n);
                    }
                    System.out.println(n);
                    if (n % 50 == 0) {
                        store.compact(n - 5, SnapshotOptions.DEFAULT);
                    }
                }
            }
        }
    }
}
