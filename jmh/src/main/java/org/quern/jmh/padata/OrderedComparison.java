package org.quern.jmh.padata;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Ordered pipelines, taking turns in one process: for machines that are not quiet. A turn opens the pipeline, lets it run
 * in, runs a number of jobs that takes some tens of milliseconds and waits for the last; counted is the CPU time of
 * <em>all</em> threads of the process, so that whoever spins pays, and neighbours cost all contestants alike. Nobody
 * else's threads exist meanwhile, but those of the common pool, which sleep.
 * <pre>
 * java -cp benchmarks.jar org.quern.jmh.padata.OrderedComparison [turns=9] [work=EMPTY,AES_GCM_576] [engines=PADATA_1,...]
 * </pre>
 * Prints ns of CPU a job: least and median, the ratio of the medians to the first and of the leasts, and wall time. The
 * serial loop is checked to do the work; the others check the order of every job.
 */
public final class OrderedComparison {
    private static final long TURN_NANOS = 40_000_000;
    private static final int RUN_IN = 5_000;

    private final ProcessCpu cpu = new ProcessCpu();
    private final int turns;

    private static final class Contestant {
        final OrderedEngine engine;
        final double[] cpuNanos;
        final double[] wallNanos;
        int jobs = 20_000;

        Contestant(OrderedEngine engine, int turns) {
            this.engine = engine;
            cpuNanos = new double[turns];
            wallNanos = new double[turns];
        }
    }

    private OrderedComparison(int turns) {
        this.turns = turns;
    }

    /**
     * Compares.
     *
     * @param args see above
     * @throws Exception as the pipelines say
     */
    public static void main(String[] args) throws Exception {
        int turns = 9;
        Set<Work> works = EnumSet.allOf(Work.class);
        Set<OrderedEngine> engines = EnumSet.allOf(OrderedEngine.class);
        for (String arg : args) {
            String value = arg.substring(arg.indexOf('=') + 1);
            switch (arg.substring(0, arg.length() - value.length())) {
                case "turns=" -> turns = Integer.parseInt(value);
                case "work=" -> works = parse(Work.class, value);
                case "engines=" -> engines = parse(OrderedEngine.class, value);
                default -> throw new IllegalArgumentException(arg + ": must be turns=, work= or engines=");
            }
        }
        OrderedComparison comparison = new OrderedComparison(turns);
        for (Work work : works) {
            comparison.compare(work, engines);
        }
    }

    private static <E extends Enum<E>> Set<E> parse(Class<E> type, String names) {
        EnumSet<E> set = EnumSet.noneOf(type);
        for (String name : names.split(",")) {
            set.add(Enum.valueOf(type, name));
        }
        return set;
    }

    private void compare(Work work, Set<OrderedEngine> engines) throws Exception {
        List<Contestant> all = new ArrayList<>();
        for (OrderedEngine engine : engines) {
            all.add(new Contestant(engine, turns));
        }
        for (int turn = -3; turn < turns; turn++) { // the first three compile the code and find the number of jobs
            for (Contestant contestant : all) {
                turn(work, contestant, turn);
            }
        }
        print(work, all);
    }

    private void turn(Work work, Contestant contestant, int turn) throws Exception {
        try (Pipeline pipeline = contestant.engine.open(work)) {
            pipeline.run(RUN_IN);
            pipeline.drain();
            long cpuBefore = cpu.nanos();
            long wallBefore = System.nanoTime();
            pipeline.run(contestant.jobs);
            pipeline.drain();
            double wall = System.nanoTime() - wallBefore;
            double used = cpu.nanos() - cpuBefore;
            if (turn < 0) {
                double jobs = contestant.jobs * (TURN_NANOS / Math.max(used, 1));
                contestant.jobs = (int) Math.max(5_000, Math.min(4_000_000, jobs));
            } else {
                contestant.cpuNanos[turn] = used / contestant.jobs;
                contestant.wallNanos[turn] = wall / contestant.jobs;
            }
        }
    }

    private void print(Work work, List<Contestant> all) {
        System.out.printf("%n%-22s %9s %9s %9s %9s %9s   ns a job, CPU of all threads%n", work, "least", "median",
                "over 1st", "of least", "wall");
        for (Contestant contestant : all) {
            Arrays.sort(contestant.cpuNanos);
            Arrays.sort(contestant.wallNanos);
        }
        Contestant first = all.getFirst();
        for (Contestant contestant : all) {
            double median = contestant.cpuNanos[turns / 2];
            System.out.printf("  %-20s %9.1f %9.1f %9.2f %9.2f %9.1f%n", contestant.engine, contestant.cpuNanos[0],
                    median, median / first.cpuNanos[turns / 2], contestant.cpuNanos[0] / first.cpuNanos[0],
                    contestant.wallNanos[turns / 2]);
        }
    }
}
