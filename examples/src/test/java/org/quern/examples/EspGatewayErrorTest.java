package org.quern.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** Every bad input: exit status 2, one line that names what and where, and no file that was not there before. */
class EspGatewayErrorTest {
    @TempDir
    Path directory;

    private Path output;

    @BeforeEach
    void names() {
        output = directory.resolve("out.pcap");
    }

    private void assertRefused(String expected, Object... arguments) throws IOException {
        List<String> before = files();
        Run run = Run.of(arguments);
        assertThat(run.err()).as("%s", Arrays.toString(arguments)).hasSize(1);
        assertThat(run.err().get(0)).startsWith("EspGateway: ").contains(expected);
        assertThat(run.status()).isEqualTo(EspGateway.EXIT_ERROR);
        assertThat(run.out()).isEmpty();
        assertThat(files()).isEqualTo(before);
    }

    private List<String> files() throws IOException {
        try (var walk = Files.walk(directory)) {
            List<String> files = new ArrayList<>();
            for (Path path : walk.sorted().toList()) {
                files.add(path + " " + (Files.isRegularFile(path) ? Files.size(path) : -1));
            }
            return files;
        }
    }

    private Object[] with(Path input, Object... more) {
        Object[] all = Arrays.copyOf(new Object[]{input, "--sa", Run.KEYS, "-o", output}, 5 + more.length);
        System.arraycopy(more, 0, all, 5, more.length);
        return all;
    }

    @Test
    void captures() throws IOException {
        byte[] whole = Files.readAllBytes(Run.CAPTURE);
        Path truncated = Files.write(directory.resolve("truncated.pcap"), Arrays.copyOf(whole, 100_000));
        assertRefused(truncated + ": byte 9", with(truncated));
        assertRefused("truncated", with(truncated));
        Path foreign = Files.writeString(directory.resolve("foreign.pcap"), "this is no capture");
        assertRefused(foreign + ": byte 0: neither pcap nor pcapng", with(foreign));
        byte[] link = whole.clone();
        link[20] = 99;
        Path unknown = Files.write(directory.resolve("link.pcap"), link);
        assertRefused(unknown + ": byte 20: unknown link type 99", with(unknown));
        Path empty = Files.createFile(directory.resolve("empty.pcap"));
        assertRefused(empty + ": byte 0: empty file", with(empty));
        assertRefused("nowhere.pcap: no such file", with(directory.resolve("nowhere.pcap")));
        assertRefused(directory + ": is a directory", with(directory));
    }

    @Test
    void anEarlierOutputSurvivesAFailure() throws IOException {
        Files.writeString(output, "earlier");
        Path truncated = Files.write(directory.resolve("t.pcap"),
                Arrays.copyOf(Files.readAllBytes(Run.CAPTURE), 100_000));
        assertRefused("truncated", with(truncated));
        assertThat(output).hasContent("earlier");
    }

    @Test
    void keysAndAssociations() throws IOException {
        String keys = Files.readString(Run.KEYS);
        Path noKey = Files.writeString(directory.resolve("nokey.sa"),
                "0x1000 0.0.0.0/0 0.0.0.0/0 192.0.2.1 192.0.2.2\n");
        assertRefused(noKey + ":1: key: missing", Run.CAPTURE, "--sa", noKey, "-o", output);
        assertRefused("--sa=FILE is missing", Run.CAPTURE, "-o", output);
        assertRefused("none.sa: no such file", Run.CAPTURE, "--sa", directory.resolve("none.sa"), "-o", output);
        Path few = Files.writeString(directory.resolve("few.sa"), keys.lines().filter(l -> l.startsWith("0x51e50001"))
                .findFirst().orElseThrow());
        assertRefused("packet 2 at byte 114: no association selects 127.0.0.2 -> 127.0.0.1", Run.CAPTURE, "--sa", few,
                "-o",
                output);
        Path esp = directory.resolve("esp.pcap");
        assertThat(Run.of(Run.CAPTURE, "--sa", Run.KEYS, "-o", esp).status()).isZero();
        assertRefused("packet 2 at byte 170: no association has the SPI 0x51e50002", "--decrypt", esp, "--sa", few,
                "-o", output);
        Path six = Files.writeString(directory.resolve("six.sa"), keys.lines().filter(l -> l.startsWith("0x51e50004"))
                .findFirst().orElseThrow());
        assertRefused("no association selects IPv4", "--synthetic", 10, "--sa", six, "-o", output);
    }

    @Test
    void outputs() throws IOException {
        assertRefused("cannot be written: no such directory", Run.CAPTURE, "--sa", Run.KEYS, "-o",
                directory.resolve("no/o.pcap"));
        assertRefused("cannot be written: the name ends neither", Run.CAPTURE, "--sa", Run.KEYS, "-o",
                directory.resolve("o.txt"));
        assertRefused("cannot be written: not a regular file", Run.CAPTURE, "--sa", Run.KEYS, "-o",
                Files.createDirectory(directory.resolve("d.pcap")));
        Path copy = Files.copy(Run.CAPTURE, directory.resolve("in.pcap"));
        assertRefused("it is the input", copy, "--sa", Run.KEYS, "-o", copy);
        assertRefused("--output=FILE is missing", Run.CAPTURE, "--sa", Run.KEYS);
    }

    @Test
    void aFullDiskLeavesNothing() throws IOException {
        assumeTrue(Files.isDirectory(Path.of("/sys/kernel")), "needs a directory nobody can write to");
        assertRefused("cannot be written", Run.CAPTURE, "--sa", Run.KEYS, "-o", "/sys/kernel/out.pcap");
    }

    @Test
    void cpus() throws IOException {
        assertRefused("--parallel-cpus=: the mask is empty", with(Run.CAPTURE, "--parallel-cpus", ""));
        assertRefused("--parallel-cpus=0x0: the mask is empty", with(Run.CAPTURE, "--parallel-cpus", "0x0"));
        assertRefused("--parallel-cpus: CPU 9999 does not exist", with(Run.CAPTURE, "--parallel-cpus", "0,9999"));
        assertRefused("--parallel-cpus: CPU 8192 does not exist",
                with(Run.CAPTURE, "--parallel-cpus", "0x1" + ",00000000".repeat(256)));
        assertRefused("--parallel-cpus=0-: \"0-\" is neither", with(Run.CAPTURE, "--parallel-cpus", "0-"));
        assertRefused("--parallel-cpus=3-1: \"3-1\" is no range", with(Run.CAPTURE, "--parallel-cpus", "3-1"));
        assertRefused("--parallel-cpus=0xzz", with(Run.CAPTURE, "--parallel-cpus", "0xzz"));
        assertRefused("--serial-cpu: CPU 9999 does not exist", with(Run.CAPTURE, "--serial-cpu", 9999));
        assertRefused("--serial-cpu: CPU -1 does not exist", with(Run.CAPTURE, "--serial-cpu", -1));
        assertRefused("--workers=0: must be 1..1024", with(Run.CAPTURE, "--workers", 0));
        assertRefused("--ring=1: must be 2..65536", with(Run.CAPTURE, "--ring", 1));
        assertRefused("--when-full=never: must be help or wait", with(Run.CAPTURE, "--when-full", "never"));
    }

    @Test
    void options() throws IOException {
        assertRefused("Unknown option: '--bogus'", with(Run.CAPTURE, "--bogus"));
        assertRefused("--repeat", with(Run.CAPTURE, "--repeat", "many"));
        assertRefused("--repeat=0: must be at least 1", with(Run.CAPTURE, "--repeat", 0));
        assertRefused("--synthetic=0: must be at least 1", "--synthetic", 0);
        assertRefused("--synthetic cannot be combined", with(Run.CAPTURE, "--synthetic", 5));
        assertRefused("--decrypt needs an INPUT", "--decrypt");
    }
}
