package org.quern.vmap;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Tracking is exact: on every kind of memory, by both modes, under two collectors, privileged or not. */
class TrackedTest {
    private static final boolean LONG = Boolean.getBoolean("quern.long");
    private static final String SECONDS = LONG ? "60" : "0.7";
    private static final List<String> AS_NOBODY = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
            "--");

    static Stream<Arguments> runs() {
        return Stream.of("anonymous", "file").flatMap(memory -> Stream.of(TrackingMode.values())
                .flatMap(mode -> Stream.of("-XX:+UseG1GC", "-XX:+UseZGC")
                        .flatMap(gc -> Stream.of(false, true).map(nobody -> Arguments.of(memory, mode, gc, nobody)))))
                .filter(run -> LONG || isQuick(run.get()));
    }

    /** One of each kind: the short form. */
    private static boolean isQuick(Object[] run) {
        boolean g1 = run[2].equals("-XX:+UseG1GC");
        boolean nobody = (boolean) run[3];
        boolean file = run[0].equals("file");
        return run[1] == TrackingMode.KERNEL ? g1 == (nobody != file) : g1 && nobody == file;
    }

    @ParameterizedTest
    @MethodSource("runs")
    @Timeout(150)
    void aReplicaIsIdenticalAfterTheLastRound(String memory, TrackingMode mode, String gc, boolean nobody)
            throws Exception {
        assumeTrue(BackEnd.preferred() == BackEnd.LINUX, "once is enough");
        assumeTrue(memory.equals("anonymous") || Files.isWritable(Path.of("/dev/shm")));
        boolean change = nobody && "root".equals(System.getProperty("user.name"));
        Process process = ForkedJvm.start(change ? AS_NOBODY : List.of(), List.of(gc, "-Xmx256m"), Tracked.class,
                memory,
                mode.name(), SECONDS);
        StringBuilder said = new StringBuilder();
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(memory + " " + mode + " " + gc + (change ? " nobody: " : ": ") + line);
                said.append(line).append('\n');
            }
        }
        assertThat(process.waitFor()).as(said.toString()).isZero();
        assertThat(said.toString()).contains("first difference at -1");
    }
}
