package org.quern.examples.gateway;

import java.security.GeneralSecurityException;
import java.util.List;

import org.quern.examples.esp.EspTunnel;
import org.quern.examples.esp.IpAddress;
import org.quern.examples.esp.IpHeader;
import org.quern.examples.esp.Outcome;
import org.quern.examples.esp.SecurityAssociation;

/** Into the tunnel. The sequence number, and with it the nonce, is taken on the submitting thread: in input order. */
final class Encapsulation extends Direction {
    private final FlowTable flows;
    /** Serial lane: the last sequence number delivered of each association, by ordinal. */
    private final long[] delivered;

    Encapsulation(List<SecurityAssociation> associations) {
        flows = new FlowTable(associations);
        delivered = new long[associations.size()];
    }

    @Override
    void admit(PacketJob job, IpHeader header) throws GatewayException {
        SecurityAssociation association = flows.find(header);
        if (association == null) {
            throw new GatewayException(place(job) + ": no association selects "
                    + new IpAddress(header.version(), header.sourceHigh(), header.sourceLow()) + " -> "
                    + new IpAddress(header.version(), header.destinationHigh(), header.destinationLow()));
        }
        if (EspTunnel.sealedBytes(association, job.ipBytes) > IpHeader.MAX_PACKET_BYTES) {
            job.outcome = Outcome.TOO_LONG;
        } else if (!job.frame.linkType().carries(association.outer().version())) {
            job.outcome = Outcome.WRONG_VERSION;
        } else {
            job.association = association;
            job.sequence = association.nextSequence();
            if (job.sequence < 0) {
                throw new GatewayException(place(job) + ": association " + association
                        + " has used up its sequence numbers and wants a new key");
            }
        }
    }

    @Override
    void transform(PacketJob job, EspTunnel tunnel) throws GeneralSecurityException {
        SecurityAssociation association = job.association;
        if (association == null) {
            throw new IllegalStateException(place(job) + " was admitted without an association");
        }
        putLinkHeader(job, association.outer().version());
        job.outBytes = job.ipOffset
                + tunnel.seal(association, job.sequence, job.frame.data(), job.ipOffset, job.out, job.ipOffset);
    }

    @Override
    Outcome settle(PacketJob job) {
        SecurityAssociation association = job.association;
        if (association == null || job.sequence != delivered[association.ordinal()] + 1) {
            throw new IllegalStateException("order lost: " + place(job) + " of association " + association
                    + " has sequence number " + job.sequence);
        }
        delivered[association.ordinal()] = job.sequence;
        return job.outcome;
    }

    @Override
    public void close() {
        flows.close();
    }
}
