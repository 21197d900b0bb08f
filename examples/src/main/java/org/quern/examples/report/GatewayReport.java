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
 * @param heapBytes heap allocated by all threads in that time
 * @param cipherBytesPerPacket heap that {@code javax.crypto} alone allocates for such a packet
 * @param arenaResidentBytes memory behind the packet buffers at the end
 * @param arenaReservedBytes address space of the packet buffers
 */
public record GatewayReport(boolean decrypt, String source, String output, OutcomeTally tally, long bytesIn,
        long bytesOut,
        long nanos, long cpuNanos, List<String> jobs, long deepestReordering, long checked, long heapBytes,
        double cipherBytesPerPacket, long arenaResidentBytes, long arenaReservedBytes) {
    private static final Locale ROOT = Locale.ROOT;
    /** Below this many packets the fixed costs of a run hide what a packet allocates. */
    private static final long PACKETS_TO_JUDGE = 100_000;

    /** Copies the list. */
    public GatewayReport {
        jobs = List.copyOf(jobs);
    }

    /**
     * Heap the gateway allocated for each packet beyond {@code javax.crypto}'s own.
     *
     * @return bytes, fixed costs of the run included
     */
    public double ownBytesPerPacket() {
        return heapBytes / (double) Math.max(1, tally.all()) - cipherBytesPerPacket;
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
        String text = String.format(ROOT, "%,d bytes allocated, %,.1f a packet; javax.crypto alone %,.1f", heapBytes,
                heapBytes / (double) Math.max(1, packets), cipherBytesPerPacket);
        return packets < PACKETS_TO_JUDGE
                ? text
                : text + String.format(ROOT, "; the gateway's own %,.2f", ownBytesPerPacket());
    }

    private static String line(String name, String text) {
        return String.format(ROOT, "  %-9s%s", name, text);
    }
}
