package org.quern.examples.gateway;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;

import org.jspecify.annotations.Nullable;
import org.quern.examples.esp.EspTunnel;
import org.quern.examples.esp.SecurityAssociation;
import org.quern.examples.traffic.Frame;
import org.quern.examples.traffic.SyntheticTraffic;

/**
 * Decrypts every {@value #EVERY}th packet again at the end of the line and compares it with what went in: for generated traffic with
 * the packet made anew from its number, otherwise with the frame. For the serial lane only.
 */
final class Verifier {
    /** One packet in so many is checked. Odd, so that all places of the IMIX pattern come up. */
    static final int EVERY = 61;

    private final @Nullable SyntheticTraffic traffic;
    private final EspTunnel tunnel = new EspTunnel();
    private final ByteBuffer opened = ByteBuffer.allocateDirect(Frame.CAPACITY_BYTES).order(ByteOrder.BIG_ENDIAN);
    private final ByteBuffer made = ByteBuffer.allocateDirect(Frame.CAPACITY_BYTES).order(ByteOrder.BIG_ENDIAN);
    private long checked;

    Verifier(@Nullable SyntheticTraffic traffic) {
        this.traffic = traffic;
    }

    /** Checks an encapsulated packet, when it is its turn. */
    void check(PacketJob job) throws GeneralSecurityException {
        SecurityAssociation association = job.association;
        if (job.number % EVERY != 0 || association == null) {
            return;
        }
        int length = tunnel.open(association, job.out, job.ipOffset, opened, 0);
        int expected = traffic == null ? job.ipBytes : traffic.make(job.number, made);
        ByteBuffer original = traffic == null ? job.frame.data() : made;
        int at = traffic == null ? job.ipOffset : 0;
        if (length != expected || opened.slice(0, length).mismatch(original.slice(at, length)) >= 0) {
            throw new IllegalStateException(
                    "verification failed: " + Direction.place(job) + " does not decrypt to itself");
        }
        checked++;
    }

    long checked() {
        return checked;
    }
}
