package org.quern.jmh.xarray;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What the collector pays for ten million numbers: a full collection, and the pauses of young ones while something else allocates, in a JVM of its own for each way to keep
 * them, and for a JVM that keeps nothing. {@code ./bench gc [entries] [JVM arguments]}.
 */
public final class GcComparison {
    private static final int ENTRIES = 10_000_000;

    private GcComparison() {}

    /**
     * Starts one JVM after the other and prints a line for each.
     *
     * @param args how many entries, then arguments of the JVMs; by default ten million, and 4 GiB of heap with the default collector
     * @throws IOException if a JVM does not start
     * @throws InterruptedException if interrupted
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        int entries = args.length > 0 ? Integer.parseInt(args[0]) : ENTRIES;
        List<String> jvm = args.length > 1
                ? List.of(args).subList(1, args.length)
                : List.of("-Xms4g", "-Xmx4g");
        System.out.printf("%,d entries, %s%n", entries, String.join(" ", jvm));
        System.out.printf("%-24s %10s %22s %28s%n", "kept in", "heap MiB", "full collection ms",
                "young pauses: n, mean, max ms");
        for (Kept kept : Kept.values()) {
            int exit = start(kept, entries, jvm).waitFor();
            if (exit != 0) {
                System.out.println(kept + " failed: " + exit);
            }
        }
    }

    private static Process start(Kept kept, int entries, List<String> jvm) throws IOException {
        var command = new java.util.ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("--enable-native-access=ALL-UNNAMED");
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), GcLoad.class.getName(), kept.name(),
                Integer.toString(entries)));
        return new ProcessBuilder(command).inheritIO().start();
    }
}
