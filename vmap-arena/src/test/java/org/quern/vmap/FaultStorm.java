package org.quern.vmap;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

import org.quern.vmap.reserve.Reservation;

/**
 * Random faults, scans, discards, poison, interrupts and closes by many threads, with collections all the time, over and
 * over; handlers that fail, sleep past their deadline, give too little, and content that comes late. Main class of a JVM of its
 * own, killed from outside if it hangs.
 *
 * <p>
 * Checked: whatever is read is what the handler gave or what was written; every exception is one that is documented; each
 * round ends; afterwards no page is left FILLING and no fill running.
 */
final class FaultStorm {
    private static final int PAGE = (int) Reservation.PAGE_BYTES;
    private static final int AREA = 4 << 20;
    private static final int LEAST_ROUNDS = 5; // on a busy machine the first ones take long
    private static final Executor LATER = Executors.newFixedThreadPool(2, task -> {
        Thread thread = new Thread(task, "later");
        thread.setDaemon(true);
        return thread;
    });

    private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicLong accesses = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();
    private long fills;
    private long timeouts;
    private long discarded;

    public static void main(String[] args) throws Exception {
        boolean software = args[0].equals("software");
        long end = System.nanoTime() + Long.parseLong(args[1]) * 1_000_000;
        long seed = args.length > 2 ? Long.parseLong(args[2]) : System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        FaultStorm storm = new FaultStorm();
        long shown = System.nanoTime();
        int rounds = 0;
        while ((System.nanoTime() < end || rounds < LEAST_ROUNDS) && storm.wrong.isEmpty()) {
            storm.round(software, random.nextLong());
            rounds++;
            if (System.nanoTime() - shown > 5_000_000_000L) {
                shown = System.nanoTime();
                System.out.println(storm.line(rounds));
            }
        }
        System.out.println(storm.line(rounds) + ", wrong: " + storm.wrong);
        System.exit(storm.wrong.isEmpty() ? 0 : 1);
    }

    private String line(int rounds) {
        return rounds + " rounds, " + accesses + " accesses, " + fills + " fills, " + failures + " failures, "
                + timeouts
                + " timeouts, " + ended + " segments ended under their reader, " + (discarded / PAGE)
                + " pages discarded";
    }

    private void round(boolean software, long seed) throws InterruptedException {
        Random random = new Random(seed);
        VmapArena arena = VmapArena.open(ArenaOptions.reserving(16 << 20).named("storm"));
        LazyAreaOptions options = LazyAreaOptions.ofBytes(AREA).software(software).deadline(Duration.ofMillis(5))
                .attempts(1 + random.nextInt(3)).runBytes(PAGE << random.nextInt(5));
        LazyArea area = LazyArea.open(arena, options, random.nextBoolean()
                ? FaultStorm::fill
                : FaultHandler.remote(FaultStorm::fetch));
        long end = System.nanoTime() + 200_000_000;
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 5; t++) {
            Random own = new Random(random.nextLong());
            Thread.Builder builder = t < 3 ? Thread.ofPlatform() : Thread.ofVirtual();
            threads.add(builder.start(() -> act(area, own, end)));
        }
        Thread.sleep(random.nextInt(150));
        threads.get(random.nextInt(3)).interrupt();
        System.gc();
        if (random.nextInt(3) == 0) {
            end(random.nextBoolean() ? area : arena);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        fills += area.stats().fills();
        timeouts += area.stats().timeouts();
        discarded += area.stats().discardedBytes();
        if (!area.isClosed()) {
            try {
                area.verify();
            } catch (IllegalStateException e) {
                wrong.add("seed " + seed + ": " + e);
            }
        }
        end(area);
        end(arena);
    }

    private void end(AutoCloseable what) {
        try {
            what.close();
        } catch (Exception e) {
            wrong.add("close: " + e);
        }
    }

    private void act(LazyArea area, Random random, long end) {
        while (System.nanoTime() < end && wrong.isEmpty()) {
            try {
                step(area, random);
                accesses.incrementAndGet();
            } catch (FaultException e) {
                failures.incrementAndGet();
                Thread.interrupted();
            } catch (ArenaClosedException e) {
                return;
            } catch (IllegalStateException segmentEnded) {
                ended.incrementAndGet();
            } catch (Throwable t) {
                wrong.add(t.toString());
            }
        }
    }

    private void step(LazyArea area, Random random) {
        long offset = (long) random.nextInt(AREA / 8) * 8;
        int length = Math.min(AREA - (int) offset, 1 << random.nextInt(17));
        switch (random.nextInt(16)) {
            case 0 -> area.discard(offset, length);
            case 1 -> area.poison(offset, 1, "storm");
            case 2 -> area.discard(0, AREA);
            case 3 -> area.prefetch(offset, length);
            case 4 -> area.setLong(offset, mark(offset));
            case 5 -> {
                MemorySegment some = area.access(offset & ~7, Math.max(8, length & ~7));
                for (long i = 0; i < some.byteSize(); i += 8) {
                    check((offset & ~7) + i, some.get(ValueLayout.JAVA_LONG, i));
                }
            }
            case 6 -> {
                for (long at = 0; at < AREA; at += PAGE) {
                    if (area.isPresent(at, 8)) {
                        check(at, area.getLong(at));
                    }
                }
            }
            default -> check(offset, area.getLong(offset));
        }
    }

    private void check(long offset, long value) {
        if (value != offset + 1 && value != mark(offset)) {
            wrong.add("at " + offset + ": " + value);
        }
    }

    private static long mark(long offset) {
        return ~offset;
    }

    private static void content(long offset, MemorySegment target) {
        for (long i = 0; i < target.byteSize(); i += 8) {
            target.set(ValueLayout.JAVA_LONG_UNALIGNED, i, offset + i + 1);
        }
    }

    private static long fill(FaultRequest request) throws Exception {
        int fate = java.util.concurrent.ThreadLocalRandom.current().nextInt(64);
        if (fate == 0) {
            throw new IOException("fate");
        }
        content(request.offset(), request.target());
        if (fate == 1) {
            Thread.sleep(20);
        }
        return fate == 2 ? 1 : fate < 8 ? request.demandedOffset() - request.offset() + PAGE : request.length();
    }

    private static CompletableFuture<MemorySegment> fetch(FaultRequest request) {
        int fate = java.util.concurrent.ThreadLocalRandom.current().nextInt(64);
        long offset = request.offset();
        int length = (int) request.length();
        if (fate == 0) {
            return new CompletableFuture<>();
        }
        return CompletableFuture.supplyAsync(() -> {
            if (fate == 1) {
                throw new IllegalArgumentException("fate");
            }
            MemorySegment bytes = MemorySegment.ofArray(new byte[length]);
            content(offset, bytes);
            return bytes;
        }, LATER);
    }
}
