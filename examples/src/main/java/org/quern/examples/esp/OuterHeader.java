package org.quern.examples.esp;

import java.nio.ByteBuffer;

/**
 * The IP header a gateway puts in front: addresses from the association, DSCP, ECN and DF copied from the inner packet (RFC
 * 4301 section 5.1.2, RFC 6040 normal mode), hop limit 64. Immutable.
 */
public final class OuterHeader {
    private static final int PROTOCOL_ESP = 50;
    private static final int HOP_LIMIT = 64;
    private static final int V4_FIRST_BYTE = 0x45;

    private final IpAddress source;
    private final IpAddress destination;

    OuterHeader(IpAddress source, IpAddress destination) {
        if (source.version() != destination.version()) {
            throw new IllegalArgumentException(
                    "outer addresses " + source + " and " + destination + " differ in version");
        }
        this.source = source;
        this.destination = destination;
    }

    /**
     * Version of the outer packet.
     *
     * @return 4 or 6
     */
    public int version() {
        return source.version();
    }

    /**
     * Length of the header.
     *
     * @return bytes, 20 or 40
     */
    public int bytes() {
        return version() == 4 ? IpHeader.V4_BYTES : IpHeader.V6_BYTES;
    }

    /**
     * Where the tunnel begins.
     *
     * @return address of the sending gateway
     */
    public IpAddress source() {
        return source;
    }

    /**
     * Where the tunnel ends.
     *
     * @return address of the receiving gateway
     */
    public IpAddress destination() {
        return destination;
    }

    /**
     * Writes the header.
     *
     * @param out in network byte order
     * @param at index of its first byte
     * @param payloadBytes what follows it
     * @param inner header of the packet inside
     * @param id the IPv4 identification, low 16 bits count
     */
    void put(ByteBuffer out, int at, int payloadBytes, IpHeader inner, int id) {
        if (version() == 4) {
            putV4(out, at, payloadBytes, inner, id);
        } else {
            out.putInt(at, (6 << 28) | (inner.trafficClass() << 20));
            out.putShort(at + 4, (short) payloadBytes);
            out.put(at + 6, (byte) PROTOCOL_ESP).put(at + 7, (byte) HOP_LIMIT);
            source.put(out, at + 8);
            destination.put(out, at + 24);
        }
    }

    private void putV4(ByteBuffer out, int at, int payloadBytes, IpHeader inner, int id) {
        out.put(at, (byte) V4_FIRST_BYTE).put(at + 1, (byte) inner.trafficClass());
        out.putShort(at + 2, (short) (IpHeader.V4_BYTES + payloadBytes)).putShort(at + 4, (short) id);
        out.putShort(at + 6, (short) (inner.dontFragment() ? 0x4000 : 0));
        out.put(at + 8, (byte) HOP_LIMIT).put(at + 9, (byte) PROTOCOL_ESP);
        source.put(out, at + 12);
        destination.put(out, at + 16);
        IpHeader.putV4Checksum(out, at);
    }
}
