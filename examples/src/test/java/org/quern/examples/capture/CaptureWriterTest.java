package org.quern.examples.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.quern.examples.capture.CaptureReaderTest.Packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quern.examples.capture.CaptureBytes.packet;

/** What is written can be read again, and a file has its name only when it is whole. */
class CaptureWriterTest {
    private static final long NANOS = 1_767_225_600_123_456_789L;

    @TempDir
    Path directory;

    @Test
    void pcapngKeepsLinkTypesAndNanoseconds() throws IOException {
        Path file = directory.resolve("a.pcapng");
        List<Packet> packets = List.of(new Packet(LinkType.ETHERNET, NANOS, packet(61), 61),
                new Packet(LinkType.RAW, NANOS + 1, packet(0), 0),
                new Packet(LinkType.ETHERNET, 0, packet(262_144), 262_144));
        write(file, true, packets);
        assertThat(CaptureReaderTest.readAll(file)).usingRecursiveFieldByFieldElementComparator().isEqualTo(packets);
    }

    @Test
    void pcapKeepsNanosecondsOnDemand() throws IOException {
        Path nanos = directory.resolve("n.pcap");
        Path micros = directory.resolve("m.PCAP");
        List<Packet> packets = List.of(new Packet(LinkType.LOOP, NANOS, packet(60), 60));
        write(nanos, true, packets);
        write(micros, false, packets);
        assertThat(CaptureReaderTest.readAll(nanos).get(0).nanos()).isEqualTo(NANOS);
        assertThat(CaptureReaderTest.readAll(micros).get(0).nanos()).isEqualTo(NANOS / 1_000 * 1_000);
    }

    @Test
    void manyPacketsPassTheBufferUnharmed() throws IOException {
        Path file = directory.resolve("many.pcap");
        List<Packet> packets = java.util.stream.IntStream.range(0, 3_000)
                .mapToObj(i -> new Packet(LinkType.RAW, i * 1_000L, packet(i % 1_501), i % 1_501)).toList();
        write(file, false, packets);
        assertThat(CaptureReaderTest.readAll(file)).usingRecursiveFieldByFieldElementComparator().isEqualTo(packets);
    }

    @Test
    void nothingStandsUnderTheNameBeforeFinish() throws IOException {
        Path file = Files.writeString(directory.resolve("old.pcap"), "old");
        try (CaptureWriter writer = CaptureWriter.create(file, true)) {
            write(writer, List.of(new Packet(LinkType.RAW, 1, packet(9), 9)));
            assertThat(file).hasContent("old");
            assertThat(names()).hasSize(2);
        }
        assertThat(file).hasContent("old");
        assertThat(names()).containsExactly("old.pcap");
        write(file, true, List.of());
        assertThat(CaptureReaderTest.readAll(file)).isEmpty();
        assertThat(names()).containsExactly("old.pcap");
    }

    @Test
    void aLinkIsFollowedAndStays() throws IOException {
        Path target = directory.resolve("target.pcap");
        Files.writeString(target, "old");
        Path link = Files.createSymbolicLink(directory.resolve("link.pcap"), target);
        write(link, true, List.of(new Packet(LinkType.RAW, 1, packet(9), 9)));
        assertThat(link).isSymbolicLink();
        assertThat(CaptureReaderTest.readAll(target)).hasSize(1);
    }

    @Test
    void refusesWhatItCannotWrite() throws IOException {
        assertRefused(directory.resolve("a.txt"), "the name ends neither in .pcap nor in .pcapng");
        assertRefused(directory.resolve("no/such/a.pcap"), "no such directory");
        Path folder = Files.createDirectory(directory.resolve("folder.pcap"));
        assertRefused(folder, "not a regular file");
        Path device = Files.createSymbolicLink(directory.resolve("null.pcap"), Path.of("/dev/null"));
        assertRefused(device, "not a regular file");
        Files.delete(device);
        Path dangling = Files.createSymbolicLink(directory.resolve("dangling.pcap"), directory.resolve("nowhere"));
        assertRefused(dangling, "not a file name");
    }

    @Test
    void pcapRefusesASecondLinkType() {
        Path file = directory.resolve("two.pcap");
        assertThatThrownBy(() -> write(file, true,
                List.of(new Packet(LinkType.RAW, 1, packet(9), 9), new Packet(LinkType.LOOP, 1, packet(9), 9))))
                .isInstanceOf(CaptureException.class).hasMessageContaining("RAW and LOOP: write .pcapng");
        assertThat(file).doesNotExist();
    }

    private void assertRefused(Path file, String why) throws IOException {
        List<String> before = names();
        assertThatThrownBy(() -> CaptureWriter.create(file, true)).isInstanceOf(IOException.class)
                .hasMessageStartingWith(file + ": cannot be written: ").hasMessageContaining(why);
        assertThat(names()).isEqualTo(before);
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(directory)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    private static void write(Path file, boolean nanoseconds, List<Packet> packets) throws IOException {
        try (CaptureWriter writer = CaptureWriter.create(file, nanoseconds)) {
            write(writer, packets);
            writer.finish();
        }
    }

    private static void write(CaptureWriter writer, List<Packet> packets) throws IOException {
        for (Packet packet : packets) {
            writer.write(packet.type(), packet.nanos(), ByteBuffer.wrap(packet.bytes()), 0, packet.bytes().length);
        }
    }
}
