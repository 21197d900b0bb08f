package org.quern.examples.gateway;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.quern.examples.esp.IpHeader;
import org.quern.examples.esp.Outcome;
import org.quern.examples.esp.SecurityAssociation;
import org.quern.examples.esp.TestAssociations;

import static org.assertj.core.api.Assertions.assertThat;

class FlowTableTest {
    private final SecurityAssociation host = TestAssociations.of(0, "10.0.0.1", "0.0.0.0/0", "192.0.2.1", "192.0.2.2");
    private final SecurityAssociation network = TestAssociations.of(1, "10.0.0.0/8", "0.0.0.0/0", "192.0.2.1",
            "192.0.2.2");
    private final SecurityAssociation six = TestAssociations.of(2, "fd00::/8", "fd00::/16", "192.0.2.1", "192.0.2.2");
    private final List<SecurityAssociation> associations = List.of(host, network, six);

    private static IpHeader v4(int source, int destination) {
        return read(ByteBuffer.allocate(20).putInt(0, 0x4500_0014).putInt(12, source).putInt(16, destination));
    }

    private static IpHeader v6(long sourceHigh, long sourceLow, long destinationHigh, long destinationLow) {
        return read(ByteBuffer.allocate(40).putInt(0, 0x6000_0000).putLong(8, sourceHigh).putLong(16, sourceLow)
                .putLong(24, destinationHigh).putLong(32, destinationLow));
    }

    private static IpHeader read(ByteBuffer packet) {
        IpHeader header = new IpHeader();
        assertThat(header.read(packet, 0, packet.capacity())).isEqualTo(Outcome.DONE);
        return header;
    }

    @Test
    void theFirstMatchWinsEachTime() {
        try (FlowTable flows = new FlowTable(associations)) {
            for (int i = 0; i < 3; i++) {
                assertThat(flows.find(v4(0x0A00_0001, 7))).isSameAs(host);
                assertThat(flows.find(v4(0x0A00_0002, 7))).isSameAs(network);
                assertThat(flows.find(v4(0x0B00_0002, 7))).isNull();
                assertThat(flows.find(v6(0xFD00L << 48, 1, 0xFD00L << 48, 2))).isSameAs(six);
                assertThat(flows.find(v6(0xFD00L << 48, 1, 0xFD01L << 48, 2))).isNull();
            }
        }
    }

    /** More flows than places: the array stays bounded, and a flow whose place is taken still finds its own association. */
    @Test
    void anyNumberOfFlowsIsAnsweredRightlyInBoundedMemory() {
        SplittableRandom random = new SplittableRandom(42);
        try (FlowTable flows = new FlowTable(associations)) {
            for (int i = 0; i < 600_000; i++) {
                int source = random.nextInt(3) == 0 ? 0x0A00_0001 : random.nextInt(0x0A00_0000, 0x0B00_0000);
                IpHeader packet = v4(source, random.nextInt());
                assertThat(flows.find(packet)).isSameAs(source == 0x0A00_0001 ? host : network);
            }
            assertThat(flows.stats().nodes()).isBetween(4_000L, 4_161L);
        }
    }
}
