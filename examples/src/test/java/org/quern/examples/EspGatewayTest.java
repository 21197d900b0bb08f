package org.quern.examples;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.quern.examples.capture.CaptureReader;
import org.quern.examples.capture.CaptureWriter;
import org.quern.examples.capture.LinkType;

import static org.assertj.core.api.Assertions.assertThat;

/** The gateway as a whole, through its command line. */
class EspGatewayTest {
    @TempDir
    Path directory;

    private Path encrypted(String name, Object... options) {
        Path file = directory.resolve(name);
        Object[] all = Arrays.copyOf(options, options.length + 5);
        all[options.length] = Run.CAPTURE;
        all[options.length + 1] = "--sa";
        all[options.length + 2] = Run.KEYS;
        all[options.length + 3] = "-o";
        all[options.length + 4] = file;
        Run run = Run.of(all);
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        return file;
    }

    @Test
    void decryptingGivesBackTheFileByteByByte() {
        Path esp = encrypted("a.pcap");
        Path back = directory.resolve("back.pcap");
        Run run = Run.of("--decrypt", esp, "--sa", Run.KEYS, "-o", back);
        assertThat(run.status()).isZero();
        assertThat(back).hasSameBinaryContentAs(Run.CAPTURE);
        assertThat(esp).satisfies(file -> assertThat(Files.mismatch(file, Run.CAPTURE)).isNotNegative());
    }

    @Test
    void pcapngCarriesTheSamePackets() throws IOException {
        Path esp = encrypted("a.pcapng");
        Path back = directory.resolve("back.pcap");
        Path backNg = directory.resolve("back.pcapng");
        assertThat(Run.of("--decrypt", esp, "--sa", Run.KEYS, "-o", backNg).status()).isZero();
        assertThat(Run.of("--decrypt", esp, "--sa", Run.KEYS, "-o", back).status()).isZero();
        assertSamePackets(back, Run.CAPTURE);
        assertSamePackets(backNg, Run.CAPTURE);
    }

    private static void assertSamePackets(Path one, Path other) throws IOException {
        try (CaptureReader left = CaptureReader.open(one); CaptureReader right = CaptureReader.open(other)) {
            while (right.next()) {
                assertThat(left.next()).isTrue();
                assertThat(left.timestampNanos()).isEqualTo(right.timestampNanos());
                assertThat(left.linkType()).isEqualTo(right.linkType());
                assertThat(packet(left)).isEqualTo(packet(right));
            }
            assertThat(left.next()).isFalse();
        }
    }

    private static ByteBuffer packet(CaptureReader reader) {
        return reader.data().slice(reader.dataOffset(), reader.capturedBytes());
    }

    /** More workers than this machine has CPUs, tiny rings, a serial CPU: the bytes are the same. */
    @Test
    void theNumberOfWorkersChangesNoByte() {
        Path one = encrypted("one.pcap", "--workers", 1);
        for (int workers : new int[]{2, 4}) {
            assertThat(encrypted(workers + ".pcap", "--workers", workers)).hasSameBinaryContentAs(one);
            assertThat(encrypted(workers + "r.pcap", "--workers", workers, "--ring", 2, "--when-full", "wait"))
                    .hasSameBinaryContentAs(one);
        }
        assertThat(encrypted("bound.pcap", "--parallel-cpus", "0", "--serial-cpu", 0)).hasSameBinaryContentAs(one);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4})
    void longRunsKeepTheirOrder(int workers) {
        Run run = Run.of("--synthetic", 60_000, "--workers", workers, "--verify", "--ring", 64);
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("60,000 in, 60,000 out, 0 refused", "every packet delivered in input order",
                "984 packets decrypted again and equal");
    }

    @Test
    void syntheticTrafficDecryptsToItself() throws IOException {
        Path esp = directory.resolve("s.pcap");
        Path back = directory.resolve("s.back.pcap");
        assertThat(Run.of("--synthetic", 6_000, "-o", esp).status()).isZero();
        assertThat(Run.of(esp, "--decrypt", "--sa", Run.KEYS, "-o", back).status()).isZero();
        int[] sizes = new int[1501];
        try (CaptureReader reader = CaptureReader.open(back)) {
            while (reader.next()) {
                sizes[reader.capturedBytes()]++;
            }
        }
        assertThat(sizes[64]).isEqualTo(3_500);
        assertThat(sizes[570]).isEqualTo(2_000);
        assertThat(sizes[64] + sizes[570] + sizes[1500]).isEqualTo(6_000);
    }

    @Test
    void repeatingGoesOnWithTheSequenceNumbers() throws IOException {
        Path twice = encrypted("twice.pcap", "--repeat", 2);
        assertThat(Files.size(twice)).isEqualTo(2 * Files.size(encrypted("once.pcap")) - 24);
        Path back = directory.resolve("back.pcap");
        Run run = Run.of("--decrypt", twice, "--sa", Run.KEYS, "-o", back);
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("638 in, 638 out, 0 refused");
        // decrypting the same packets again is a new session each time, not a replay
        assertThat(Run.of("--decrypt", twice, "--sa", Run.KEYS, "--repeat", 3).out())
                .contains("1,914 in, 1,914 out, 0 refused");
    }

    @Test
    void withoutArgumentsTheShippedCaptureIsEncrypted() {
        Run run = Run.of();
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("319 in, 319 out, 0 refused", "loopback.esp.pcap");
    }

    /** What cannot be encapsulated is counted with its number, and the rest goes through. */
    @Test
    void everyRefusedPacketIsReported() throws IOException {
        Path mixed = directory.resolve("mixed.pcapng");
        ByteBuffer arp = ByteBuffer.allocate(42).putShort(12, (short) 0x0806);
        ByteBuffer good = ip(new byte[54], 40);
        ByteBuffer lying = ip(new byte[54], 41);
        ByteBuffer broken = ip(new byte[54], 19);
        ByteBuffer longest = ip(new byte[65_549], 65_535);
        ByteBuffer fits = ip(new byte[65_492], 65_478);
        try (CaptureWriter writer = CaptureWriter.create(mixed, true)) {
            for (ByteBuffer frame : new ByteBuffer[]{arp, good, lying, broken, longest, fits, arp}) {
                writer.write(LinkType.ETHERNET, 1, frame, 0, frame.capacity());
            }
            writer.write(LinkType.IPV4, 1, ByteBuffer.allocate(40).put(0, (byte) 0x60), 0, 40);
            writer.finish();
        }
        Path esp = directory.resolve("esp.pcapng");
        Run run = Run.of(mixed, "--sa", Run.KEYS, "-o", esp);
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("8 in, 2 out, 6 refused", "3 not an IP packet (packets 1, 7, 8)",
                "1 cut short by the capture (packet 3)", "1 IP header contradicts itself (packet 4)",
                "1 would exceed 65535 bytes with ESP (packet 5)");

        // An ESP capture read as plain traffic among others: counted too
        Run decrypt = Run.of(mixed, "--decrypt", "--sa", Run.KEYS, "-o", directory.resolve("d.pcapng"));
        assertThat(decrypt.status()).isZero();
        assertThat(decrypt.out()).contains("8 in, 0 out, 8 refused", "3 not an ESP packet (packets 2, 5, 6)");
    }

    /** From 127.0.0.1 to 127.0.0.2 in Ethernet, with any total length in the header. */
    private static ByteBuffer ip(byte[] frame, int totalLength) {
        return ByteBuffer.wrap(frame).putShort(12, (short) 0x0800).putInt(14, 0x4500_0000 | totalLength)
                .putInt(22, 0x4011_0000)
                .putInt(26, 0x7F00_0001).putInt(30, 0x7F00_0002);
    }

    @Test
    void forgeriesAndReplaysAreCounted() throws IOException {
        byte[] esp = Files.readAllBytes(encrypted("a.pcap"));
        ByteBuffer file = ByteBuffer.wrap(esp).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        int first = 24;
        int firstEnd = first + 16 + file.getInt(first + 8);
        esp[firstEnd - 1] ^= 1;
        int secondEnd = firstEnd + 16 + file.getInt(firstEnd + 8);
        // the second packet once more, at the end
        Path forged = Files.write(directory.resolve("forged.pcap"),
                ByteBuffer.allocate(esp.length + secondEnd - firstEnd).put(esp)
                        .put(esp, firstEnd, secondEnd - firstEnd).array());
        Run run = Run.of("--decrypt", forged, "--sa", Run.KEYS, "-o", directory.resolve("back.pcap"));
        assertThat(run.status()).isEqualTo(EspGateway.EXIT_NOT_AUTHENTIC);
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("320 in, 318 out, 2 refused", "1 authentication failed (packet 1)",
                "1 replayed or too old (packet 320)");
    }

    @Test
    void aWrongKeyOpensNothing() throws IOException {
        Path esp = encrypted("a.pcap");
        Path keys = Files.writeString(directory.resolve("wrong.sa"),
                Files.readString(Run.KEYS).replace("101112", "111112"));
        Run run = Run.of("--decrypt", esp, "--sa", keys, "-o", directory.resolve("back.pcap"));
        assertThat(run.status()).isEqualTo(EspGateway.EXIT_NOT_AUTHENTIC);
        assertThat(run.out()).containsPattern("[0-9]+ authentication failed \\(packets 1, ");
    }
}
