package org.quern.examples.gateway;

import java.io.Closeable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

import com.sun.management.OperatingSystemMXBean;
import org.jspecify.annotations.Nullable;
import org.quern.examples.capture.CaptureWriter;
import org.quern.examples.esp.EspTunnel;
import org.quern.examples.report.CipherBaseline;
import org.quern.examples.report.GatewayReport;
import org.quern.examples.report.HeapAccount;
import org.quern.examples.report.OutcomeTally;
import org.quern.examples.report.ProgressBar;
import org.quern.examples.traffic.PacketSource;
import org.quern.examples.traffic.SyntheticTraffic;
import org.quern.padata.CpuMask;
import org.quern.padata.Padata;
import org.quern.padata.PadataOptions;
import org.quern.padata.PadataStats;
import org.quern.padata.SerialMode;
import org.quern.padata.Shell;
import org.quern.padata.ShellOptions;
import org.quern.padata.Submission;

/**
 * One run of the gateway over a source of packets. Made, run once and closed by one thread.
 *
 * <p>Jobs go round in a ring one longer than padata's: when {@code submit} has returned, at most as many packets as its ring holds are
 * under way, so the job that comes up next has been delivered, or is just being counted.
 */
public final class Gateway implements AutoCloseable {
    private static final long WAIT_NANOS = 20_000;
    private static final OperatingSystemMXBean PROCESS = (OperatingSystemMXBean) ManagementFactory
            .getOperatingSystemMXBean();

    private final GatewayOptions options;
    private final PacketSource source;
    /** What was opened, in this order. */
    private final Deque<Closeable> toClose = new ArrayDeque<>();
    private final CipherBaseline sizes = new CipherBaseline();
    private final Direction direction;
    private final @Nullable Verifier verifier;
    private final @Nullable CaptureWriter writer;
    private final Delivery delivery;
    private final PacketBuffers buffers;
    private final PacketJob[] jobs;
    private final HeapAccount heap;
    private final Padata padata;

    /**
     * Prepares a run: opens the output, reserves the buffers, starts the workers.
     *
     * @param options what to do
     * @param source where packets come from; stays the caller's
     * @throws IOException when the output cannot be written or a CPU does not exist; nothing is left behind then
     */
    public Gateway(GatewayOptions options, PacketSource source) throws IOException {
        this.options = options;
        this.source = source;
        heap = new HeapAccount(options.countHeap());
        try {
            padata = opened(openPadata(), Padata::close);
            Path output = options.output();
            writer = output == null
                    ? null
                    : opened(CaptureWriter.create(output, source.nanoseconds()), CaptureWriter::close);
            direction = opened(direction(options), Direction::close);
            verifier = verifier(options, source);
            delivery = new Delivery(direction, writer, verifier, sizes, heap);
            // padata rounds its ring up to a power of two.
            jobs = new PacketJob[Integer.highestOneBit(2 * options.ringCapacity() - 1) + 1];
            buffers = opened(new PacketBuffers(2 * jobs.length), PacketBuffers::close);
            for (int i = 0; i < jobs.length; i++) {
                jobs[i] = new PacketJob(direction, delivery, buffers.take(), buffers.take());
            }
        } catch (Throwable t) {
            close();
            throw t;
        }
    }

    /** The context of a worker: called once for each, on its thread. */
    private EspTunnel newTunnel() {
        return heap.detailed() ? new EspTunnel(heap.newMeter()) : new EspTunnel();
    }

    private static Direction direction(GatewayOptions options) {
        return options.decrypt()
                ? new Decapsulation(options.associations())
                : new Encapsulation(options.associations());
    }

    private static @Nullable Verifier verifier(GatewayOptions options, PacketSource source) {
        if (!options.verify() || options.decrypt()) {
            return null;
        }
        return new Verifier(source instanceof SyntheticTraffic traffic ? traffic : null);
    }

    /** Closes one thing. */
    @FunctionalInterface
    private interface Closer<T> {
        void close(T what) throws IOException;
    }

    /** Notes how to close what was just opened. */
    private <T> T opened(T what, Closer<T> closer) {
        toClose.add(() -> closer.close(what));
        return what;
    }

    private Padata openPadata() throws GatewayException {
        // snippet: padata
        PadataOptions padata = PadataOptions.defaults().named("esp-gateway").workerContext(this::newTunnel)
                .whenFull(options.whenFull()).ringCapacity(options.ringCapacity());
        CpuMask parallel = options.parallelCpus();
        if (parallel != null) {
            padata = padata.parallelCpus(parallel).pinned(true);
        }
        if (options.workers() > 0) {
            padata = padata.parallelWorkers(options.workers());
        }
        Integer serial = options.serialCpu();
        if (serial != null) {
            padata = padata.serialCpus(CpuMask.of(serial)).pinned(true);
        }
        // end: padata
        try {
            return Padata.open(padata);
        } catch (IllegalArgumentException e) {
            throw new GatewayException(String.valueOf(e.getMessage()), e);
        }
    }

    private Shell openShell() {
        Integer serial = options.serialCpu();
        ShellOptions shell = ShellOptions.defaults().named("packets");
        return padata.newShell(serial == null
                ? shell.withSerialMode(SerialMode.INLINE)
                : shell.withSerialMode(SerialMode.ON_CALLBACK_CPU).withCallbackCpu(serial));
    }

    /**
     * Runs all packets through and completes the output.
     *
     * @param withBar shows a progress bar, or does nothing
     * @return the figures
     * @throws IOException when the source, the output or a packet ends the run; the output is then not there
     */
    @SuppressWarnings("try") // the bar is there to be closed
    public GatewayReport run(BarFactory withBar) throws IOException {
        heap.begin();
        long cpu = PROCESS.getProcessCpuTime();
        long start = System.nanoTime();
        try (ProgressBar bar = withBar.show(source::done, source.total(), delivery::deliveredAcquire);
                Shell shell = openShell()) {
            submitAll(shell);
        }
        Throwable failure = delivery.failure();
        if (failure != null) {
            throw asException(failure);
        }
        delivery.finish();
        long nanos = System.nanoTime() - start;
        return report(nanos, PROCESS.getProcessCpuTime() - cpu, heap.end());
    }

    /** Makes the progress bar of a run, or none. */
    @FunctionalInterface
    public interface BarFactory {
        /** No bar. */
        BarFactory NONE = (done, total, packets) -> null;

        /**
         * Shows a bar.
         *
         * @param done how much is done
         * @param total how much there is
         * @param packets packets delivered so far
         * @return the bar, or null for none
         */
        @Nullable
        ProgressBar show(LongSupplier done, long total, LongSupplier packets);
    }

    // snippet: submit
    private void submitAll(Shell shell) throws IOException {
        long number = 0;
        int slot = 0;
        PacketJob job = awaitFree(slot, number);
        while (delivery.failure() == null && source.next(job.frame)) {
            job.number = number;
            direction.admit(job);
            Submission submission = shell.submit(job);
            if (!submission.accepted()) {
                throw new GatewayException(Direction.place(job) + " was not accepted: " + submission.result());
            }
            number++;
            slot = slot + 1 == jobs.length ? 0 : slot + 1;
            job = awaitFree(slot, number);
        }
    }

    /** The job in a slot, once the packet it carried last is done with. */
    private PacketJob awaitFree(int slot, long number) {
        // Pairs with the release in Delivery.handBack(): what the serial lane read from the job was read before we write to it.
        while (delivery.deliveredAcquire() <= number - jobs.length) {
            LockSupport.parkNanos(WAIT_NANOS);
        }
        return jobs[slot];
    }
    // end: submit

    private static IOException asException(Throwable failure) {
        return switch (failure) {
            case IOException e -> e;
            case GeneralSecurityException e -> new GatewayException("cipher: " + e.getMessage(), e);
            case RuntimeException e -> new GatewayException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
            default -> new GatewayException(failure.toString(), failure);
        };
    }

    private GatewayReport report(long nanos, long cpuNanos, HeapAccount.Figures allocated) throws GatewayException {
        double cipherBytes;
        try {
            cipherBytes = sizes.bytesPerPacket(options.decrypt());
        } catch (GeneralSecurityException e) {
            throw asGatewayException(e);
        }
        OutcomeTally tally = delivery.tally();
        PadataStats stats = padata.stats();
        Path output = options.output();
        return new GatewayReport(options.decrypt(), source.description(),
                output == null ? "none (-o FILE writes one)" : output.toString(), tally, delivery.bytesIn(),
                delivery.bytesOut(), nanos, cpuNanos, jobsPerCpu(stats), stats.deepestReordering(),
                verifier == null ? -1 : verifier.checked(), allocated, cipherBytes, buffers.residentBytes(),
                buffers.reservedBytes());
    }

    private static GatewayException asGatewayException(GeneralSecurityException e) {
        return new GatewayException("cipher: " + e.getMessage(), e);
    }

    private static List<String> jobsPerCpu(PadataStats stats) {
        List<String> lines = new ArrayList<>();
        for (int worker = 0; worker < stats.parallelJobs().size(); worker++) {
            int cpu = stats.parallelCpus().get(worker);
            lines.add((cpu < 0 ? "worker " + worker : "cpu " + cpu) + ": " + stats.parallelJobs().get(worker));
        }
        lines.add("submitting thread: " + stats.inlineRuns());
        return lines;
    }

    /** Ends the workers first, so that nobody uses the rest; then removes an output that was not completed and gives back the memory. */
    @Override
    public void close() throws IOException {
        IOException failure = null;
        while (!toClose.isEmpty()) {
            try {
                toClose.remove().close();
            } catch (IOException | RuntimeException e) {
                IOException described = asException(e);
                if (failure == null) {
                    failure = described;
                } else {
                    failure.addSuppressed(described);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
