package org.quern.examples.esp;

import java.util.Locale;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * One direction of one tunnel: which packets, under which key, between which gateways. RFC 4301 section 4.4.2.
 *
 * <p>Of its two counters the sending sequence belongs to the thread that submits packets, the replay window to whoever runs
 * {@code serial}; neither is safe for several threads at once. All else never changes.
 */
public final class SecurityAssociation {
    /** Length of the salt in front of each IV, in bytes. */
    public static final int SALT_BYTES = 4;
    /** SPIs up to this are reserved by RFC 4303 section 2.1. */
    static final long RESERVED_SPI = 255;

    private static final long MAX_SEQUENCE = 0xFFFF_FFFFL;

    private final int ordinal;
    private final int spi;
    private final IpPrefix source;
    private final IpPrefix destination;
    private final OuterHeader outer;
    private final byte[] keyBytes;
    private final SecretKey key;
    private final byte[] salt;
    private final ReplayWindow replay = new ReplayWindow();
    private long lastSequence;

    SecurityAssociation(int ordinal, int spi, IpPrefix source, IpPrefix destination, OuterHeader outer, byte[] key,
            byte[] salt) {
        this.ordinal = ordinal;
        this.spi = spi;
        this.source = source;
        this.destination = destination;
        this.outer = outer;
        this.keyBytes = key.clone();
        this.key = new SecretKeySpec(key, "AES");
        this.salt = salt.clone();
    }

    /**
     * Takes the next sequence number, which is the next IV as well.
     *
     * @return 1, 2, .. 2^32-1; -1 when they are used up and the association wants a new key
     */
    public long nextSequence() {
        return lastSequence == MAX_SEQUENCE ? -1 : ++lastSequence;
    }

    /** For tests: as if so many packets had been sent. */
    void skipTo(long sequence) {
        lastSequence = sequence;
    }

    /**
     * Whether a packet belongs to this association.
     *
     * @param header its IP header, read
     * @return true when both selectors contain its addresses
     */
    public boolean selects(IpHeader header) {
        return source.contains(header.version(), header.sourceHigh(), header.sourceLow())
                && destination.contains(header.version(), header.destinationHigh(), header.destinationLow());
    }

    /**
     * Place in its file, counted from 0.
     *
     * @return index for per-association tables
     */
    public int ordinal() {
        return ordinal;
    }

    /**
     * Security parameters index.
     *
     * @return 32 bits, unsigned
     */
    public int spi() {
        return spi;
    }

    /**
     * Selector of source addresses.
     *
     * @return a prefix
     */
    public IpPrefix source() {
        return source;
    }

    /**
     * Selector of destination addresses.
     *
     * @return a prefix
     */
    public IpPrefix destination() {
        return destination;
    }

    /**
     * The outer IP header.
     *
     * @return its template
     */
    public OuterHeader outer() {
        return outer;
    }

    /**
     * The packets already received; owned by whoever delivers them in order.
     *
     * @return the anti-replay window
     */
    public ReplayWindow replay() {
        return replay;
    }

    SecretKey key() {
        return key;
    }

    byte[] salt() {
        return salt;
    }

    byte[] keyBytes() {
        return keyBytes;
    }

    /**
     * Names the association without its key.
     *
     * @return SPI and selectors
     */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "0x%08x (%s -> %s)", spi, source, destination);
    }
}
