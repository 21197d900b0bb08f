package org.quern.examples.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.quern.examples.esp.Outcome;

/**
 * The figures of a run.
 *
 * @param decrypt which direction it was
 * @param source what was read
 * @param output what was written, or why nothing was
 * @param tally outcomes of all packets
 * @param bytesIn bytes of all frames read
 * @param bytesOut bytes of all frames made
 * @param nanos wall-clock time from the first packet read to the last one delivered
 * @param cpuNanos CPU time of the whole process in that time
 * @param jobs jobs of each parallel worker, as {@code cpu 0: 123}
 * @param deepestReordering how far, in packets, a finished packet ran ahead of the one all waited for
 * @param checked packets that were decrypted again and compared; -1 when that was not asked for
 * @param heap what was allocated in that time
 * @param cipherBytesPerPacket heap that {@code javax.crypto} alone allocates for such a packet
 * @param arenaResidentBytes memory behind the packet buffers at the end
 * @param arenaReservedBytes address space of the packet buffers
 */
public record GatewayReport(boolean decrypt, String source, String output, OutcomeTally tally, long bytesIn,
        long bytesOut,
        long nanos, long cpuNanos, List<String> jobs, long deepestReordering, long checked, HeapAccount.Figures heap,
        double cipherBytesPerPacket, long arenaResidentBytes, long arenaReservedBytes) {
    private static final Locale ROOT = Locale.ROOT;

    /** Copies the list. */
    public GatewayReport {
        jobs = List.copyOf(jobs);
    }

    /**
     * The summary as it is printed.
     *
     * @return lines without their ends
     */
    public List<String> lines() {
        long packets = tally.all();
        double seconds = Math.max(nanos, 1) / 1e9;
        List<String> lines = new ArrayList<>();
        lines.add("EspGateway " + (decrypt ? "decrypted " : "encrypted ") + source);
        lines.add(line("output", output));
        long done = tally.of(Outcome.DONE);
        lines.add(line("packets", String.format(ROOT, "%,d in, %,d out, %,d refused", packets, done, packets - done)));
        tally.refusals().forEach(refusal -> lines.add(line("refused", refusal)));
        lines.add(line("bytes", String.format(ROOT, "%,d in, %,d out", bytesIn, bytesOut)));
        lines.add(line("time", String.format(ROOT, "%.3f s, CPU %.3f s", seconds, cpuNanos / 1e9)));
        lines.add(line("rate",
                String.format(ROOT, "%,.0f packets/s, %,.1f MB/s in", packets / seconds, bytesIn / seconds / 1e6)));
        lines.add(line("jobs", String.join(", ", jobs)));
        lines.add(line("order", order()));
        lines.add(line("heap", heap(packets)));
        lines.add(line("arena",
                String.format(ROOT, "%,d bytes resident of %,d reserved", arenaResidentBytes, arenaReservedBytes)));
        return lines;
    }

    private String order() {
        String text = String.format(ROOT, "every packet delivered in input order; deepest reordering %,d packets",
                deepestReordering);
        return checked < 0 ? text : text + String.format(ROOT, "; %,d packets decrypted again and equal", checked);
    }

    private String heap(long packets) {
        double count = Math.max(1, packets);
        String text = String.format(ROOT, "%,d bytes allocated, %,.1f a packet", heap.all(), heap.all() / count);
        if (heap.cipher() >= 0) {
            text += String.format(ROOT, ": javax.crypto %,.1f, start-up %,.2f (%,d bytes), the gateway %,.2f",
                    heap.cipher() / count, heap.startUp() / count, heap.startUp(), heap.rest() / count);
        }
        return text + String.format(ROOT, "; a loop of javax.crypto calls alone %,.1f", cipherBytesPerPacket);
    }

    private static String line(String name, String text) {
        return String.format(ROOT, "  %-9s%s", name, text);
    }
}
