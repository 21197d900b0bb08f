package org.quern.examples.gateway;

import java.nio.ByteBuffer;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.quern.examples.capture.LinkType;
import org.quern.examples.esp.EspTunnel;
import org.quern.examples.esp.Outcome;
import org.quern.examples.esp.SecurityAssociation;
import org.quern.examples.esp.TestAssociations;
import org.quern.examples.report.CipherBaseline;
import org.quern.examples.report.HeapAccount;
import org.quern.examples.traffic.Frame;
import org.quern.examples.traffic.SyntheticTraffic;

import static org.assertj.core.api.Assertions.assertThat;

/** The end of the line notices what it is there to notice. */
class DeliveryTest {
    private final List<SecurityAssociation> associations = List
            .of(TestAssociations.of(0, "10.0.0.0/8", "10.0.0.0/8", "192.0.2.1", "192.0.2.2"));
    private final SyntheticTraffic traffic = new SyntheticTraffic(1_000, associations);
    private final Encapsulation direction = new Encapsulation(associations);
    private final Delivery delivery = new Delivery(direction, null, new Verifier(traffic), new CipherBaseline(),
            new HeapAccount(false));
    private final EspTunnel tunnel = new EspTunnel();

    @AfterEach
    void close() {
        direction.close();
    }

    /** A packet that has been encrypted and comes to be delivered as number n. */
    private PacketJob job(long number) throws Exception {
        PacketJob job = new PacketJob(direction, delivery, ByteBuffer.allocateDirect(Frame.CAPACITY_BYTES),
                ByteBuffer.allocateDirect(Frame.CAPACITY_BYTES));
        assertThat(traffic.next(job.frame)).isTrue();
        job.number = number;
        direction.admit(job);
        assertThat(job.outcome).isEqualTo(Outcome.DONE);
        assertThat(job.frame.linkType()).isEqualTo(LinkType.RAW);
        direction.transform(job, tunnel);
        return job;
    }

    @Test
    void packetsInOrderAreCounted() throws Exception {
        for (int n = 0; n < 3; n++) {
            delivery.deliver(job(n));
        }
        assertThat(delivery.failure()).isNull();
        assertThat(delivery.deliveredAcquire()).isEqualTo(3);
        assertThat(delivery.tally().of(Outcome.DONE)).isEqualTo(3);
    }

    @Test
    void aPacketTooEarlyIsNoticed() throws Exception {
        delivery.deliver(job(0));
        delivery.deliver(job(2));
        assertThat(delivery.failure()).hasMessageContaining("order lost: packet 2 came when 1 was due");
        assertThat(delivery.tally().all()).as("nothing is written after a failure").isEqualTo(1);
    }

    @Test
    void aSequenceNumberTooEarlyIsNoticed() throws Exception {
        PacketJob first = job(1);
        PacketJob second = job(0);
        delivery.deliver(second);
        delivery.deliver(first);
        assertThat(delivery.failure()).hasMessageContaining("order lost").hasMessageContaining("has sequence number 2");
    }

    @Test
    void aWrongByteIsNoticed() throws Exception {
        PacketJob job = job(0);
        job.out.put(60, (byte) ~job.out.get(60));
        delivery.deliver(job);
        assertThat(delivery.failure()).hasMessageContaining("verification failed: packet 1");
    }

    @Test
    void aWrongPacketIsNoticed() throws Exception {
        job(0);
        PacketJob second = job(0);
        second.sequence = 1;
        delivery.deliver(second);
        assertThat(delivery.failure()).as("a good packet, but not packet 0")
                .hasMessageContaining("verification failed");
    }

    @Test
    void aFailureInParallelIsKeptAndTheLineGoesOn() throws Exception {
        delivery.failed(job(0), new IllegalStateException("cipher on fire"));
        delivery.deliver(job(1));
        assertThat(delivery.failure()).hasMessage("cipher on fire");
        assertThat(delivery.deliveredAcquire()).isEqualTo(2);
    }
}
