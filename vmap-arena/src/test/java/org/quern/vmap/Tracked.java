package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

import org.quern.vmap.reserve.Reservation;

/**
 * Two writers at full speed and a replica that follows; ends with status 0 if the replica is identical after the last round.
 * Arguments: {@code anonymous|file}, a {@link TrackingMode}, seconds.
 */
final class Tracked {
    private static final long BYTES = 32L << 20;

    private Tracked() {}

    public static void main(String[] args) throws Exception {
        TrackingMode mode = TrackingMode.valueOf(args[1]);
        long nanos = (long) (Double.parseDouble(args[2]) * 1e9);
        if (!mode.availability().isPresent()) {
            System.out.println("skipped: " + mode.availability().reason());
            return;
        }
        try (Arena scope = Arena.ofShared(); VmapArena arena = VmapArena.open(ArenaOptions.reserving(1L << 30))) {
            if (args[0].equals("file")) {
                MemorySegment memory = memoryFile(scope);
                try (WriteTracker tracker = WriteTracker.of(memory, mode)) {
                    run(tracker, memory, scope, nanos, () -> tracker.changed(0, 0));
                }
            } else {
                PageRange range = arena.allocatePages(BYTES / Reservation.PAGE_BYTES);
                try (WriteTracker tracker = arena.trackWrites(range, mode)) {
                    run(tracker, arena.segment(range), scope, nanos, () -> arena.decommit(range));
                }
            }
        }
    }

    private static MemorySegment memoryFile(Arena scope) throws Exception {
        Path path = Files.createTempFile(Path.of("/dev/shm"), "quern", ".mem");
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.READ_WRITE, 0, BYTES, scope);
        } finally {
            Files.delete(path);
        }
    }

    private static void run(WriteTracker tracker, MemorySegment memory, Arena scope, long nanos, Runnable discard)
            throws Exception {
        MemorySegment copy = scope.allocate(BYTES, Reservation.PAGE_BYTES);
        AtomicBoolean stop = new AtomicBoolean();
        LongAdder writes = new LongAdder();
        Thread[] writers = new Thread[2];
        for (int w = 0; w < 2; w++) {
            int which = w;
            writers[w] = Thread.ofPlatform().start(() -> {
                Random random = new Random(which);
                while (!stop.get()) {
                    for (int i = 0; i < 1000; i++) {
                        long offset = random.nextLong(BYTES / 16) * 16 + which * 8;
                        memory.set(ValueLayout.JAVA_LONG, offset, random.nextLong());
                        tracker.mark(offset, Long.BYTES);
                    }
                    writes.add(1000);
                }
            });
        }
        Replica replica = new Replica(tracker, copy, 512);
        long begin = System.nanoTime();
        long epochs = 0;
        for (long said = begin; System.nanoTime() - begin < nanos; epochs++) {
            replica.epoch();
            if (epochs % 7 == 3) {
                System.gc();
            }
            if (epochs % 11 == 5) {
                discard.run();
            }
            if (System.nanoTime() - said > 5_000_000_000L) {
                said = System.nanoTime();
                System.out.println(epochs + " epochs, " + writes.sum() + " writes");
            }
        }
        stop.set(true);
        for (Thread writer : writers) {
            writer.join();
        }
        replica.epoch();
        long mismatch = replica.mismatch();
        System.out.println(epochs + " epochs, " + writes.sum() + " writes, " + (replica.copiedBytes >> 20)
                + " MiB copied, first difference at " + mismatch);
        System.exit(mismatch == -1 ? 0 : 1);
    }
}
