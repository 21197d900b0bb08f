package org.quern.vmap.share;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;

/**
 * The name of a process in one word: its number, and from when it is, because numbers are used again.
 *
 * <pre>
 *   63      62 .................. 32  31 ........ 0
 *    0   | start time, lower 31 bits |  process number
 * </pre>
 *
 * On Linux the start time is in clock ticks since boot (proc_pid_stat(5)), and a process that is dead but not yet waited
 * for counts as dead. Elsewhere it is what {@link ProcessHandle} knows, in milliseconds. Processes in different PID
 * namespaces do not know each other's numbers: they cannot share an arena.
 */
public final class PeerProcess {
    private static final int STATE = 0; // fields of /proc/PID/stat, after the name in parentheses
    private static final int START_TIME = 19;
    private static final long UNKNOWN = -1;
    private static final boolean PROC = Files.isReadable(Path.of("/proc/self/stat"));
    private static final long SELF = of(ProcessHandle.current().pid());

    private PeerProcess() {}

    /**
     * This process.
     *
     * @return its name, not 0
     */
    public static long self() {
        return SELF;
    }

    /**
     * The number of a process.
     *
     * @param identity its name
     * @return the process number
     */
    public static long pid(long identity) {
        return identity & 0xffff_ffffL;
    }

    /**
     * Whether it still runs. Some 20 us.
     *
     * @param identity its name
     * @return false if it is gone, dead, or its number is another process's now
     */
    public static boolean isAlive(long identity) {
        if (identity == SELF) {
            return true;
        }
        long now = of(pid(identity));
        return now == identity || now == UNKNOWN; // who cannot be looked at is not declared dead
    }

    /** The name of whatever process has that number now; 0 if none, or a dead one. */
    private static long of(long pid) {
        if (PROC) {
            return ofProc(pid);
        }
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive)
                .map(p -> named(pid, p.info().startInstant().map(Instant::toEpochMilli).orElse(0L))).orElse(0L);
    }

    private static long ofProc(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"), StandardCharsets.ISO_8859_1);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            boolean dead = fields[STATE].equals("Z") || fields[STATE].equals("X");
            return dead ? 0 : named(pid, Long.parseLong(fields[START_TIME]));
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException | RuntimeException e) {
            return ProcessHandle.of(pid).isPresent() ? UNKNOWN : 0; // hidden from us, or gone while being read
        }
    }

    private static long named(long pid, long start) {
        return pid | (start & 0x7fff_ffffL) << 32;
    }
}
