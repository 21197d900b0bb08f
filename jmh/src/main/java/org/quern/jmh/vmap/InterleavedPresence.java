package org.quern.jmh.vmap;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

import org.quern.vmap.ArenaOptions;
import org.quern.vmap.FaultHandler;
import org.quern.vmap.LazyArea;
import org.quern.vmap.LazyAreaOptions;
import org.quern.vmap.VmapArena;

/**
 * {@link PresenceCheckBenchmark} by turns and CPU time, for machines that are not quiet: random longs of a lazy area that is
 * present, against the same accesses through an object with a segment that another thread may replace, which checks nothing else. Half a minute.
 */
public final class InterleavedPresence {
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final int ACCESSES = 1024;
    private static final int REPEATS = 10_000;

    /** What has a segment that another thread may replace, and makes no further promise. */
    private static final class Unchecked {
        private volatile MemorySegment replaceable;

        Unchecked(MemorySegment first) {
            replaceable = first;
        }

        long getLong(long offset) {
            return replaceable.get(LONG, offset);
        }

        void setLong(long offset, long value) {
            replaceable.set(LONG, offset, value);
        }
    }

    private InterleavedPresence() {}

    /**
     * Runs.
     *
     * @param args none
     * @throws Exception if a turn fails
     */
    public static void main(String[] args) throws Exception {
        for (long bytes : new long[]{16 << 10, 128 << 20}) {
            try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(256 << 20))) {
                LazyArea area = LazyArea.open(arena, LazyAreaOptions.ofBytes(bytes), FaultHandler.zeros());
                Unchecked unchecked = new Unchecked(area.access(0, bytes));
                long[] at = new Random(42).longs(ACCESSES, 0, bytes / Long.BYTES).map(i -> i * Long.BYTES).toArray();
                new Turns(15, 3, (long) ACCESSES * REPEATS, 1, "ns").add("load, unchecked", () -> load(unchecked, at))
                        .add("LazyArea.getLong", () -> getLong(area, at)).add("LazyArea.access", () -> access(area, at))
                        .run("loads of " + bytes + " bytes");
                new Turns(15, 3, (long) ACCESSES * REPEATS, 1, "ns").add("store, unchecked", () -> store(unchecked, at))
                        .add("LazyArea.setLong", () -> setLong(area, at)).run("stores to " + bytes + " bytes");
            }
        }
    }

    private static long load(Unchecked memory, long[] at) {
        long sum = 0;
        for (int i = 0; i < REPEATS; i++) {
            for (long offset : at) {
                sum += memory.getLong(offset);
            }
        }
        return sum;
    }

    private static long getLong(LazyArea area, long[] at) {
        long sum = 0;
        for (int i = 0; i < REPEATS; i++) {
            for (long offset : at) {
                sum += area.getLong(offset);
            }
        }
        return sum;
    }

    private static long access(LazyArea area, long[] at) {
        long sum = 0;
        for (int i = 0; i < REPEATS; i++) {
            for (long offset : at) {
                sum += area.access(offset, Long.BYTES).get(LONG, 0);
            }
        }
        return sum;
    }

    private static long store(Unchecked memory, long[] at) {
        for (int i = 0; i < REPEATS; i++) {
            for (long offset : at) {
                memory.setLong(offset, i);
            }
        }
        return 0;
    }

    private static long setLong(LazyArea area, long[] at) {
        for (int i = 0; i < REPEATS; i++) {
            for (long offset : at) {
                area.setLong(offset, i);
            }
        }
        return 0;
    }
}
