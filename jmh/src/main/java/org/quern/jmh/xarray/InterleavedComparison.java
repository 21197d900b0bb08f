package org.quern.jmh.xarray;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

import org.quern.xarray.LongXArray;
import org.quern.xarray.XArray;

/**
 * The comparison for machines that are not quiet: all contestants take turns in one process, and each turn is measured in CPU time of its thread, so that a busy
 * neighbour costs all of them alike and waiting costs nothing. Prints least and median of the turns in ns an operation, and the ratio of the medians to the plain
 * array's; with a file name, draws the loads there as PNG. Run with
 * {@code java -cp benchmarks.jar org.quern.jmh.xarray.InterleavedComparison [load.png]}.
 */
public final class InterleavedComparison {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int TURNS = 15;
    private static final int OPERATIONS = 1 << 20;
    private static long sink;

    private record Contestant(String name, LongSupplier turn, double[] nanos) {
        Contestant(String name, LongSupplier turn) {
            this(name, turn, new double[TURNS]);
        }
    }

    private InterleavedComparison() {}

    /**
     * Compares at 1 K, 64 K and 1 M entries.
     *
     * @param args where to draw the loads; nothing draws nothing
     * @throws IOException if the drawing cannot be written
     */
    public static void main(String[] args) throws IOException {
        LoadPlot plot = new LoadPlot();
        for (int entries : new int[]{1 << 10, 1 << 16, 1 << 20}) {
            try (LongXArray longs = LongXArray.create(); XArray<Long> objects = XArray.create()) {
                compare(entries, longs, objects, plot);
            }
        }
        System.out.println("(" + sink + ")");
        if (args.length > 0) {
            plot.draw(Path.of(args[0]));
        }
    }

    private static void compare(int entries, LongXArray longs, XArray<Long> objects, LoadPlot plot) {
        long[] plain = new long[entries];
        AtomicLongArray atomic = new AtomicLongArray(entries);
        ConcurrentSkipListMap<Long, Long> skipList = new ConcurrentSkipListMap<>(Long::compareUnsigned);
        ConcurrentHashMap<Long, Long> hashMap = new ConcurrentHashMap<>();
        for (int i = 0; i < entries; i++) {
            Long boxed = (long) i;
            plain[i] = i;
            longs.store(i, i);
            objects.store(i, boxed);
            skipList.put(boxed, boxed);
            hashMap.put(boxed, boxed);
        }
        int[] sequence = new RandomIndices(entries).sequence();
        Contestant[] all = {new Contestant("load, long[]", () -> {
            long sum = 0;
            for (int index : sequence) {
                sum += plain[index];
            }
            return sum;
        }), new Contestant("load, LongXArray", () -> {
            long sum = 0;
            for (int index : sequence) {
                sum += longs.load(index);
            }
            return sum;
        }), new Contestant("load, XArray", () -> {
            long sum = 0;
            for (int index : sequence) {
                sum += objects.load(index);
            }
            return sum;
        }), new Contestant("load, ConcurrentHashMap", () -> {
            long sum = 0;
            for (int index : sequence) {
                sum += hashMap.get((long) index);
            }
            return sum;
        }), new Contestant("load, ConcurrentSkipListMap", () -> {
            long sum = 0;
            for (int index : sequence) {
                sum += skipList.get((long) index);
            }
            return sum;
        }), new Contestant("overwrite, AtomicLongArray", () -> {
            for (int index : sequence) {
                atomic.set(index, index);
            }
            return 0;
        }), new Contestant("overwrite, LongXArray", () -> {
            for (int index : sequence) {
                longs.store(index, index);
            }
            return 0;
        }), new Contestant("overwrite, ConcurrentHashMap", () -> {
            Long value = 4711L;
            for (int index : sequence) {
                hashMap.put((long) index, value);
            }
            return 0;
        }), new Contestant("erase + store, LongXArray", () -> {
            for (int index : sequence) {
                longs.erase(index);
                longs.store(index, index);
            }
            return 0;
        }), new Contestant("iterate, long[]", () -> {
            long sum = 0;
            for (int i = 0; i < OPERATIONS; i++) {
                sum += plain[i & entries - 1] ^ i;
            }
            return sum;
        }), new Contestant("iterate, LongXArray", () -> {
            long before = sink;
            for (int i = 0; i < OPERATIONS / entries; i++) {
                longs.forEach((index, value) -> sink += index ^ value);
            }
            return sink - before;
        })};
        for (int turn = 0; turn < TURNS; turn++) {
            for (Contestant contestant : all) {
                long before = THREADS.getCurrentThreadCpuTime();
                sink += contestant.turn.getAsLong();
                contestant.nanos[turn] = (THREADS.getCurrentThreadCpuTime() - before) / (double) OPERATIONS;
            }
        }
        print(entries, all);
        for (Contestant contestant : all) {
            plot.add(contestant.name, entries, contestant.nanos[TURNS / 2]);
        }
    }

    private static void print(int entries, Contestant[] all) {
        System.out.printf("%n%,d entries %26s %8s %8s%n", entries, "least", "median", "to first");
        for (Contestant contestant : all) {
            Arrays.sort(contestant.nanos);
        }
        for (Contestant contestant : all) {
            double median = contestant.nanos[TURNS / 2];
            System.out.printf("  %-30s %8.2f %8.2f %8.1f%n", contestant.name, contestant.nanos[0], median,
                    median / all[0].nanos[TURNS / 2]);
        }
    }
}
