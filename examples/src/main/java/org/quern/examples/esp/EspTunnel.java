package org.quern.examples.esp;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;

import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

import org.jspecify.annotations.Nullable;

/**
 * Puts packets into ESP and takes them out again. Each worker has one of its own: it holds a cipher for every association and
 * direction met (so that a key schedule is computed once and not for each packet) and scratch space, and is not safe for use
 * by several threads at once.
 *
 * <p>Allocates nothing itself except on the first packet of an association; what {@code javax.crypto} allocates for each packet
 * (the parameters with the nonce, and inside the provider) is measured by {@code CipherBaseline}.
 */
public final class EspTunnel {
    /** SPI and sequence number. */
    static final int ESP_HEADER_BYTES = 8;
    /** Explicit IV, RFC 4106 section 3.1. */
    static final int IV_BYTES = 8;
    /** Integrity check value, the 16-byte form of RFC 4106 section 6. */
    public static final int ICV_BYTES = 16;
    /** Pad length and next header. */
    static final int TRAILER_BYTES = 2;
    /** What encapsulation adds at most: IPv6 header, ESP header, IV, padding, trailer, ICV. */
    public static final int MAX_OVERHEAD_BYTES = IpHeader.V6_BYTES + ESP_HEADER_BYTES + IV_BYTES + 3 + TRAILER_BYTES
            + ICV_BYTES;

    private static final int ICV_BITS = ICV_BYTES * 8;
    private static final int NEXT_IPV4 = 4;
    private static final int NEXT_IPV6 = 41;
    /** IP protocol number of ESP. */
    private static final int PROTOCOL_ESP = 50;

    private final IpHeader header = new IpHeader();
    private final byte[] nonce = new byte[SecurityAssociation.SALT_BYTES + IV_BYTES];
    private final byte[] aad = new byte[ESP_HEADER_BYTES];
    private final ByteBuffer nonceView = ByteBuffer.wrap(nonce);
    private final ByteBuffer aadView = ByteBuffer.wrap(aad);
    private final @Nullable HeapMeter meter;
    private Outcome refusal = Outcome.DONE;
    /** By ordinal; null where the association was not met yet. */
    private @Nullable Cipher[] ciphers = new Cipher[16];

    /** A tunnel end that has met no association yet. */
    public EspTunnel() {
        this(null);
    }

    /**
     * A tunnel end that measures what {@code javax.crypto} costs.
     *
     * @param meter counts for this tunnel end alone, or null for none
     */
    public EspTunnel(@Nullable HeapMeter meter) {
        this.meter = meter;
    }

    /**
     * Length of what is encrypted for a packet.
     *
     * @param innerBytes length of the inner packet
     * @return bytes with padding and trailer, a multiple of 4
     */
    public static int plaintextBytes(int innerBytes) {
        return innerBytes + TRAILER_BYTES + 3 & ~3;
    }

    /**
     * Length of the outer packet.
     *
     * @param association under which it is sent
     * @param innerBytes length of the inner packet
     * @return bytes from the outer IP header to the ICV; may exceed what IP can carry, which the caller checks
     */
    public static int sealedBytes(SecurityAssociation association, int innerBytes) {
        return association.outer().bytes() + ESP_HEADER_BYTES + IV_BYTES + plaintextBytes(innerBytes) + ICV_BYTES;
    }

    /**
     * Encapsulates a packet.
     *
     * @param association under which it is sent
     * @param sequence from {@link SecurityAssociation#nextSequence}; a number used twice gives the key away
     * @param in direct buffer in network byte order that holds the inner packet, already checked; up to five bytes behind it are
     *     overwritten; position and limit change
     * @param inAt index of its IP header
     * @param out another direct buffer in network byte order; position and limit change
     * @param outAt index for the outer IP header
     * @return length of the outer packet, {@link #sealedBytes}
     * @throws GeneralSecurityException when the cipher is missing or refuses; no packet can cause that
     */
    public int seal(SecurityAssociation association, long sequence, ByteBuffer in, int inAt, ByteBuffer out, int outAt)
            throws GeneralSecurityException {
        header.read(in, inAt, in.capacity() - inAt);
        int inner = header.totalBytes();
        int plaintext = plaintextBytes(inner);
        putTrailer(in, inAt + inner, plaintext - inner - TRAILER_BYTES);

        int espAt = outAt + association.outer().bytes();
        int espBytes = ESP_HEADER_BYTES + IV_BYTES + plaintext + ICV_BYTES;
        association.outer().put(out, outAt, espBytes, header, (int) sequence);
        out.putInt(espAt, association.spi()).putInt(espAt + 4, (int) sequence).putLong(espAt + ESP_HEADER_BYTES,
                sequence);

        in.limit(inAt + plaintext).position(inAt);
        out.limit(espAt + espBytes).position(espAt + ESP_HEADER_BYTES + IV_BYTES);
        crypt(Cipher.ENCRYPT_MODE, association, (int) sequence, sequence, in, out);
        return association.outer().bytes() + espBytes;
    }

    /** RFC 4303 section 2.4: the padding counts 1, 2, 3; then its length and what kind of packet is inside. */
    private void putTrailer(ByteBuffer in, int at, int padding) {
        for (int i = 0; i < padding; i++) {
            in.put(at + i, (byte) (i + 1));
        }
        in.put(at + padding, (byte) padding);
        in.put(at + padding + 1, (byte) (header.version() == 4 ? NEXT_IPV4 : NEXT_IPV6));
    }

    /**
     * Whether a packet can be taken out of ESP, by its headers alone.
     *
     * @param outer header of the packet, read and found consistent
     * @return {@link Outcome#DONE}, or why not
     */
    public static Outcome openable(IpHeader outer) {
        if (outer.protocol() != PROTOCOL_ESP) {
            return Outcome.NOT_ESP;
        }
        if (outer.isFragment()) {
            return Outcome.FRAGMENT;
        }
        int least = ESP_HEADER_BYTES + IV_BYTES + TRAILER_BYTES + ICV_BYTES;
        return outer.totalBytes() - outer.headerBytes() < least ? Outcome.ESP_TOO_SHORT : Outcome.DONE;
    }

    /**
     * Takes a packet out of ESP: verifies its ICV, decrypts it and checks its trailer. Replay is not checked here: that wants
     * the packets in order.
     *
     * @param association whose SPI the packet bears
     * @param in direct buffer in network byte order that holds the outer packet, found {@link #openable}; position and limit
     *     change
     * @param inAt index of its IP header
     * @param out another direct buffer in network byte order; position and limit change
     * @param outAt index for the inner packet
     * @return length of the inner packet; -1 when there is none, and then {@link #refusal} says why
     * @throws GeneralSecurityException when the cipher is missing or refuses; no packet can cause that
     */
    public int open(SecurityAssociation association, ByteBuffer in, int inAt, ByteBuffer out, int outAt)
            throws GeneralSecurityException {
        header.read(in, inAt, in.capacity() - inAt);
        int espAt = inAt + header.headerBytes();
        int end = inAt + header.totalBytes();
        int plaintext = end - espAt - ESP_HEADER_BYTES - IV_BYTES - ICV_BYTES;
        int sequence = in.getInt(espAt + 4);
        long iv = in.getLong(espAt + ESP_HEADER_BYTES);
        in.limit(end).position(espAt + ESP_HEADER_BYTES + IV_BYTES);
        out.limit(outAt + plaintext).position(outAt);
        try {
            crypt(Cipher.DECRYPT_MODE, association, sequence, iv, in, out);
        } catch (AEADBadTagException e) {
            return refused(Outcome.BAD_ICV);
        }
        return innerBytes(out, outAt, plaintext);
    }

    private int innerBytes(ByteBuffer out, int at, int plaintext) {
        int padding = out.get(at + plaintext - TRAILER_BYTES) & 0xFF;
        int next = out.get(at + plaintext - 1) & 0xFF;
        int inner = plaintext - TRAILER_BYTES - padding;
        if (inner < 1 || header.read(out, at, inner) != Outcome.DONE || header.totalBytes() != inner
                || next != (header.version() == 4 ? NEXT_IPV4 : NEXT_IPV6)) {
            return refused(Outcome.BAD_TRAILER);
        }
        for (int i = 0; i < padding; i++) {
            if (out.get(at + inner + i) != (byte) (i + 1)) {
                return refused(Outcome.BAD_TRAILER);
            }
        }
        return inner;
    }

    private int refused(Outcome why) {
        refusal = why;
        return -1;
    }

    /**
     * Why the last packet could not be opened.
     *
     * @return meaningful only after {@link #open} returned -1
     */
    public Outcome refusal() {
        return refusal;
    }

    /** All that happens inside {@code javax.crypto}, over what lies between position and limit; both are reset after it. */
    private void crypt(int mode, SecurityAssociation association, int sequence, long iv, ByteBuffer in, ByteBuffer out)
            throws GeneralSecurityException {
        nonceView.put(0, association.salt()).putLong(SecurityAssociation.SALT_BYTES, iv);
        aadView.putInt(0, association.spi()).putInt(4, sequence);
        if (meter != null) {
            meter.begin();
        }
        try {
            Cipher cipher = cipher(2 * association.ordinal() + (mode == Cipher.ENCRYPT_MODE ? 0 : 1));
            cipher.init(mode, association.key(), new GCMParameterSpec(ICV_BITS, nonce));
            cipher.updateAAD(aad);
            cipher.doFinal(in, out);
        } finally {
            in.clear();
            out.clear();
            if (meter != null) {
                meter.end();
            }
        }
    }

    private Cipher cipher(int index) throws GeneralSecurityException {
        if (index >= ciphers.length) {
            ciphers = Arrays.copyOf(ciphers, Math.max(index + 1, 2 * ciphers.length));
        }
        Cipher cipher = ciphers[index];
        if (cipher == null) {
            cipher = Cipher.getInstance("AES/GCM/NoPadding");
            ciphers[index] = cipher;
        }
        return cipher;
    }
}
