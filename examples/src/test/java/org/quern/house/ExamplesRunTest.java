package org.quern.house;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Every example without arguments of its own runs, in a JVM started as the script starts it, and prints what it shows. */
class ExamplesRunTest {
    private static final Path ROOT = Path.of(System.getProperty("quern.root"));

    /** What each prints, among the rest. The gateway has tests of its own. */
    private static final Map<String, List<String>> PRINTS = Map.ofEntries(
            prints("DirtyPages", "epoch 60 by", "# changed   o populated   - given back   . untouched"),
            prints("ArenaMap", "populated 819200 bytes", "quarantined", "bytes of SVG", "flushed: 301 pages"),
            prints("Allocators", "a segment: 42", "an offset: 43", "found: OUT_OF_BOUNDS of byte 13", "leaks: 0"),
            prints("CpuMasks", "echo 0f -> cat parallel_cpumask: 0f", "echo xyz -> cat parallel_cpumask: ff",
                    "cat error: parallel_cpumask: EINVAL: 'x'", "in flight: 0", "files left: false"),
            prints("FreeAndMarked", "free around 105: 100..111, next free after 112: 128",
                    "took 12 from 100; taken now: 0..127",
                    "dirty, not in writeback: 150", "either: 401, first 100, clean: 599", "inserted 1048576; 14 154 -1",
                    "right: true"),
            prints("HelloCall", "madvise - ", "must be a multiple of the page size",
                    "failed: ENOMEM (12, out of memory)"),
            prints("Identifiers", "streams 1, 2, 1", "ports [49152, 49154, 49155, 49152, 49154], began again: false",
                    "interrupt vectors 4..11, 250 in a row: none true, given back: 9", "10000000"),
            prints("OrderedFlows", "last flow up to 50: 50, then down: [50, 49, 48, 47]", "flows 49, bytes 1500000",
                    "up to 500, down: {443=https, 80=http+alt}", "HTTP+ALT, 5, copied 3, back: https"),
            prints("LazyFile", "line     100000", "after three readers", "discarded 1179648 bytes",
                    "HANDLER_FAILED: lazy: the page at offset 0: the handler threw java.io.IOException: disk on fire"),
            prints("OrderedPipeline", "1^2 = 1\n2^2 = 4\n3^2 = 9\n4^2 = 16\n5^2 = 25\n"),
            prints("OrderedStreams", "gathered: [1, 4, 9, 16, 25, 36, 49, 64, 81, 100]", "future 3 of 3",
                    "published: 0 1 2 3 4 5 6 7 8 9, complete"),
            prints("PinnedIo", "read back 42", "not deferred either", "told by its segment", "are gone",
                    "reported dirty: 8192 bytes", "outstanding 0"),
            prints("RangeFill", "65536 pages", "each page filled once: true"),
            prints("ReassignedCpus", "user serial mask c, state RUNNING, flags [INIT]", "4000 jobs in order: true",
                    "some dropped: true, more told than taken: false", "IN PARALLEL IN ORDER"),
            prints("ReserveAndTouch", "resident: 4096 bytes", "after decommit: 0"),
            prints("Snapshots", "restored increment 6 of 67108864 bytes, first difference at -1",
                    "compacted to base 6 of 67108864 bytes, files: 1", "CorruptSnapshotException"),
            prints("SharedArena", "found 1000 nodes by following 32-bit handles", "killed the second process",
                    "the list has 2000 nodes, from first 0, then second 0", "2 owners",
                    "allocates and frees; unavailable: 0"),
            prints("SparseArray", "dirty: 7 at 4096", "4096, now -1, any dirty: false"),
            prints("RangesAndIds", "page 700 is in frame 77, order 9, dirty: true", "1 2 -1 2",
                    "ids 1, 2, 3; reserved 2"),
            prints("SharedImage", "second process: 1000001 entries, block 999999 at 4095995904, dirty: 4711",
                    "order there 9", "block 5 at 20480", "CORRUPT: ", "tag 2, moved true",
                    "the mark stays: true; without tag: slot 3"));

    private static Map.Entry<String, List<String>> prints(String example, String... among) {
        return Map.entry(example, List.of(among));
    }

    static final List<String> EXAMPLES = PRINTS.keySet().stream().sorted().toList();

    @ParameterizedTest
    @FieldSource("EXAMPLES")
    @Timeout(60)
    void runsAndPrintsWhatItShows(String example) throws Exception {
        Path out = Files.createTempFile("example", ".txt");
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=org.quern.kapi", "--illegal-native-access=deny",
                "--sun-misc-unsafe-memory-access=deny", "-p", System.getProperty("jdk.module.path"), "-m",
                "org.quern.examples/org.quern.examples." + example).redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor(50, TimeUnit.SECONDS)).as("ends by itself").isTrue();
        String printed = Files.readString(out);
        assertThat(process.exitValue()).as(printed).isZero();
        assertThat(printed).contains(PRINTS.get(example));
        Files.delete(out);
    }

    @Test
    void noExampleIsForgotten() throws IOException, ReflectiveOperationException {
        try (Stream<Path> files = Files.list(ROOT.resolve("examples/src/main/java/org/quern/examples"))) {
            List<String> names = files.map(f -> f.getFileName().toString().replace(".java", ""))
                    .filter(n -> !n.equals("package-info")).filter(ExamplesRunTest::hasMain).sorted().toList();
            assertThat(names).filteredOn(n -> !n.equals("EspGateway")).isEqualTo(EXAMPLES);
        }
    }

    private static boolean hasMain(String name) {
        try {
            Method main = Class.forName("org.quern.examples." + name).getMethod("main", String[].class);
            return main != null;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
