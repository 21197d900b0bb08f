package org.quern.examples.gateway;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.quern.examples.esp.IpHeader;
import org.quern.examples.esp.SecurityAssociation;
import org.quern.xarray.XArray;

/**
 * Which association a packet's flow belongs to. A flow is a pair of addresses. The first packet of a flow walks the list of
 * associations, first match wins; later ones find the answer in an {@link XArray}.
 *
 * <p>Index for IPv4: {@code source << 32 | destination}, all 64 bits, unsigned. It is exact, so nothing need be compared, and
 * flows of one source network lie together. Index for IPv6, in an array of its own: the four address words mixed to 64 bits;
 * the entry holds the addresses and an entry of another flow is passed by.
 *
 * <p>Bounded: at {@value #MAX_FLOWS} flows both arrays are emptied, as they hold nothing that cannot be found again. Only the
 * submitting thread uses the table.
 */
final class FlowTable implements AutoCloseable {
    static final int MAX_FLOWS = 1 << 16;

    private final List<SecurityAssociation> associations;
    private final XArray<SecurityAssociation> flows4 = XArray.create();
    private final XArray<Flow6> flows6 = XArray.create();
    private int flows;

    /** A flow whose index is a hash, and therefore says which flow it is. */
    private record Flow6(long sourceHigh, long sourceLow, long destinationHigh, long destinationLow,
            SecurityAssociation association) {
        boolean is(IpHeader header) {
            return sourceHigh == header.sourceHigh() && sourceLow == header.sourceLow()
                    && destinationHigh == header.destinationHigh() && destinationLow == header.destinationLow();
        }
    }

    FlowTable(List<SecurityAssociation> associations) {
        this.associations = associations;
    }

    /** The association of a packet, or null when none selects it. */
    @Nullable
    SecurityAssociation find(IpHeader header) {
        return header.version() == 4 ? find4(header) : find6(header);
    }

    private @Nullable SecurityAssociation find4(IpHeader header) {
        long index = header.sourceLow() << 32 | header.destinationLow();
        SecurityAssociation known = flows4.load(index);
        if (known != null) {
            return known;
        }
        SecurityAssociation found = firstMatch(header);
        if (found != null) {
            makeRoom();
            flows4.store(index, found);
        }
        return found;
    }

    private @Nullable SecurityAssociation find6(IpHeader header) {
        long index = mix(mix(mix(header.sourceHigh()) ^ header.sourceLow()) ^ header.destinationHigh())
                ^ header.destinationLow();
        Flow6 known = flows6.load(index);
        if (known != null && known.is(header)) {
            return known.association();
        }
        SecurityAssociation found = firstMatch(header);
        if (found != null && known == null) {
            makeRoom();
            flows6.store(index, new Flow6(header.sourceHigh(), header.sourceLow(), header.destinationHigh(),
                    header.destinationLow(), found));
        }
        return found;
    }

    private @Nullable SecurityAssociation firstMatch(IpHeader header) {
        for (SecurityAssociation association : associations) {
            if (association.selects(header)) {
                return association;
            }
        }
        return null;
    }

    private void makeRoom() {
        if (++flows > MAX_FLOWS) {
            flows4.clear();
            flows6.clear();
            flows = 1;
        }
    }

    /** One round of SplitMix64's finaliser. */
    private static long mix(long n) {
        long z = (n ^ n >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        return z ^ z >>> 29;
    }

    @Override
    public void close() {
        flows4.close();
        flows6.close();
    }
}
