package org.quern.examples.capture;

import java.nio.ByteBuffer;
import java.util.HexFormat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Link headers, each as the bytes of a frame; {@code 45} and {@code 60} begin the IP header. */
class LinkTypeTest {
    private static final String MACS = "000000000001000000000002";

    @ParameterizedTest
    @CsvSource({"RAW, 45, 0", "RAW, 60, 0", "RAW, 50, -1", "RAW, '', -1", "IPV4, 45, 0", "IPV4, 60, -1", "IPV6, 60, 0",
            "NULL, 0200000045, 4", "NULL, 0000000245, 4", "NULL, 1e00000060, 4", "NULL, 0000001860, 4",
            "NULL, 0700000045, -1",
            "LOOP, 0000000245, 4", "LOOP, 0200000045, -1", "LOOP, 0000001c60, 4", "LOOP, 000002, -1",
            "ETHERNET, " + MACS + "080045, 14", "ETHERNET, " + MACS + "86dd60, 14", "ETHERNET, " + MACS + "080060, -1",
            "ETHERNET, " + MACS + "0806000108, -1", "ETHERNET, " + MACS + "8100000a080045, 18",
            "ETHERNET, " + MACS + "88a8000a8100000b86dd60, 22", "ETHERNET, " + MACS + "8100, -1",
            "ETHERNET, " + MACS + "0800, -1",
            "ETHERNET, 00, -1", "LINUX_SLL, 0000030400060000000000000000080045, 16",
            "LINUX_SLL, 0000030400060000000000000000080645, -1",
            "LINUX_SLL2, 86dd000000000001030400060000000000000000" + "60, 20",
            "LINUX_SLL2, 0806000000000001030400060000000000000000" + "60, -1"})
    void findsTheIpHeader(LinkType type, String frame, int offset) {
        byte[] bytes = HexFormat.of().parseHex(frame);
        // Room behind the frame: nothing there may be read as part of it.
        ByteBuffer buffer = ByteBuffer.allocate(64).put(0, bytes);
        assertThat(type.ipOffset(buffer, bytes.length)).isEqualTo(offset);
    }

    @ParameterizedTest
    @CsvSource({"RAW, 45, 6, 45", "NULL, 0200000045, 4, 0200000045", "NULL, 0200000045, 6, 1e00000045",
            "NULL, 1800000060, 6, 1800000060", "NULL, 0000001e60, 4, 0000000260", "LOOP, 0000000245, 6, 0000001e45",
            "ETHERNET, " + MACS + "080045, 6, " + MACS + "86dd45",
            "ETHERNET, " + MACS + "8100000a080045, 6, " + MACS + "8100000a86dd45",
            "LINUX_SLL, 0000030400060000000000000000080045, 6, 000003040006000000000000000086dd45",
            "LINUX_SLL2, 86dd00000000000103040006000000000000000060, 4, 080000000000000103040006000000000000000060"})
    void namesAnotherVersion(LinkType type, String frame, int version, String expected) {
        byte[] bytes = HexFormat.of().parseHex(frame);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        type.nameVersion(buffer, type.ipOffset(buffer, bytes.length), version);
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(expected);
    }
}
