package org.quern.jmh.xarray;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.function.ObjDoubleConsumer;

/**
 * Contestants take turns in one thread, each turn measured in CPU time of that thread: a busy neighbour costs all of them alike, and waiting costs nothing. Printed are least and
 * median of the turns in ns an operation, after some that do not count, and the ratio of the medians to the first of the group, which is the limit.
 */
final class Turns {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int TURNS = Integer.getInteger("quern.turns", 15);
    /** Turns that do not count: the compiler is at work. */
    private static final int WARM_UP = Integer.getInteger("quern.warmup", 10);
    private static long sink;

    private Turns() {}

    /** Runs all and gives each median to a consumer. */
    static void run(String title, List<Contestant> all, ObjDoubleConsumer<Contestant> medians) {
        double[][] nanos = new double[all.size()][TURNS];
        for (int turn = -WARM_UP; turn < TURNS; turn++) {
            for (int i = 0; i < nanos.length; i++) {
                long before = THREADS.getCurrentThreadCpuTime();
                sink += all.get(i).turn().getAsLong();
                nanos[i][Math.max(turn, 0)] = (THREADS.getCurrentThreadCpuTime() - before)
                        / (double) all.get(i).operations();
            }
        }
        System.out.printf("%n%-42s %8s %8s %8s%n", title, "least", "median", "to first");
        String group = "";
        double first = 0;
        for (int i = 0; i < nanos.length; i++) {
            Arrays.sort(nanos[i]);
            double median = nanos[i][TURNS / 2];
            if (!all.get(i).group().equals(group)) {
                group = all.get(i).group();
                first = median;
            }
            System.out.printf("  %-40s %8.2f %8.2f %8.2f%n", all.get(i).name(), nanos[i][0], median, median / first);
            medians.accept(all.get(i), median);
        }
    }

    /** Something that depends on all that was done, to be printed at the end. */
    static long sink() {
        return sink;
    }
}
