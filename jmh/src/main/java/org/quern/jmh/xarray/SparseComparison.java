package org.quern.jmh.xarray;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

import org.jctools.maps.NonBlockingHashMapLong;
import org.quern.xarray.LongXArray;

/**
 * {@link SparseBenchmark} for machines that are not quiet: all take turns in one process, each turn measured in CPU time of its thread, and what each occupies. A million uniform keys in 2^40.
 * Prints medians of the turns, ns an operation, and bytes an entry: of arrays those of their nodes, of maps the growth of the heap, boxed keys and values included. Run with
 * {@code java -Xmx4g -cp benchmarks.jar org.quern.jmh.xarray.SparseComparison}; three minutes.
 */
public final class SparseComparison {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int TURNS = Integer.getInteger("turns", 9);
    private static final int OPERATIONS = 250_000;
    private static final long[] KEYS = SparseKeys.keys();
    private static long sink;

    /** What can be done with all of them. */
    private interface Kept {
        long load(long key);

        void store(long key, long value);

        void erase(long key);

        void iterate();

        /** Bytes off the heap. */
        default long bytes() {
            return 0;
        }
    }

    private record Array(LongXArray array) implements Kept {
        @Override
        public long load(long key) {
            return array.load(key);
        }

        @Override
        public void store(long key, long value) {
            array.store(key, value);
        }

        @Override
        public void erase(long key) {
            array.erase(key);
        }

        @Override
        public void iterate() {
            array.forEach((index, value) -> sink += index ^ value);
        }

        @Override
        public long bytes() {
            return array.stats().nodeBytes();
        }
    }

    private record OfMap(Map<Long, Long> map) implements Kept {
        @Override
        public long load(long key) {
            return map.get(key);
        }

        @Override
        public void store(long key, long value) {
            map.put(key, value);
        }

        @Override
        public void erase(long key) {
            map.remove(key);
        }

        @Override
        public void iterate() {
            map.forEach((key, value) -> sink += key ^ value);
        }
    }

    private record NonBlocking(NonBlockingHashMapLong<Long> map) implements Kept {
        @Override
        public long load(long key) {
            return map.get(key);
        }

        @Override
        public void store(long key, long value) {
            map.put(key, (Long) value);
        }

        @Override
        public void erase(long key) {
            map.remove(key);
        }

        @Override
        public void iterate() {
            map.forEach((key, value) -> sink += key ^ value);
        }
    }

    /** One of them, filled, and what its turns took. */
    private static final class Contestant {
        private final String name;
        private final Kept kept;
        private final double build;
        private final double bytes;
        private final double[] loads = new double[TURNS];
        private final double[] churns = new double[TURNS];
        private final double[] iterations = new double[TURNS];

        Contestant(String name, Supplier<Kept> create) {
            this.name = name;
            long heap = heap();
            kept = create.get();
            long before = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < SparseKeys.KEYS; i++) {
                kept.store(KEYS[i], i);
            }
            build = (THREADS.getCurrentThreadCpuTime() - before) / (double) SparseKeys.KEYS;
            bytes = (kept.bytes() > 0 ? kept.bytes() : heap() - heap) / (double) SparseKeys.KEYS;
        }

        void turn(int turn) {
            int from = turn * OPERATIONS;
            int live = SparseKeys.KEYS;
            loads[turn] = nanos(OPERATIONS, () -> {
                for (int i = 0; i < OPERATIONS; i++) {
                    sink += kept.load(KEYS[(from + (int) (i * 7919L % live)) % KEYS.length]);
                }
            });
            churns[turn] = nanos(OPERATIONS, () -> {
                for (int i = 0; i < OPERATIONS; i++) {
                    kept.erase(KEYS[(from + i) % KEYS.length]);
                    kept.store(KEYS[(from + i + live) % KEYS.length], i);
                }
            });
            iterations[turn] = nanos(live, kept::iterate);
        }

        void print() {
            System.out.printf("%-26s %10.1f %10.1f %10.1f %10.1f %12.1f%n", name, build, median(loads), median(churns),
                    median(iterations), bytes);
        }
    }

    private SparseComparison() {}

    private static double nanos(int operations, Runnable turn) {
        long before = THREADS.getCurrentThreadCpuTime();
        turn.run();
        return (THREADS.getCurrentThreadCpuTime() - before) / (double) operations;
    }

    private static double median(double[] nanos) {
        double[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static long heap() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /**
     * Compares all.
     *
     * @param args none
     */
    public static void main(String[] args) {
        Contestant[] all = {new Contestant("LongXArray, sparse", () -> new Array(SparseKeys.packed())),
                new Contestant("LongXArray, plain", () -> new Array(SparseKeys.plain())),
                new Contestant("ConcurrentHashMap", () -> new OfMap(new ConcurrentHashMap<>())),
                new Contestant("NonBlockingHashMapLong", () -> new NonBlocking(new NonBlockingHashMapLong<>())),
                new Contestant("ConcurrentSkipListMap",
                        () -> new OfMap(new ConcurrentSkipListMap<>(Long::compareUnsigned)))};
        for (int turn = 0; turn < TURNS; turn++) {
            for (Contestant contestant : all) {
                contestant.turn(turn);
            }
        }
        System.out.printf("%-26s %10s %10s %10s %10s %12s%n", "10^6 keys in 2^40, ns", "build", "load", "churn",
                "iterate", "bytes/entry");
        for (Contestant contestant : all) {
            contestant.print();
        }
        System.out.println("(" + sink + ")");
    }
}
