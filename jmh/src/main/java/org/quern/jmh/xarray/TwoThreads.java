package org.quern.jmh.xarray;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;

/**
 * Two threads at once, each doing a contestant's turn over its own random indices of the whole range. Wall time is what each thread waits for an operation; CPU time, what the machine
 * pays for one, spinning included. On a busy machine trust the CPU time, and the least of the wall times.
 */
final class TwoThreads {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int TURNS = Integer.getInteger("quern.turns", 15);

    private TwoThreads() {}

    /** Both lists hold the same contestants, with other indices. */
    static void run(String title, List<Contestant> ones, List<Contestant> others) {
        double[][] wall = new double[ones.size()][TURNS];
        double[][] cpu = new double[ones.size()][TURNS];
        for (int turn = 0; turn < TURNS; turn++) {
            for (int i = 0; i < wall.length; i++) {
                measure(ones.get(i), others.get(i), wall[i], cpu[i], turn);
            }
        }
        System.out.printf("%n%-42s %8s %8s %8s %8s%n", title, "wall lst", "wall med", "cpu lst", "cpu med");
        for (int i = 0; i < wall.length; i++) {
            Arrays.sort(wall[i]);
            Arrays.sort(cpu[i]);
            System.out.printf("  %-40s %8.2f %8.2f %8.2f %8.2f%n", ones.get(i).name(), wall[i][0], wall[i][TURNS / 2],
                    cpu[i][0], cpu[i][TURNS / 2]);
        }
    }

    private static void measure(Contestant one, Contestant other, double[] wall, double[] cpu, int turn) {
        CyclicBarrier together = new CyclicBarrier(2);
        long[] nanos = new long[4];
        Thread second = Thread.ofPlatform().start(() -> timed(other, together, nanos, 2));
        timed(one, together, nanos, 0);
        try {
            second.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a comparison", e);
        }
        wall[turn] = Math.max(nanos[0], nanos[2]) / (double) one.operations();
        cpu[turn] = (nanos[1] + nanos[3]) / 2.0 / one.operations();
    }

    private static void timed(Contestant contestant, CyclicBarrier together, long[] nanos, int at) {
        try {
            together.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException("nobody interrupts a comparison", e);
        }
        long cpu = THREADS.getCurrentThreadCpuTime();
        long wall = System.nanoTime();
        contestant.turn().getAsLong();
        nanos[at] = System.nanoTime() - wall;
        nanos[at + 1] = THREADS.getCurrentThreadCpuTime() - cpu;
    }
}
