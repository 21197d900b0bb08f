package org.quern.jmh.padata;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.HdrHistogram.Histogram;

/**
 * How long a job takes at a fixed rate, from the moment it was <em>due</em> to its delivery in order: so a submitter that is
 * held up, by a full ring or by the scheduler, does not hide the jobs it comes too late for (coordinated omission). Jobs
 * take about a microsecond. Rates: 5,000 a second, 50,000, and near what two processors can do; then 20,000 with two
 * threads that do nothing but use processors. Contestants take turns, each a few seconds; a histogram for each.
 * <pre>
 * java -cp benchmarks.jar org.quern.jmh.padata.LatencyComparison [plot.png] [seconds=4] [work=SPIN_1US]
 * </pre>
 * Prints p50, p99, p99.9 and the maximum in microseconds, and the processors used, for each contestant and rate.
 */
public final class LatencyComparison {
    private static final int[] RATES = {5_000, 50_000, 400_000};
    private static final int OVERSUBSCRIBED_RATE = 20_000;
    private static final int HOGS = 2;
    /** Closer than this to the next job the submitter looks at the clock, further away it sleeps. */
    private static final long SPIN_NANOS = 80_000;

    private final ProcessCpu cpu = new ProcessCpu();
    private final int seconds;
    private final Work work;

    private LatencyComparison(int seconds, Work work) {
        this.seconds = seconds;
        this.work = work;
    }

    /**
     * Compares.
     *
     * @param args see above
     * @throws Exception as the pipelines say
     */
    public static void main(String[] args) throws Exception {
        int seconds = 4;
        Work work = Work.SPIN_1US;
        Path plot = null;
        for (String arg : args) {
            if (arg.startsWith("seconds=")) {
                seconds = Integer.parseInt(arg.substring("seconds=".length()));
            } else if (arg.startsWith("work=")) {
                work = Work.valueOf(arg.substring("work=".length()));
            } else {
                plot = Path.of(arg);
            }
        }
        new LatencyComparison(seconds, work).compareAll(plot);
    }

    private void compareAll(Path plot) throws Exception {
        for (LatencyEngine engine : LatencyEngine.values()) {
            measure(engine, 20_000, new Histogram(3)); // compiles the code
        }
        LatencyPlot drawing = new LatencyPlot();
        for (int rate : RATES) {
            compare(rate, "", drawing);
        }
        List<Thread> hogs = new ArrayList<>();
        for (int i = 0; i < HOGS; i++) {
            hogs.add(Thread.ofPlatform().daemon().start(() -> {
                while (!Thread.currentThread().isInterrupted()) {
                    work.run(new Work.Context());
                }
            }));
        }
        compare(OVERSUBSCRIBED_RATE, ", " + HOGS + " hogs beside", drawing);
        hogs.forEach(Thread::interrupt);
        if (plot != null) {
            draw(drawing, plot);
        }
    }

    private static void draw(LatencyPlot drawing, Path plot) throws IOException {
        drawing.draw(plot);
        System.out.println("drawn to " + plot);
    }

    private void compare(int rate, String beside, LatencyPlot drawing) throws Exception {
        System.out.printf("%n%,d jobs a second of %s%s%n%-26s %9s %9s %9s %9s %11s  us%n", rate, work, beside, "",
                "p50",
                "p99", "p99.9", "max", "processors");
        for (LatencyEngine engine : LatencyEngine.values()) {
            Histogram latencies = new Histogram(3);
            double processors = measure(engine, rate, latencies);
            System.out.printf("%-26s %9.1f %9.1f %9.1f %9.1f %11.2f%n", engine, micros(latencies, 50),
                    micros(latencies, 99), micros(latencies, 99.9), latencies.getMaxValue() / 1e3, processors);
            drawing.add(engine.toString(), rate + beside, latencies);
        }
    }

    private static double micros(Histogram latencies, double percentile) {
        return latencies.getValueAtPercentile(percentile) / 1e3;
    }

    /** One turn; the processors used by this process, without those of the hogs not known. */
    private double measure(LatencyEngine engine, int rate, Histogram latencies) throws Exception {
        double interval = 1e9 / rate;
        int jobs = (int) Math.min(Integer.MAX_VALUE, (long) rate * seconds);
        long cpuBefore = cpu.nanos();
        long start = System.nanoTime();
        try (LatencyPipeline pipeline = engine.open(work,
                due -> latencies.recordValue(Math.max(0, System.nanoTime() - due)))) {
            for (int i = 0; i < jobs; i++) {
                long due = start + (long) (i * interval);
                await(due);
                pipeline.submit(due);
            }
        }
        return (double) (cpu.nanos() - cpuBefore) / (System.nanoTime() - start);
    }

    private static void await(long due) {
        for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            if (left > SPIN_NANOS) {
                LockSupport.parkNanos(Math.min(left - SPIN_NANOS, TimeUnit.MILLISECONDS.toNanos(1)));
            } else {
                Thread.onSpinWait();
            }
        }
    }
}
