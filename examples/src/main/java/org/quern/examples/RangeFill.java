package org.quern.examples;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

import org.quern.padata.RangeJob;
import org.quern.padata.RangeReport;
import org.quern.padata.RangeRunner;
import org.quern.vmap.ArenaOptions;
import org.quern.vmap.VmapArena;

/** Fills 256 MiB of an arena by all CPUs at once, page-aligned pieces, and draws who filled what. */
public final class RangeFill {
    private static final long PAGE = 4096;
    private static final long PAGES = 65_536;

    private RangeFill() {}

    /**
     * Runs the example.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
        Map<Long, String> pieces = new ConcurrentSkipListMap<>();
        try (VmapArena arena = VmapArena.open(ArenaOptions.reserving(PAGES * PAGE));
                RangeRunner runner = RangeRunner.open()) {
            MemorySegment memory = arena.allocate(PAGES * PAGE, PAGE);
            // snippet: range-job
            RangeJob job = RangeJob.over(0, PAGES).minChunk(512)
                    .onProgress(done -> System.out.println(done + " pages"));
            RangeReport report = runner.run(job, (from, to) -> {
                for (long page = from; page < to; page++) {
                    memory.set(ValueLayout.JAVA_LONG, page * PAGE, page + 1);
                }
                pieces.put(from, Thread.currentThread().getName());
            });
            // end: range-job
            System.out.println(report);
            System.out.println(picture(pieces));
            boolean once = true;
            for (long page = 0; page < PAGES; page++) {
                once &= memory.get(ValueLayout.JAVA_LONG, page * PAGE) == page + 1;
            }
            System.out.println("each page filled once: " + once);
        }
    }

    /** A letter for each piece: the thread that handled it. */
    private static String picture(Map<Long, String> pieces) {
        Map<String, Character> letters = new ConcurrentSkipListMap<>();
        StringBuilder line = new StringBuilder();
        for (String thread : pieces.values()) {
            line.append(letters.computeIfAbsent(thread, name -> (char) ('A' + letters.size())));
        }
        return line + "   " + letters;
    }
}
