package org.quern.examples.esp;

import java.nio.ByteBuffer;

/**
 * What we need to know of an IPv4 or IPv6 header; one object reads many headers. RFC 791, RFC 8200.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class IpHeader {
    /** The longest IP packet we handle, in bytes: what IPv4's length field can say. */
    public static final int MAX_PACKET_BYTES = 65_535;

    static final int V4_BYTES = 20;
    static final int V6_BYTES = 40;
    private static final int V4_MORE_OR_OFFSET = 0x3FFF;
    private static final int V4_DONT_FRAGMENT = 0x4000;

    private int version;
    private int headerBytes;
    private int totalBytes;
    private int protocol;
    private int trafficClass;
    private boolean fragment;
    private boolean dontFragment;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;

    /** A header that has read nothing yet. */
    public IpHeader() {}

    /**
     * Reads a header and checks it against itself and against what is there.
     *
     * @param data holds the packet, in network byte order
     * @param at index of its first byte
     * @param available bytes from there on
     * @return {@link Outcome#DONE}, {@link Outcome#CUT_SHORT} or {@link Outcome#BAD_IP_HEADER}; unless DONE, the accessors mean
     *     nothing
     */
    public Outcome read(ByteBuffer data, int at, int available) {
        if (available < 1) {
            return Outcome.CUT_SHORT;
        }
        version = data.get(at) >> 4 & 0xF;
        if (available < (version == 6 ? V6_BYTES : V4_BYTES)) {
            return Outcome.CUT_SHORT;
        }
        boolean consistent = version == 4 ? readV4(data, at) : version == 6 && readV6(data, at);
        if (!consistent) {
            return Outcome.BAD_IP_HEADER;
        }
        return totalBytes <= available ? Outcome.DONE : Outcome.CUT_SHORT;
    }

    private boolean readV4(ByteBuffer data, int at) {
        headerBytes = (data.get(at) & 0xF) * 4;
        totalBytes = data.getShort(at + 2) & 0xFFFF;
        trafficClass = data.get(at + 1) & 0xFF;
        int fragmentation = data.getShort(at + 6);
        fragment = (fragmentation & V4_MORE_OR_OFFSET) != 0;
        dontFragment = (fragmentation & V4_DONT_FRAGMENT) != 0;
        protocol = data.get(at + 9) & 0xFF;
        sourceHigh = 0;
        destinationHigh = 0;
        sourceLow = data.getInt(at + 12) & 0xFFFF_FFFFL;
        destinationLow = data.getInt(at + 16) & 0xFFFF_FFFFL;
        return headerBytes >= V4_BYTES && totalBytes >= headerBytes;
    }

    private boolean readV6(ByteBuffer data, int at) {
        headerBytes = V6_BYTES;
        totalBytes = V6_BYTES + (data.getShort(at + 4) & 0xFFFF);
        trafficClass = data.getInt(at) >> 20 & 0xFF;
        protocol = data.get(at + 6) & 0xFF;
        fragment = false;
        dontFragment = true;
        sourceHigh = data.getLong(at + 8);
        sourceLow = data.getLong(at + 16);
        destinationHigh = data.getLong(at + 24);
        destinationLow = data.getLong(at + 32);
        return true;
    }

    /**
     * IP version.
     *
     * @return 4 or 6
     */
    public int version() {
        return version;
    }

    /**
     * Length of the header, with IPv4 options, without IPv6 extension headers.
     *
     * @return bytes
     */
    public int headerBytes() {
        return headerBytes;
    }

    /**
     * Length of the packet as its header states it.
     *
     * @return bytes, header included
     */
    public int totalBytes() {
        return totalBytes;
    }

    /**
     * What follows the header.
     *
     * @return IP protocol number
     */
    public int protocol() {
        return protocol;
    }

    /**
     * DSCP and ECN together.
     *
     * @return 0 to 255
     */
    public int trafficClass() {
        return trafficClass;
    }

    /**
     * Whether this is an IPv4 fragment.
     *
     * @return false for IPv6, whose fragments carry an extension header
     */
    public boolean isFragment() {
        return fragment;
    }

    /**
     * Whether routers may not fragment the packet.
     *
     * @return the IPv4 DF bit; true for IPv6
     */
    public boolean dontFragment() {
        return dontFragment;
    }

    /**
     * Upper half of the source address.
     *
     * @return 64 bits; 0 for IPv4
     */
    public long sourceHigh() {
        return sourceHigh;
    }

    /**
     * Lower half of the source address.
     *
     * @return 64 bits; an unsigned 32-bit number for IPv4
     */
    public long sourceLow() {
        return sourceLow;
    }

    /**
     * Upper half of the destination address.
     *
     * @return 64 bits; 0 for IPv4
     */
    public long destinationHigh() {
        return destinationHigh;
    }

    /**
     * Lower half of the destination address.
     *
     * @return 64 bits; an unsigned 32-bit number for IPv4
     */
    public long destinationLow() {
        return destinationLow;
    }

    /**
     * Completes an IPv4 header without options by its checksum (RFC 1071).
     *
     * @param data holds the header, in network byte order
     * @param at index of its first byte
     */
    public static void putV4Checksum(ByteBuffer data, int at) {
        data.putShort(at + 10, (short) 0);
        int sum = 0;
        for (int i = 0; i < V4_BYTES; i += 2) {
            sum += data.getShort(at + i) & 0xFFFF;
        }
        sum = (sum & 0xFFFF) + (sum >>> 16);
        sum = (sum & 0xFFFF) + (sum >>> 16);
        data.putShort(at + 10, (short) ~sum);
    }
}
