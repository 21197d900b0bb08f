package org.quern.padata.range;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * The memory nodes that have CPUs, and whose turn it is. The turn persists from job to job, so that short jobs with one
 * helper each are spread too.
 */
public final class NumaNodes {
    private static final Path NODES = Path.of("/sys/devices/system/node");

    private final List<BitSet> cpus;
    private final AtomicInteger turn = new AtomicInteger();

    /**
     * Nodes with the given CPUs.
     *
     * @param cpusOfNodes one set for each node; nodes without CPUs are left out
     */
    public NumaNodes(List<BitSet> cpusOfNodes) {
        cpus = cpusOfNodes.stream().filter(set -> !set.isEmpty()).map(set -> (BitSet) set.clone()).toList();
    }

    /**
     * The nodes of this machine, as /sys/devices/system/node lists them; none where it does not.
     *
     * @return the nodes
     */
    public static NumaNodes ofThisMachine() {
        List<Path> directories = new ArrayList<>();
        try (DirectoryStream<Path> found = Files.newDirectoryStream(NODES, "node[0-9]*")) {
            found.forEach(directories::add);
        } catch (IOException e) {
            return new NumaNodes(List.of()); // another system, or no NUMA support: nothing to spread over
        }
        directories.sort(Comparator.comparingInt(path -> Integer.parseInt(path.getFileName().toString().substring(4))));
        List<BitSet> sets = new ArrayList<>();
        for (Path directory : directories) {
            BitSet set = readCpus(directory.resolve("cpulist"));
            if (set != null) {
                sets.add(set);
            }
        }
        return new NumaNodes(sets);
    }

    /**
     * The CPUs of the node after the one used last.
     *
     * @return a set not to be changed, or null if there is one node or none: nothing to choose
     */
    public @Nullable BitSet next() {
        if (cpus.size() < 2) {
            return null;
        }
        // Wraps at the number of nodes; a plain turnstile that publishes nothing.
        return cpus.get(turn.getAndUpdate(t -> (t + 1) % cpus.size()));
    }

    private static @Nullable BitSet readCpus(Path file) {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            String line = reader.readLine();
            return line == null ? null : parse(line.strip());
        } catch (IOException | NumberFormatException e) {
            return null; // a node that vanished while we looked, or a list of a form we do not know
        }
    }

    /** Reads "0-3,8,10-11", the list form of cpuset(7). */
    static BitSet parse(String list) {
        BitSet set = new BitSet();
        if (list.isEmpty()) {
            return set;
        }
        for (String part : list.split(",", -1)) {
            int dash = part.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? part : part.substring(0, dash));
            int last = dash < 0 ? first : Integer.parseInt(part.substring(dash + 1));
            if (last < first) {
                throw new NumberFormatException(part);
            }
            set.set(first, last + 1);
        }
        return set;
    }
}
