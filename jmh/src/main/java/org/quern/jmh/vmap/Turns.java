package org.quern.jmh.vmap;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/**
 * Contestants that take turns in one process: each turn is measured in CPU time of its thread, which a busy machine disturbs
 * least, and in wall time, which shows waiting for a disk. Prints the lower quartile of both, the median of the CPU time, and the
 * ratio to the first contestant. What each returns is summed, so that no work is dropped.
 */
final class Turns {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private record Contestant(String name, Callable<Long> prepare, Callable<Long> turn, long[] cpu, long[] wall) {}

    private final List<Contestant> contestants = new ArrayList<>();
    private final int turns;
    private final int warmUps;
    private final double perOperation;
    private final String unit;
    private long sum;

    /** Times are divided by {@code operations}, and printed in {@code nanosPerUnit}. */
    Turns(int turns, int warmUps, long operations, double nanosPerUnit, String unit) {
        this.turns = turns;
        this.warmUps = warmUps;
        this.perOperation = operations * nanosPerUnit;
        this.unit = unit;
    }

    Turns add(String name, Callable<Long> turn) {
        return add(name, () -> 0L, turn);
    }

    /** {@code prepare} runs before each turn and is not measured. */
    Turns add(String name, Callable<Long> prepare, Callable<Long> turn) {
        contestants.add(new Contestant(name, prepare, turn, new long[turns], new long[turns]));
        return this;
    }

    void run(String title) throws Exception {
        for (int i = -warmUps; i < turns; i++) {
            for (Contestant each : contestants) {
                sum += each.prepare.call();
                long cpu = THREADS.getCurrentThreadCpuTime();
                long wall = System.nanoTime();
                sum += each.turn.call();
                if (i >= 0) {
                    each.wall[i] = System.nanoTime() - wall;
                    each.cpu[i] = THREADS.getCurrentThreadCpuTime() - cpu;
                }
            }
        }
        System.out.println(title + " (" + unit + ": CPU quartile, CPU median, wall quartile; times the first)");
        double first = at(contestants.getFirst().cpu, 4);
        double firstWall = at(contestants.getFirst().wall, 4);
        for (Contestant each : contestants) {
            System.out.printf(Locale.ROOT, "  %-36s %10.2f %10.2f %10.2f   %7.2fx CPU %7.2fx wall%n", each.name,
                    at(each.cpu, 4), at(each.cpu, 2), at(each.wall, 4), at(each.cpu, 4) / first,
                    at(each.wall, 4) / firstWall);
        }
        System.out.print(sum == 42 ? " " : "");
    }

    /** The n-th part of the sorted times: 4 for the lower quartile, 2 for the median. */
    private double at(long[] nanos, int part) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / part] / perOperation;
    }
}
