package org.quern.vmap.reserve;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much of a reservation is in memory, as the system counts it: the {@code Rss} lines of {@code /proc/self/smaps}
 * (proc_pid_smaps(5)) of the mappings that lie in it. Exact, because the guards keep a reservation's mappings from being
 * merged with a neighbour's. Pages that were only read are not counted: they share the system's zero page.
 *
 * <p>
 * Cost: the system walks the page tables of the whole process; milliseconds, growing with its resident memory. For
 * measurements and tests, not for a control loop. Rejected: {@code /proc/self/pagemap}, 8 bytes a page whether present
 * or not (2 GiB for a reservation of 1 TiB).
 */
public final class ResidentMemory {
    private static final Path SMAPS = Path.of("/proc/self/smaps");

    private ResidentMemory() {}

    /**
     * Measures.
     *
     * @param reservation what to measure
     * @return bytes in memory now
     * @throws UncheckedIOException if this system has no readable {@code /proc/self/smaps}
     */
    public static long of(Reservation reservation) {
        long from = reservation.base();
        long to = from + reservation.bytes();
        try (BufferedReader lines = Files.newBufferedReader(SMAPS, StandardCharsets.ISO_8859_1)) {
            long kib = 0;
            boolean inside = false;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                int space = line.indexOf(' ');
                int dash = line.indexOf('-');
                if (dash > 0 && dash < space) { // "7f0000000000-7f0000001000 rw-p .."
                    long start = Long.parseUnsignedLong(line, 0, dash, 16);
                    inside = start >= from && start < to;
                } else if (inside && line.startsWith("Rss:")) { // "Rss:         12 kB"
                    kib += Long.parseLong(line.substring(4, line.length() - 2).strip());
                }
            }
            return kib << 10;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot measure resident memory: " + SMAPS, e);
        }
    }
}
