package org.quern.jmh.vmap;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.quern.jmh.vmap.peer.NativeHeap;

/**
 * The pairs of {@link AllocatorBenchmark}, taking turns in one process, by CPU time of the thread: what a busy machine disturbs
 * least. Arguments: the native peer (tcmalloc), then sizes (64 576 4096 65536 mixed).
 *
 * <p>
 * Each turn is 200,000 pairs; printed is the lower quartile of 41 turns in ns, and what it is of the native peer's.
 */
public final class InterleavedAllocators {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int OPERATIONS = 200_000;
    private static final int TURNS = 41;
    private static long sink;

    private InterleavedAllocators() {}

    /** A number of pairs of one engine. */
    @FunctionalInterface
    private interface Turn {
        void run(int operations);
    }

    /**
     * Runs.
     *
     * @param args the native peer, then sizes
     */
    public static void main(String[] args) {
        String peer = args.length > 0 ? args[0] : "tcmalloc";
        List<String> sizes = args.length > 1
                ? List.of(args).subList(1, args.length)
                : List.of("64", "576", "4096", "65536", "mixed");
        NativeHeap.choose(peer);
        for (String size : sizes) {
            System.out.println("size " + size);
            Map<String, Turn> engines = engines(size, peer);
            Map<String, double[]> results = measure(engines);
            double base = quartile(results.get(peer));
            results.forEach((name, ns) -> System.out.printf("  %-16s %8.2f ns   %.2fx %s%n", name, quartile(ns),
                    quartile(ns) / base, peer));
        }
        System.out.println(sink == 0 ? "" : " ");
    }

    private static Map<String, double[]> measure(Map<String, Turn> engines) {
        Map<String, double[]> results = new LinkedHashMap<>();
        engines.keySet().forEach(name -> results.put(name, new double[TURNS]));
        for (int turn = -10; turn < TURNS; turn++) {
            for (Map.Entry<String, Turn> engine : engines.entrySet()) {
                int operations = engine.getKey().startsWith("arena") ? OPERATIONS / 50 : OPERATIONS;
                long before = THREADS.getCurrentThreadCpuTime();
                engine.getValue().run(operations);
                double ns = (THREADS.getCurrentThreadCpuTime() - before) / (double) operations;
                if (turn >= 0) {
                    results.get(engine.getKey())[turn] = ns;
                }
            }
        }
        return results;
    }

    private static double quartile(double[] ns) {
        double[] sorted = ns.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 4];
    }

    private static AllocatorBenchmark bench(String size) {
        AllocatorBenchmark bench = new AllocatorBenchmark();
        bench.bytes = size;
        bench.chooseSizes();
        return bench;
    }

    private static Map<String, Turn> engines(String size, String peer) {
        AllocatorBenchmark.Shared shared = new AllocatorBenchmark.Shared();
        shared.open();
        AllocatorBenchmark.Mine mine = new AllocatorBenchmark.Mine();
        mine.open(shared);
        AllocatorBenchmark.Adaptive adaptive = new AllocatorBenchmark.Adaptive();
        Map<String, Turn> engines = new LinkedHashMap<>();
        AllocatorBenchmark bump = bench(size);
        engines.put("bump pointer", n -> {
            for (int i = 0; i < n; i++) {
                sink += bump.bumpPointer(shared);
            }
        });
        AllocatorBenchmark cache = bench(size);
        engines.put("cache", n -> {
            for (int i = 0; i < n; i++) {
                sink += cache.cache(shared, mine);
            }
        });
        AllocatorBenchmark implicit = bench(size);
        engines.put("implicit", n -> {
            for (int i = 0; i < n; i++) {
                sink += implicit.implicit(shared);
            }
        });
        AllocatorBenchmark segment = bench(size);
        engines.put("segment", n -> {
            for (int i = 0; i < n; i++) {
                sink += segment.segment(shared).byteSize();
            }
        });
        AllocatorBenchmark malloc = bench(size);
        engines.put(peer, n -> {
            for (int i = 0; i < n; i++) {
                sink += malloc.nativeHeap(null);
            }
        });
        AllocatorBenchmark pooled = bench(size);
        engines.put("netty pooled", n -> {
            for (int i = 0; i < n; i++) {
                sink += pooled.nettyPooled().capacity();
            }
        });
        AllocatorBenchmark adapting = bench(size);
        engines.put("netty adaptive", n -> {
            for (int i = 0; i < n; i++) {
                sink += adapting.nettyAdaptive(adaptive).capacity();
            }
        });
        AllocatorBenchmark confined = bench(size);
        engines.put("arena.ofConfined", n -> {
            for (int i = 0; i < n; i++) {
                sink += confined.arenaOfConfined().byteSize();
            }
        });
        return engines;
    }
}
