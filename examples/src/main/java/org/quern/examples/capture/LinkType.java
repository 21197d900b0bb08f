package org.quern.examples.capture;

import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

/**
 * The link layers whose frames we can open: where the IP packet begins, and how the link header names its version.
 *
 * <p>Numbers and layouts: <a href="https://www.tcpdump.org/linktypes.html">tcpdump.org/linktypes</a>.
 */
public enum LinkType {
    /** BSD loopback: a 4-byte protocol family in the capturing host's byte order. */
    NULL(0, 4),
    /** Ethernet, with up to two VLAN tags. */
    ETHERNET(1, 14),
    /** No link header; the packet begins with its IP header. */
    RAW(101, 0),
    /** OpenBSD loopback: a 4-byte protocol family in network byte order. */
    LOOP(108, 4),
    /** Linux "cooked" capture, version 1. */
    LINUX_SLL(113, 16),
    /** IPv4 packets without a link header. */
    IPV4(228, 0),
    /** IPv6 packets without a link header. */
    IPV6(229, 0),
    /** Linux "cooked" capture, version 2. */
    LINUX_SLL2(276, 20);

    /** Longest link header of any type here, in bytes: Ethernet with two VLAN tags, or SLL2. */
    public static final int MAX_HEADER_BYTES = 22;

    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int ETHERTYPE_IPV6 = 0x86DD;
    private static final int ETHERTYPE_VLAN = 0x8100;
    private static final int ETHERTYPE_QINQ = 0x88A8;
    private static final int FAMILY_INET = 2;
    /** AF_INET6 differs between systems: Linux 10, NetBSD and OpenBSD 24, FreeBSD 28, macOS 30. */
    private static final int FAMILY_INET6 = 30;

    private final int number;
    private final int headerBytes;

    LinkType(int number, int headerBytes) {
        this.number = number;
        this.headerBytes = headerBytes;
    }

    /**
     * The number that stands for this type in a capture.
     *
     * @return LINKTYPE_ number, 0 to 65535
     */
    public int number() {
        return number;
    }

    /**
     * The type with a number.
     *
     * @param number LINKTYPE_ number
     * @return the type, or null when it is none of ours
     */
    public static @Nullable LinkType ofNumber(int number) {
        for (LinkType type : values()) {
            if (type.number == number) {
                return type;
            }
        }
        return null;
    }

    /**
     * Finds the IP packet in a frame.
     *
     * @param frame holds the frame from index 0, in network byte order; position and limit are not used
     * @param length length of the frame in bytes
     * @return where the IP packet begins, 0 to {@link #MAX_HEADER_BYTES}; -1 when the frame carries something else or ends inside
     *     its link header
     */
    public int ipOffset(ByteBuffer frame, int length) {
        int end = headerEnd(frame, length);
        if (end < 0 || end >= length) {
            return -1;
        }
        int version = version(frame, end);
        boolean isIp = version == 4 || version == 6;
        return isIp && version == (frame.get(end) >> 4 & 0xF) ? end : -1;
    }

    /**
     * Makes a copied link header name another IP version; no change when it already does.
     *
     * @param frame holds the link header from index 0
     * @param ipOffset length of the link header, as {@link #ipOffset} gave it
     * @param version 4 or 6
     */
    public void nameVersion(ByteBuffer frame, int ipOffset, int version) {
        if (this == IPV4 || this == IPV6 || version(frame, ipOffset) == version) {
            return;
        }
        short etherType = (short) (version == 4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);
        int family = version == 4 ? FAMILY_INET : FAMILY_INET6;
        switch (this) {
            case RAW, IPV4, IPV6 -> {
            }
            case ETHERNET, LINUX_SLL -> frame.putShort(ipOffset - 2, etherType);
            case LINUX_SLL2 -> frame.putShort(0, etherType);
            case LOOP -> frame.putInt(0, family);
            // Whose order the host had shows in which end of the old family is empty.
            case NULL -> frame.putInt(0, frame.getInt(0) >>> 16 == 0 ? family : Integer.reverseBytes(family));
        }
    }

    /**
     * Whether packets of an IP version may stand in this link type.
     *
     * @param version 4 or 6
     * @return false only for the two types bound to one version
     */
    public boolean carries(int version) {
        return this == IPV4 ? version == 4 : this != IPV6 || version == 6;
    }

    /** End of the link header, or -1 when the frame ends inside it. */
    private int headerEnd(ByteBuffer frame, int length) {
        int end = headerBytes;
        if (this == ETHERNET) {
            while (end <= length && end < MAX_HEADER_BYTES && isVlanTag(frame, end - 2)) {
                end += 4;
            }
        }
        return end <= length ? end : -1;
    }

    private static boolean isVlanTag(ByteBuffer frame, int at) {
        int etherType = frame.getShort(at) & 0xFFFF;
        return etherType == ETHERTYPE_VLAN || etherType == ETHERTYPE_QINQ;
    }

    /** The IP version a link header names, or 0 for anything else. */
    private int version(ByteBuffer frame, int ipOffset) {
        return switch (this) {
            case RAW -> frame.get(ipOffset) >> 4 & 0xF;
            case IPV4 -> 4;
            case IPV6 -> 6;
            case ETHERNET, LINUX_SLL -> ofEtherType(frame.getShort(ipOffset - 2) & 0xFFFF);
            case LINUX_SLL2 -> ofEtherType(frame.getShort(0) & 0xFFFF);
            case LOOP -> ofFamily(frame.getInt(0));
            case NULL -> {
                int family = frame.getInt(0);
                yield ofFamily(family >>> 16 == 0 ? family : Integer.reverseBytes(family));
            }
        };
    }

    private static int ofEtherType(int etherType) {
        return etherType == ETHERTYPE_IPV4 ? 4 : etherType == ETHERTYPE_IPV6 ? 6 : 0;
    }

    private static int ofFamily(int family) {
        return switch (family) {
            case FAMILY_INET -> 4;
            case 10, 24, 28, FAMILY_INET6 -> 6;
            default -> 0;
        };
    }
}
