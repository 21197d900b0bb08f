package org.quern.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.quern.kapi.raw.RawMemory;

/**
 * Threads that read and write through every kind of segment, and raw readers of a pool, while ranges are freed and the
 * arena is closed under them, over and over. Allowed: the mark that the owner wrote, or an IllegalStateException; for the
 * raw reader also zeros. Anything else - another value, another exception, a crash - is a failure.
 */
final class CloseRace {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final long MARK = 0x5153_4554_4d41_524bL;

    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile MemorySegment shown = MemorySegment.NULL; // of a range that is freed any moment
    private volatile long reads;

    public static void main(String[] args) throws Exception {
        CloseRace race = new CloseRace();
        int rounds = race.run(Long.parseLong(args[0]), System.nanoTime());
        System.out.println(rounds + " rounds, failures: " + race.failures);
        System.exit(race.failures.isEmpty() && rounds > 0 ? 0 : 1);
    }

    int run(long millis, long seed) throws InterruptedException {
        Random random = new Random(seed);
        long end = System.nanoTime() + millis * 1_000_000;
        int rounds = 0;
        while (System.nanoTime() < end && failures.isEmpty()) {
            round(random);
            rounds++;
        }
        return rounds;
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    private void round(Random random) throws InterruptedException {
        VmapArena arena = VmapArena.open(ArenaOptions.reserving(64 << 20).named("race"));
        MemorySegment piece = arena.allocate(64, 8);
        piece.set(ValueLayout.JAVA_LONG, 0, MARK);
        BlockPool pool = arena.blockPool(64);
        long offset = pool.take();
        MemorySegment block = pool.segment(offset);
        block.set(ValueLayout.JAVA_LONG, 0, MARK);
        showNew(arena);
        List<Thread> threads = new ArrayList<>();
        threads.add(start("piece", () -> read(piece)));
        threads.add(start("block", () -> read(block)));
        threads.add(start("range", () -> readShown(arena)));
        threads.add(start("free", () -> freeAndShow(arena)));
        threads.add(start("pool", () -> takeAndGiveBack(pool)));
        Thread raw = Thread.ofPlatform().start(() -> readRaw(pool, offset));
        Thread.sleep(random.nextInt(8));
        Thread closer = start("close", arena::close);
        arena.close();
        for (Thread thread : threads) {
            thread.join();
        }
        closer.join();
        raw.interrupt();
        raw.join();
        if (arena.measureResidentBytes() != 0) {
            failures.add("resident after close: " + arena.measureResidentBytes());
        }
    }

    private Thread start(String what, Runnable task) {
        return Thread.ofPlatform().start(() -> {
            try {
                task.run();
            } catch (IllegalStateException expected) {
                reads++; // closed or freed under us: the only allowed end
            } catch (Throwable t) {
                failures.add(what + ": " + t);
            }
        });
    }

    private void read(MemorySegment segment) {
        for (;;) {
            check(segment.get(ValueLayout.JAVA_LONG, 0));
            segment.set(ValueLayout.JAVA_LONG, 0, MARK);
        }
    }

    private void readShown(VmapArena arena) {
        while (arena.scope().isAlive()) {
            MemorySegment segment = shown;
            try {
                for (int i = 0; i < 1000; i++) {
                    check(segment.get(ValueLayout.JAVA_LONG, 8));
                }
            } catch (IllegalStateException freed) {
                Thread.onSpinWait();
            }
        }
    }

    private void freeAndShow(VmapArena arena) {
        PageRange range = showNew(arena);
        for (;;) {
            PageRange next = showNew(arena);
            arena.free(range);
            range = next;
        }
    }

    private PageRange showNew(VmapArena arena) {
        PageRange range = arena.allocatePages(2);
        MemorySegment segment = arena.segment(range);
        if (segment.get(ValueLayout.JAVA_LONG, 8) != 0) {
            failures.add("not zero when handed out");
        }
        segment.set(ValueLayout.JAVA_LONG, 8, MARK);
        shown = segment;
        return range;
    }

    private void takeAndGiveBack(BlockPool pool) {
        for (;;) {
            long a = pool.take();
            long b = pool.take();
            pool.giveBack(a);
            pool.giveBack(b);
            pool.trim();
        }
    }

    private void readRaw(BlockPool pool, long offset) {
        try {
            while (!Thread.interrupted()) {
                // Safe because the pool is reachable (fence below) and offset lies below its limit.
                long value = (long) LONG.get(RawMemory.EVERYTHING, pool.baseAddress() + offset);
                if (value != MARK && value != 0) {
                    failures.add("raw: " + value);
                    return;
                }
            }
        } finally {
            Reference.reachabilityFence(pool);
        }
    }

    private void check(long value) {
        if (value != MARK) {
            throw new AssertionError("read " + value);
        }
    }
}
