package org.quern.examples.capture;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.quern.examples.capture.CaptureBytes.packet;

/** What the readers make of well-formed files, and of files that lie. */
class CaptureReaderTest {
    private static final long NANOS = 1_767_225_600_123_456_789L;
    private static final int SECONDS = 1_767_225_600;

    @TempDir
    Path directory;

    record Packet(LinkType type, long nanos, byte[] bytes, long original) {}

    static List<Packet> readAll(Path file) throws IOException {
        List<Packet> packets = new ArrayList<>();
        try (CaptureReader reader = CaptureReader.open(file)) {
            while (reader.next()) {
                byte[] bytes = new byte[reader.capturedBytes()];
                reader.data().get(reader.dataOffset(), bytes);
                packets.add(new Packet(reader.linkType(), reader.timestampNanos(), bytes, reader.originalBytes()));
                assertThat(reader.packetNumber()).isEqualTo(packets.size());
            }
        }
        return packets;
    }

    private static ByteOrder order(String name) {
        return name.equals("big") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    @ParameterizedTest
    @ValueSource(strings = {"big", "little"})
    void readsPcapInBothOrdersAndUnits(String order) throws IOException {
        Path micros = new CaptureBytes(order(order)).pcap(PcapReader.MAGIC_MICROS, 1)
                .record(SECONDS, 123_456, packet(60))
                .record(SECONDS, 999_999, packet(0)).record(SECONDS + 1, 0, packet(1500)).toFile(directory);
        Path nanos = new CaptureBytes(order(order)).pcap(PcapReader.MAGIC_NANOS, 276)
                .record(SECONDS, 123_456_789, packet(61))
                .toFile(directory);

        assertThat(readAll(micros)).usingRecursiveFieldByFieldElementComparator().containsExactly(
                new Packet(LinkType.ETHERNET, SECONDS * 1_000_000_000L + 123_456_000, packet(60), 60),
                new Packet(LinkType.ETHERNET, SECONDS * 1_000_000_000L + 999_999_000, packet(0), 0),
                new Packet(LinkType.ETHERNET, (SECONDS + 1) * 1_000_000_000L, packet(1500), 1500));
        assertThat(readAll(nanos)).usingRecursiveFieldByFieldElementComparator()
                .containsExactly(new Packet(LinkType.LINUX_SLL2, NANOS, packet(61), 61));
    }

    @ParameterizedTest
    @ValueSource(strings = {"big", "little"})
    void readsAllPacketBlocksOfPcapngAndPassesOverTheRest(String order) throws IOException {
        CaptureBytes file = new CaptureBytes(order(order));
        file.section().unknown(0x0BAD, 20).describe(101, 64, file.option(9, (byte) 9)).describe(1, 0)
                .unknown(4, 300_00).enhanced(0, NANOS, packet(33), file.option(1, "comment".getBytes()))
                .simple(100, packet(64))
                .obsolete(1, NANOS / 1_000, packet(7)).unknown(0x80000001, 0)
                // a second section of the other byte order, with interfaces of its own
                .raw(new CaptureBytes(order.equals("big") ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN).section()
                        .describe(113, 0).enhanced(0, 5, packet(20)).toBytes());

        assertThat(readAll(file.toFile(directory))).usingRecursiveFieldByFieldElementComparator().containsExactly(
                new Packet(LinkType.RAW, NANOS, packet(33), 33), new Packet(LinkType.RAW, 0, packet(64), 100),
                new Packet(LinkType.ETHERNET, NANOS / 1_000 * 1_000, packet(7), 7),
                new Packet(LinkType.LINUX_SLL, 5_000, packet(20), 20));
    }

    @Test
    void convertsEveryTimestampResolution() {
        assertThat(new PcapngInterface(LinkType.RAW, 0, 6, 0).nanos(1_500_000)).isEqualTo(1_500_000_000L);
        assertThat(new PcapngInterface(LinkType.RAW, 0, 0, 10).nanos(5)).isEqualTo(15_000_000_000L);
        assertThat(new PcapngInterface(LinkType.RAW, 0, 12, 0).nanos(1_999_999_999_999L)).isEqualTo(1_999_999_999L);
        assertThat(new PcapngInterface(LinkType.RAW, 0, 0x81, 0).nanos(3)).isEqualTo(1_500_000_000L);
        assertThat(new PcapngInterface(LinkType.RAW, 0, 0x80, 0).nanos(3)).isEqualTo(3_000_000_000L);
        assertThat(new PcapngInterface(LinkType.RAW, 0, 0xBF, 0).nanos(Long.MIN_VALUE | 1L << 62))
                .isEqualTo(1_500_000_000L);
        assertThat(new PcapngInterface(LinkType.RAW, 0, 18, 0).nanos(-1)).isEqualTo(18_446_744_073L);
        assertThat(new PcapngInterface(LinkType.RAW, 0, 0, 0).nanos(Long.MAX_VALUE)).as("after 2262").isNegative();
        assertThat(new PcapngInterface(LinkType.RAW, 0, 9, -10).nanos(5)).as("before 1970").isNegative();
        assertThat(new PcapngInterface(LinkType.RAW, 0, 0, Long.MAX_VALUE).nanos(5)).as("overflow").isNegative();
    }

    @Test
    void namesFileOffsetAndDefect() throws IOException {
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10};
        assertBroken(new CaptureBytes(ByteOrder.BIG_ENDIAN).raw(png), 0,
                "neither pcap nor pcapng: it begins with 89504e47");
        assertBroken(new CaptureBytes(ByteOrder.BIG_ENDIAN).raw((byte) 0x1F, (byte) 0x8B, (byte) 8, (byte) 0), 0,
                "gzip");
        assertBroken(new CaptureBytes(ByteOrder.BIG_ENDIAN), 0, "empty file");
        assertBroken(pcap().raw((byte) 1), 24,
                "truncated: a packet's record header needs 16 bytes, the file ends after 1");
        assertBroken(new CaptureBytes(ByteOrder.LITTLE_ENDIAN).pcap(PcapReader.MAGIC_MICROS, 147), 20,
                "unknown link type 147");
        assertBroken(pcap().raw(words(1, 2, 300_000, 300_000)), 24, "captured length 300000 is above 262144");
        assertBroken(pcap().raw(words(1, 2, -1, -1)), 24, "captured length 4294967295");
        assertBroken(pcap().raw(words(1, 2, 8, 7)), 24, "captured length 8 is above the original length 7");
        assertBroken(ng().raw(words(6, 31, 0)), 48, "block length 31");
        assertBroken(ng().raw(words(9, 16, 0, 20)), 48, "block length 16 in front, 20 behind");
        assertBroken(ng().raw(words(6, 32, 1, 0, 0, 0, 0, 32)), 48, "interface 1 is not described: the section has 1");
        assertBroken(ng().raw(words(6, 32, 0, 0, 0, 4, 4, 32)), 48, "cannot hold");
        assertBroken(ng().raw(words(6, 36, 0, 0, 0, 4, 4, 0, 40)), 48, "block length 36 in front, 40 behind");
        assertBroken(ng().raw(words(9, 0x7FFF_FFF0)), 48, "truncated: a block of type 9");
        assertBroken(new CaptureBytes(ByteOrder.LITTLE_ENDIAN).section().describe(101, 0, (byte) 9, (byte) 0, (byte) 1,
                (byte) 0,
                (byte) 19, (byte) 0, (byte) 0, (byte) 0), 28, "if_tsresol 0x13");
        assertBroken(new CaptureBytes(ByteOrder.LITTLE_ENDIAN).section().describe(9, 0), 28, "unknown link type 9");
    }

    private static CaptureBytes pcap() {
        return new CaptureBytes(ByteOrder.LITTLE_ENDIAN).pcap(PcapReader.MAGIC_MICROS, 1);
    }

    private static CaptureBytes ng() {
        return new CaptureBytes(ByteOrder.LITTLE_ENDIAN).section().describe(101, 0);
    }

    private static byte[] words(int... words) {
        var bytes = java.nio.ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int word : words) {
            bytes.putInt(word);
        }
        return bytes.array();
    }

    private void assertBroken(CaptureBytes bytes, long offset, String what) {
        Path file = bytes.toFile(directory);
        assertThatThrownBy(() -> readAll(file)).isInstanceOfSatisfying(CaptureException.class,
                e -> assertThat(e.offset()).isEqualTo(offset)).hasMessageStartingWith(file + ": byte " + offset + ": ")
                .hasMessageContaining(what);
    }
}
