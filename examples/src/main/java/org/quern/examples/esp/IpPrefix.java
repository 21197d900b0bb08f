package org.quern.examples.esp;

/**
 * A network: the addresses that share their first bits with {@code address}.
 *
 * @param address one address of the network, its host bits zero
 * @param bits how many leading bits count: 0 to 32 or 0 to 128
 */
public record IpPrefix(IpAddress address, int bits) {
    /**
     * Checks that no host bit is set.
     *
     * @throws IllegalArgumentException when {@code bits} is out of range or a host bit is set
     */
    public IpPrefix {
        int all = address.version() == 4 ? 32 : 128;
        if (bits < 0 || bits > all) {
            throw new IllegalArgumentException("prefix length " + bits + ": must be 0.." + all);
        }
        if ((address.low() & ~lowMask(address.version(), bits)) != 0 || (address.high() & ~highMask(bits)) != 0) {
            throw new IllegalArgumentException(address + "/" + bits + " has bits behind its prefix");
        }
    }

    /**
     * Reads {@code address/bits}; without {@code /bits} a single address.
     *
     * @param text such as {@code 10.1.0.0/16}
     * @return the prefix
     * @throws IllegalArgumentException when the text is none
     */
    public static IpPrefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            IpAddress address = IpAddress.parse(text);
            return new IpPrefix(address, address.version() == 4 ? 32 : 128);
        }
        String length = text.substring(slash + 1);
        if (!length.matches("[0-9]{1,3}")) {
            throw new IllegalArgumentException("\"" + text + "\" is no prefix: want ADDRESS/BITS");
        }
        return new IpPrefix(IpAddress.parse(text.substring(0, slash)), Integer.parseInt(length));
    }

    /**
     * Whether an address lies in this network.
     *
     * @param version 4 or 6
     * @param high upper 64 bits of the address, 0 for IPv4
     * @param low lower 64 bits
     * @return false also for an address of the other version
     */
    public boolean contains(int version, long high, long low) {
        return version == address.version() && (low & lowMask(version, bits)) == address.low()
                && (high & highMask(bits)) == address.high();
    }

    /**
     * An address of this network.
     *
     * @param host any number; its low bits become the host bits
     * @return the prefix with those host bits
     */
    public IpAddress addressOf(long host) {
        long mask = lowMask(address.version(), bits);
        long room = address.version() == 4 ? 0xFFFF_FFFFL : -1L;
        return new IpAddress(address.version(), address.high(), address.low() | (host & ~mask & room));
    }

    private static long lowMask(int version, int bits) {
        if (version == 4) {
            return -1L << (32 - bits) & 0xFFFF_FFFFL;
        }
        return bits <= 64 ? 0 : -1L << (128 - bits);
    }

    /** IPv4 addresses have no upper half, and any mask passes its zeros. */
    private static long highMask(int bits) {
        return bits == 0 ? 0 : bits >= 64 ? -1L : -1L << (64 - bits);
    }

    @Override
    public String toString() {
        return address + "/" + bits;
    }
}
