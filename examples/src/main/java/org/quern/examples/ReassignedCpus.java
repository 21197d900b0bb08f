package org.quern.examples;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.quern.padata.Backpressure;
import org.quern.padata.CloseMode;
import org.quern.padata.CpuMask;
import org.quern.padata.Job;
import org.quern.padata.JobDroppedException;
import org.quern.padata.MaskKind;
import org.quern.padata.Padata;
import org.quern.padata.PadataOptions;
import org.quern.padata.Shell;
import org.quern.padata.ShellOptions;
import org.quern.padata.SimulatedCpus;
import org.quern.padata.Worker;

/**
 * CPUs are taken away from a pipeline and given back while it runs, and nothing is lost or overtaken; then a pipeline that
 * gets more than it can do drops jobs, and tells each in its turn. The CPUs are simulated, so that it shows on any machine.
 */
public final class ReassignedCpus {
    private ReassignedCpus() {}

    /**
     * Runs both parts.
     *
     * @param args none
     * @throws Exception if a part goes wrong
     */
    public static void main(String[] args) throws Exception {
        moving();
        dropping();
        functions();
    }

    private static void moving() {
        // snippet: padata-hotplug
        SimulatedCpus cpus = new SimulatedCpus(CpuMask.of(0, 1, 2, 3)); // or CpuSource.system(Duration.ofSeconds(1))
        Padata padata = Padata.open(PadataOptions.defaults().named("moving").cpuSource(cpus)
                .serialCpus(CpuMask.of(0, 1)));
        // end: padata-hotplug
        Shell shell = padata.newShell();
        Map<String, Integer> ranOn = new LinkedHashMap<>(); // serial phases only: ordered, so no lock is needed
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 4000; i++) {
            switch (i) {
                case 1000 -> {
                    // snippet: padata-set-mask
                    padata.setMask(MaskKind.SERIAL, CpuMask.of(2, 3)); // while it runs; order is kept
                    padata.setMaskText(MaskKind.PARALLEL, "3\n"); // as written to a control file
                    // end: padata-set-mask
                }
                case 2000 -> cpus.takeOffline(2);
                case 3000 -> cpus.bringOnline(2);
                default -> {
                }
            }
            int number = i;
            shell.submit(new Job() {
                @Override
                protected void parallel(Worker worker) {}

                @Override
                protected void serial() {
                    order.add(number);
                    ranOn.merge(Thread.currentThread().getName(), 1, Integer::sum);
                }
            }, i);
        }
        System.out.println("user serial mask " + padata.maskText(MaskKind.SERIAL).strip() + ", state " + padata.state()
                + ", flags " + padata.flags());
        padata.close();
        boolean ordered = order.size() == 4000;
        for (int i = 0; i < order.size(); i++) {
            ordered &= order.get(i) == i;
        }
        System.out.println("serialised on " + ranOn);
        System.out.println("4000 jobs in order: " + ordered);
    }

    private static void dropping() {
        Padata padata = Padata.open(PadataOptions.defaults().named("dropping").parallelWorkers(1).ringCapacity(8));
        // snippet: padata-dropping
        Shell shell = padata.newShell(ShellOptions.defaults().withBackpressure(Backpressure.DROP_OLDEST));
        // end: padata-dropping
        int[] told = new int[2];
        int taken = 0;
        for (int i = 0; i < 1000; i++) {
            taken += shell.submit(new Job() {
                @Override
                protected void parallel(Worker worker) throws InterruptedException {
                    Thread.sleep(Duration.ofNanos(100_000)); // more than the submitter waits
                }

                @Override
                protected void serial() {
                    told[0]++;
                }

                @Override
                protected void failed(Throwable cause) {
                    told[1] += cause instanceof JobDroppedException ? 1 : 0; // in its place in the order
                }
            }).accepted() ? 1 : 0;
        }
        padata.close(CloseMode.CANCEL, Duration.ofSeconds(10)); // those that wait are told as cancelled
        System.out.println("overload: some dropped: " + (told[1] > 0) + ", more told than taken: "
                + (told[0] + told[1] > taken));
    }

    private static void functions() {
        try (Padata padata = Padata.open(PadataOptions.defaults()); Shell shell = padata.newShell()) {
            // snippet: padata-function
            for (String word : List.of("in", "parallel", "in", "order")) {
                shell.submit(word, String::toUpperCase, upper -> System.out.print(upper + " "));
            }
            // end: padata-function
        }
        System.out.println();
    }
}
