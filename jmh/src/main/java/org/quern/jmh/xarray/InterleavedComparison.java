package org.quern.jmh.xarray;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The comparison for machines that are not quiet: all contestants take turns in one process, and are measured in CPU time; see {@link Turns} and {@link TwoThreads}. Run with
 * {@code ./bench compare [load.png] [group ..]}: with a file name, draws the loads there; with groups - {@code load}, {@code write}, {@code two}, {@code scan}, {@code id}, {@code batch} - runs only
 * those. {@code -Dquern.entries=65536} takes one size, {@code -Dquern.turns=7} fewer turns.
 */
public final class InterleavedComparison {
    private static final String PICTURE = ".png";

    private InterleavedComparison() {}

    /**
     * Compares at 1 K, 64 K and 1 M entries; identifiers at 10^3, 10^5 and 10^7, batches at 64 K, 1 M and 16 M.
     *
     * @param args where to draw the loads, and which groups
     * @throws IOException if the drawing cannot be written
     */
    public static void main(String[] args) throws IOException {
        LoadPlot plot = new LoadPlot();
        List<String> groups = List.of(args).stream().filter(arg -> !arg.endsWith(PICTURE)).toList();
        int one = Integer.getInteger("quern.entries", 0);
        for (int entries : one > 0 ? new int[]{one} : new int[]{1 << 10, 1 << 16, 1 << 20}) {
            dense(entries, groups, plot);
        }
        if (wanted(groups, "id")) {
            for (int live : one > 0 ? new int[]{one} : new int[]{1_000, 100_000, 10_000_000}) {
                Turns.run(live + " identifiers", Identifiers.of(live, new RandomIndices(live).sequence()),
                        (contestant, median) -> {});
            }
        }
        if (wanted(groups, "batch")) {
            for (int entries : one > 0 ? new int[]{one} : new int[]{1 << 16, 1 << 20, 1 << 24}) {
                try (Batches batches = new Batches(entries)) {
                    Turns.run(String.format("%,d entries, in batches", entries), batches.all(),
                            (contestant, median) -> {});
                }
            }
        }
        System.out.println("(" + Turns.sink() + ")");
        for (String arg : args) {
            if (arg.endsWith(PICTURE)) {
                plot.draw(Path.of(arg));
            }
        }
    }

    private static boolean wanted(List<String> groups, String group) {
        return groups.isEmpty() || groups.contains(group);
    }

    private static void dense(int entries, List<String> groups, LoadPlot plot) {
        String size = String.format("%,d entries", entries);
        int[] sequence = new RandomIndices(entries).sequence();
        try (DensePeers peers = new DensePeers(entries)) {
            if (wanted(groups, "load")) {
                Turns.run(size, Loads.of(peers, sequence),
                        (contestant, median) -> plot.add(contestant.name(), entries, median));
            }
            if (wanted(groups, "scan")) {
                Turns.run(size, Scans.all(peers), (contestant, median) -> {});
                Turns.run(size, Scans.ranges(peers, sequence), (contestant, median) -> {});
                Turns.run(size, Scans.marked(peers), (contestant, median) -> {});
            }
            if (wanted(groups, "write")) {
                Turns.run(size, Writes.of(peers, sequence), (contestant, median) -> {});
            }
            if (wanted(groups, "two")) {
                int[] other = new RandomIndices(entries, 4711).sequence();
                TwoThreads.run(size + ", two threads", Writes.of(peers, sequence), Writes.of(peers, other));
            }
        }
    }
}
