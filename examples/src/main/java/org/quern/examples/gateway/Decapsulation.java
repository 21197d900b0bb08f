package org.quern.examples.gateway;

import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Locale;

import org.quern.examples.esp.EspTunnel;
import org.quern.examples.esp.IpHeader;
import org.quern.examples.esp.Outcome;
import org.quern.examples.esp.SecurityAssociation;
import org.quern.xarray.XArray;

/**
 * Out of the tunnel. Associations stand in an {@link XArray} whose index is the SPI, an unsigned 32-bit number. Replay is judged on
 * the serial lane: after authentication, as RFC 4303 demands, and in order.
 */
final class Decapsulation extends Direction {
    private final List<SecurityAssociation> associations;
    private final XArray<SecurityAssociation> bySpi = XArray.create();
    /** Serial lane: which reading of the capture the replay windows are about. */
    private int pass;

    Decapsulation(List<SecurityAssociation> associations) {
        this.associations = associations;
        for (SecurityAssociation association : associations) {
            bySpi.store(Integer.toUnsignedLong(association.spi()), association);
        }
    }

    @Override
    void admit(PacketJob job, IpHeader header) throws GatewayException {
        job.outcome = EspTunnel.openable(header);
        if (job.outcome != Outcome.DONE) {
            return;
        }
        int esp = job.ipOffset + header.headerBytes();
        int spi = job.frame.data().getInt(esp);
        SecurityAssociation association = bySpi.load(Integer.toUnsignedLong(spi));
        if (association == null) {
            throw new GatewayException(
                    place(job) + String.format(Locale.ROOT, ": no association has the SPI 0x%08x", spi));
        }
        job.association = association;
        job.sequence = Integer.toUnsignedLong(job.frame.data().getInt(esp + 4));
    }

    @Override
    void transform(PacketJob job, EspTunnel tunnel) throws GeneralSecurityException {
        SecurityAssociation association = job.association;
        if (association == null) {
            throw new IllegalStateException(place(job) + " was admitted without an association");
        }
        int inner = tunnel.open(association, job.frame.data(), job.ipOffset, job.out, job.ipOffset);
        if (inner < 0) {
            job.outcome = tunnel.refusal();
            return;
        }
        int version = job.out.get(job.ipOffset) >> 4;
        if (!job.frame.linkType().carries(version)) {
            job.outcome = Outcome.WRONG_VERSION;
            return;
        }
        putLinkHeader(job, version);
        job.outBytes = job.ipOffset + inner;
    }

    @Override
    Outcome settle(PacketJob job) {
        SecurityAssociation association = job.association;
        if (association == null || job.outcome != Outcome.DONE) {
            return job.outcome;
        }
        if (job.frame.pass() != pass) {
            pass = job.frame.pass();
            associations.forEach(a -> a.replay().reset());
        }
        return association.replay().admit(job.sequence) ? Outcome.DONE : Outcome.REPLAYED;
    }

    @Override
    public void close() {
        bySpi.close();
    }
}
