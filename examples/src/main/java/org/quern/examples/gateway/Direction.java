package org.quern.examples.gateway;

import java.security.GeneralSecurityException;

import org.quern.examples.capture.LinkType;
import org.quern.examples.esp.EspTunnel;
import org.quern.examples.esp.IpHeader;
import org.quern.examples.esp.Outcome;

/** What the gateway does to a packet at each of its three stations. */
abstract sealed class Direction implements AutoCloseable permits Encapsulation, Decapsulation {
    private final IpHeader header = new IpHeader();

    /**
     * Submitting thread: finds the packet's association and everything that depends on the order of packets.
     *
     * @throws GatewayException when the run must end here
     */
    final void admit(PacketJob job) throws GatewayException {
        job.association = null;
        job.sequence = 0;
        LinkType link = job.frame.linkType();
        job.ipOffset = link.ipOffset(job.frame.data(), job.frame.bytes());
        job.outcome = job.ipOffset < 0
                ? Outcome.NOT_IP
                : header.read(job.frame.data(), job.ipOffset, job.frame.bytes() - job.ipOffset);
        if (job.outcome == Outcome.DONE) {
            job.ipBytes = header.totalBytes();
            admit(job, header);
        }
    }

    /** The rest of {@link #admit(PacketJob)}, for a packet whose IP header is in order. */
    abstract void admit(PacketJob job, IpHeader header) throws GatewayException;

    /** Any worker: makes {@code job.out} from {@code job.frame}, or sets the outcome. Called for admitted packets only. */
    abstract void transform(PacketJob job, EspTunnel tunnel) throws GeneralSecurityException;

    /** Serial lane: the last word on the outcome, given in input order. Called for transformed packets only. */
    abstract Outcome settle(PacketJob job);

    /** Copies the link header and makes it name the version of what follows it. */
    static void putLinkHeader(PacketJob job, int version) {
        job.out.put(0, job.frame.data(), 0, job.ipOffset);
        job.frame.linkType().nameVersion(job.out, job.ipOffset, version);
    }

    /** Where in its capture a packet stands, for messages. */
    static String place(PacketJob job) {
        long offset = job.frame.fileOffset();
        return "packet " + job.frame.packetNumber() + (offset == 0 ? "" : " at byte " + offset);
    }

    @Override
    public abstract void close();
}
