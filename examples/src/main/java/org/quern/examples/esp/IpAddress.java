package org.quern.examples.esp;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.regex.Pattern;

/**
 * An IPv4 or IPv6 address as a number.
 *
 * @param version 4 or 6
 * @param high upper 64 bits; 0 for IPv4
 * @param low lower 64 bits; an unsigned 32-bit number for IPv4
 */
public record IpAddress(int version, long high, long low) {
    /** Four decimal parts, or anything with colons and without a zone; the JDK would also take "1" and "10.1". */
    private static final Pattern LITERAL = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F.]*:[0-9a-fA-F.:]*");

    /**
     * Reads an address literal; no name is ever looked up.
     *
     * @param text such as {@code 192.0.2.1} or {@code 2001:db8::1}
     * @return the address
     * @throws IllegalArgumentException when the text is no address
     */
    public static IpAddress parse(String text) {
        InetAddress address;
        if (!LITERAL.matcher(text).matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is no IP address");
        }
        try {
            address = InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("\"" + text + "\" is no IP address", e);
        }
        ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
        return address instanceof Inet4Address
                ? new IpAddress(4, 0, bytes.getInt() & 0xFFFF_FFFFL)
                : new IpAddress(6, bytes.getLong(), bytes.getLong());
    }

    /**
     * Writes the address in network byte order.
     *
     * @param to buffer in network byte order
     * @param at index of the first byte; 4 or 16 bytes are written
     */
    public void put(ByteBuffer to, int at) {
        if (version == 4) {
            to.putInt(at, (int) low);
        } else {
            to.putLong(at, high).putLong(at + 8, low);
        }
    }

    @Override
    public String toString() {
        byte[] bytes = new byte[version == 4 ? 4 : 16];
        put(ByteBuffer.wrap(bytes), 0);
        try {
            return InetAddress.getByAddress(bytes).getHostAddress();
        } catch (UnknownHostException e) {
            throw new AssertionError("an address of " + bytes.length + " bytes", e);
        }
    }
}
