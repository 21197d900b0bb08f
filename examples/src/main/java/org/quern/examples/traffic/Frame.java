package org.quern.examples.traffic;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

import org.quern.examples.capture.LinkType;

/**
 * One captured packet with its link header, in a buffer that is used again and again. Owned by one thread at a time; whoever
 * hands it over orders the accesses.
 */
public final class Frame {
    /**
     * Room for the longest link header, the longest IP packet (IPv6: 65,575 bytes) and what encapsulation puts behind it. A
     * whole number of 4 KiB pages.
     */
    public static final int CAPACITY_BYTES = 17 * 4096;

    private final ByteBuffer data;
    private LinkType linkType = LinkType.RAW;
    private int bytes;
    private long timestampNanos;
    private long packetNumber;
    private long fileOffset;
    private int pass;

    /**
     * A frame over a buffer.
     *
     * @param data direct, {@link #CAPACITY_BYTES} long
     * @throws IllegalArgumentException when it is shorter
     */
    public Frame(ByteBuffer data) {
        if (data.capacity() < CAPACITY_BYTES) {
            throw new IllegalArgumentException(
                    "data=" + data.capacity() + " bytes: must be at least " + CAPACITY_BYTES);
        }
        this.data = data.order(ByteOrder.BIG_ENDIAN);
    }

    /**
     * Describes the packet whose bytes were just put into {@link #data}.
     *
     * @param type its link type
     * @param length its length with the link header, in bytes
     * @param nanos when it was captured, since 1970
     * @param number its number in its capture, from 1
     * @param offset where in its capture it stands; 0 for generated packets
     * @param passNumber how often the capture was read before
     */
    void describe(LinkType type, int length, long nanos, long number, long offset, int passNumber) {
        linkType = type;
        bytes = length;
        timestampNanos = nanos;
        packetNumber = number;
        fileOffset = offset;
        pass = passNumber;
    }

    /**
     * The bytes, from index 0, in network byte order.
     *
     * @return the buffer this frame was made with
     */
    public ByteBuffer data() {
        return data;
    }

    /**
     * What stands in front of the IP header.
     *
     * @return the link type
     */
    public LinkType linkType() {
        return linkType;
    }

    /**
     * Length with the link header.
     *
     * @return bytes, at most {@link #CAPACITY_BYTES}
     */
    public int bytes() {
        return bytes;
    }

    /**
     * When the packet was captured.
     *
     * @return nanoseconds since 1970
     */
    public long timestampNanos() {
        return timestampNanos;
    }

    /**
     * Number in its capture.
     *
     * @return from 1, as Wireshark counts
     */
    public long packetNumber() {
        return packetNumber;
    }

    /**
     * Place in its capture.
     *
     * @return offset in bytes
     */
    public long fileOffset() {
        return fileOffset;
    }

    /**
     * Which reading of the capture this packet is from.
     *
     * @return 0 for the first
     */
    public int pass() {
        return pass;
    }
}
