package org.quern.examples.gateway;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.jspecify.annotations.Nullable;
import org.quern.examples.esp.EspTunnel;
import org.quern.examples.esp.Outcome;
import org.quern.examples.esp.SecurityAssociation;
import org.quern.examples.traffic.Frame;
import org.quern.padata.Job;
import org.quern.padata.Worker;

/**
 * One packet on its way through the gateway; used again for a later packet once delivered. Fields are filled from left to
 * right: the frame and what {@link Direction#admit} decides on the submitting thread, the result by a worker.
 */
final class PacketJob extends Job {
    private final Direction direction;
    private final Delivery delivery;
    final Frame frame;
    final ByteBuffer out;

    /** Place in the input, from 0, over all passes. */
    long number;
    /** Length of the link header, which is where IP begins in both buffers. */
    int ipOffset;
    /** Length of the IP packet in {@link #frame}. */
    int ipBytes;
    @Nullable
    SecurityAssociation association;
    /** ESP sequence number: given when encrypting, read when decrypting. */
    long sequence;
    Outcome outcome = Outcome.DONE;
    /** Length of the result in {@link #out}, link header included; only when the outcome is DONE. */
    int outBytes;

    PacketJob(Direction direction, Delivery delivery, ByteBuffer in, ByteBuffer out) {
        this.direction = direction;
        this.delivery = delivery;
        this.frame = new Frame(in);
        this.out = out.order(ByteOrder.BIG_ENDIAN);
    }

    // snippet: job
    @Override
    protected void parallel(Worker worker) throws Exception {
        if (outcome == Outcome.DONE) {
            direction.transform(this, worker.context(EspTunnel.class));
        }
    }

    @Override
    protected void serial() {
        delivery.deliver(this);
    }
    // end: job

    @Override
    protected void failed(Throwable cause) {
        delivery.failed(this, cause);
    }
}
