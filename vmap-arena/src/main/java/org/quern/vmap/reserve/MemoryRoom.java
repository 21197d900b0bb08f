package org.quern.vmap.reserve;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

import com.sun.management.OperatingSystemMXBean;

/**
 * How much memory there is, so that a demand for more is refused before anything is touched: the system answers such a
 * demand by killing a process.
 */
public final class MemoryRoom {
    private static final Path MEMINFO = Path.of("/proc/meminfo");
    private static final String AVAILABLE = "MemAvailable:";

    private MemoryRoom() {}

    /**
     * What the machine or this process's container has.
     *
     * @return bytes; {@code Long.MAX_VALUE} if it cannot be found out
     */
    public static long total() {
        return Machine.TOTAL;
    }

    /**
     * What could be had now without swapping, as the system estimates it (MemAvailable of {@code /proc/meminfo},
     * proc_meminfo(5)), and no more than {@link #total}. Where there is no estimate: the total.
     *
     * @return bytes
     */
    public static long available() {
        return Math.min(estimate(), total());
    }

    private static long estimate() {
        try (BufferedReader lines = Files.newBufferedReader(MEMINFO)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(AVAILABLE)) { // "MemAvailable:   23995336 kB"
                    return Long.parseLong(line.substring(AVAILABLE.length(), line.length() - 2).strip()) << 10;
                }
            }
        } catch (IOException | NumberFormatException e) {
            return Long.MAX_VALUE; // not this system's: the total stands
        }
        return Long.MAX_VALUE;
    }

    /** Asked when first needed; aware of containers. */
    private static final class Machine {
        static final long TOTAL = ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                && system.getTotalMemorySize() > 0 ? system.getTotalMemorySize() : Long.MAX_VALUE;
    }
}
