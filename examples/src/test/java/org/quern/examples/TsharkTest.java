package org.quern.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quern.examples.capture.CaptureReader;
import org.quern.examples.esp.AssociationFile;
import org.quern.examples.esp.WiresharkKeys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/** tshark, which knows nothing of us, decrypts what the gateway wrote: every inner packet, in the input's order, byte by byte. */
class TsharkTest {
    /** Ethernet, with which the shipped capture was made. */
    private static final int LINK_HEADER = 14;

    @TempDir
    Path directory;

    private Path esp;

    @BeforeEach
    void tsharkIsThere() throws Exception {
        assumeTrue(works(),
                "SKIPPED: no tshark with the field esp.contained_data (Wireshark 3.6 or later) on the PATH; "
                        + "on Debian: apt-get install tshark");
        esp = directory.resolve("esp.pcap");
        assertThat(Run.of(Run.CAPTURE, "--sa", Run.KEYS, "-o", esp, "--workers", 4).status()).isZero();
    }

    private boolean works() throws InterruptedException {
        try {
            return run(List.of("tshark", "-r", Run.CAPTURE.toString(), "-c", "1", "-T", "fields", "-e",
                    "esp.contained_data"))
                    .size() == 1;
        } catch (IOException absent) {
            return false;
        }
    }

    @Test
    void tsharkSeesTheInput() throws Exception {
        assertThat(innerPackets(esp, Run.KEYS)).isEqualTo(inputPackets());
    }

    @Test
    void theComparisonCanFail() throws Exception {
        List<String> input = inputPackets();
        Path wrongKey = Files.writeString(directory.resolve("wrong.sa"),
                Files.readString(Run.KEYS).replace("101112", "111112"));
        List<String> seen = innerPackets(esp, wrongKey);
        assertThat(seen).hasSameSizeAs(input).isNotEqualTo(input);

        byte[] swapped = Files.readAllBytes(esp);
        swapped[24 + 16 + LINK_HEADER + 20 + 20] ^= 1;
        Path broken = Files.write(directory.resolve("broken.pcap"), swapped);
        assertThat(innerPackets(broken, Run.KEYS)).isNotEqualTo(input);
    }

    /** Inner packets of a capture as tshark decrypts them, in hexadecimal; "" where the ICV does not verify. */
    private List<String> innerPackets(Path capture, Path keys) throws Exception {
        List<String> command = new ArrayList<>(List.of("tshark", "-r", capture.toString(), "-o",
                "esp.enable_encryption_decode:TRUE", "-o", "esp.enable_authentication_check:TRUE", "-T", "fields", "-e",
                "esp.contained_data", "-e", "esp.icv_good"));
        AssociationFile.read(keys).forEach(a -> command.addAll(List.of("-o", "uat:esp_sa:" + WiresharkKeys.line(a))));
        return run(command).stream().map(line -> line.split("\t", -1))
                .map(fields -> fields[1].equals("1") || fields[1].equals("True") ? fields[0].replace(":", "") : "")
                .toList();
    }

    private static List<String> inputPackets() throws IOException {
        List<String> packets = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(Run.CAPTURE)) {
            while (reader.next()) {
                byte[] packet = new byte[reader.capturedBytes() - LINK_HEADER];
                reader.data().get(reader.dataOffset() + LINK_HEADER, packet);
                packets.add(HexFormat.of().formatHex(packet));
            }
        }
        assertThat(packets).hasSizeGreaterThan(300);
        return packets;
    }

    /** Lines a program prints; its complaints go nowhere, as tshark complains about being root. */
    private List<String> run(List<String> command) throws IOException, InterruptedException {
        Path out = Files.createTempFile(directory, "tshark", ".out");
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        // a configuration of nobody's, so that no preference of the user interferes
        builder.environment().put("WIRESHARK_CONFIG_DIR", directory.toString());
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("tshark ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        return Files.readAllLines(out);
    }
}
