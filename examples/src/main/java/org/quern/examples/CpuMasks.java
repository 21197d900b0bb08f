package org.quern.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import org.quern.padata.ControlFiles;
import org.quern.padata.CpuMask;
import org.quern.padata.Job;
import org.quern.padata.KeyedShell;
import org.quern.padata.KeyedShellOptions;
import org.quern.padata.MaskKind;
import org.quern.padata.Padata;
import org.quern.padata.PadataOptions;
import org.quern.padata.Shell;
import org.quern.padata.SimulatedCpus;
import org.quern.padata.SubmitResult;
import org.quern.padata.Worker;

/**
 * CPUs are given to a running pipeline and taken from it by writing a mask into a file, as an administrator would with
 * {@code echo}; jobs run all the while and stay in order. Then a thousand flows share the workers, each in its own order.
 */
public final class CpuMasks {
    private CpuMasks() {}

    /** A job that notes which worker ran it, and demands its place. */
    private static final class Noting extends Job {
        private final long number;
        private final AtomicLong next;
        private final Map<Integer, AtomicLong> workers;

        Noting(long number, AtomicLong next, Map<Integer, AtomicLong> workers) {
            this.number = number;
            this.next = next;
            this.workers = workers;
        }

        @Override
        protected void parallel(Worker worker) {
            workers.computeIfAbsent(worker.index(), i -> new AtomicLong()).incrementAndGet();
        }

        @Override
        protected void serial() {
            if (next.getAndIncrement() != number) {
                throw new IllegalStateException("out of order: " + number);
            }
        }
    }

    /**
     * Runs the example.
     *
     * @param args not used
     * @throws IOException if the directory of the control files cannot be made
     */
    public static void main(String[] args) throws IOException {
        Path directory = Files.createTempDirectory("padata").resolve("pipeline");
        SimulatedCpus cpus = new SimulatedCpus(CpuMask.parse("ff", 8));
        // snippet: control-files
        Padata padata = Padata.open(PadataOptions.defaults().named("pipeline").cpuSource(cpus)
                .parallelCpus(CpuMask.parse("1", 8)));
        ControlFiles.open(padata, directory);
        // end: control-files
        try (padata) {
            try (Shell shell = padata.newShell()) {
                AtomicLong next = new AtomicLong();
                long number = 0;
                for (String mask : new String[]{"0f", "80", "ff", "xyz"}) {
                    Files.writeString(directory.resolve("parallel_cpumask"), mask + "\n"); // echo MASK > parallel_cpumask
                    Map<Integer, AtomicLong> workers = new ConcurrentHashMap<>();
                    number = runUntilSeen(padata, directory, mask, shell, number, next, workers);
                    System.out.print("echo " + mask + " -> cat parallel_cpumask: "
                            + Files.readString(directory.resolve("parallel_cpumask")));
                    System.out
                            .println("    usable " + padata.usableMask(MaskKind.PARALLEL) + ", jobs went on in order");
                }
                System.out.print("cat error: " + Files.readString(directory.resolve("error")));
            }
            flows(padata);
        }
        System.out.println("files left: " + Files.exists(directory));
        Files.deleteIfExists(directory.getParent());
    }

    /** Submits until the file's writer was heard, and some more. */
    private static long runUntilSeen(Padata padata, Path directory, String mask, Shell shell, long from,
            AtomicLong next,
            Map<Integer, AtomicLong> workers) throws IOException {
        long number = from;
        long start = System.nanoTime();
        boolean wrong = mask.equals("xyz");
        while (System.nanoTime() - start < 10_000_000_000L) {
            for (int i = 0; i < 100; i++) {
                shell.submit(new Noting(number++, next, workers));
            }
            LockSupport.parkNanos(1_000_000);
            String set = padata.maskText(MaskKind.PARALLEL);
            if (set.equals((wrong ? "ff" : mask) + "\n") && wrong == Files.size(directory.resolve("error")) > 0) {
                break;
            }
        }
        return number;
    }

    /** A thousand flows: order within each, none between them, and no state left when they are quiet. */
    private static void flows(Padata padata) {
        int[] last = new int[1000];
        int full = 0;
        // snippet: keyed
        KeyedShellOptions bounds = KeyedShellOptions.defaults().jobsOfAKey(256).jobsWaiting(1 << 17);
        try (KeyedShell<Integer> flows = padata.newKeyedShell(bounds)) {
            for (int i = 1; i <= 100_000; i++) {
                int flow = i * 31 % 1000;
                while (flows.submit(flow, i, n -> n, n -> last[flow] = Math.max(n, last[flow])) == SubmitResult.FULL) {
                    full++; // this flow has 256 jobs in flight: its sender has to slow down, the others need not
                }
            }
        }
        // end: keyed
        System.out.println("1000 flows, 100000 jobs, told to slow down " + (full > 0 ? "at times" : "never")
                + "; last of flow 31: " + last[31]
                + ", in flight: " + padata.stats().inFlight());
    }
}
