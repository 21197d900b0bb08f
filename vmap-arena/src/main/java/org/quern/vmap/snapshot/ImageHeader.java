package org.quern.vmap.snapshot;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;

/**
 * The first 128 bytes of an image.
 *
 * @param identity whose memory
 * @param sequence which snapshot of it, 1, 2, ..
 * @param base whether it holds everything
 * @param id what the next one calls it
 * @param previousId the id of the one before; 0 for a base
 * @param bytes the size of the memory
 * @param pageBytes the size of a page
 * @param created when
 */
record ImageHeader(UUID identity, long sequence, boolean base, long id, long previousId, long bytes, int pageBytes,
        Instant created) {
    private static final int AT_VERSION = 8;
    private static final int AT_HEADER_BYTES = 12;
    private static final int AT_IDENTITY = 16;
    private static final int AT_SEQUENCE = 32;
    private static final int AT_BASE = 40;
    private static final int AT_PAGE_BYTES = 44;
    private static final int AT_ID = 48;
    private static final int AT_PREVIOUS = 56;
    private static final int AT_BYTES = 64;
    private static final int AT_CREATED = 72;
    private static final int AT_CRC = 124;

    ByteBuffer encode() {
        ByteBuffer to = Layout.buffer(Layout.HEADER_BYTES);
        to.putLong(0, Layout.MAGIC).putInt(AT_VERSION, Layout.VERSION).putInt(AT_HEADER_BYTES, Layout.HEADER_BYTES)
                .putLong(AT_IDENTITY, identity.getMostSignificantBits())
                .putLong(AT_IDENTITY + 8, identity.getLeastSignificantBits()).putLong(AT_SEQUENCE, sequence)
                .putInt(AT_BASE, base ? 1 : 0).putInt(AT_PAGE_BYTES, pageBytes).putLong(AT_ID, id)
                .putLong(AT_PREVIOUS, previousId).putLong(AT_BYTES, bytes)
                .putLong(AT_CREATED, created.toEpochMilli());
        return to.putInt(AT_CRC, Layout.crc(to, 0, AT_CRC));
    }

    /**
     * Reads a header; what it says is possible, if not expected.
     *
     * @throws SnapshotException if it is none, is damaged, or newer
     */
    static ImageHeader decode(ByteBuffer from, String name) throws SnapshotException {
        if (from.getLong(0) != Layout.MAGIC) {
            throw new CorruptSnapshotException(name + ": is no snapshot: it begins with 0x"
                    + Long.toHexString(from.getLong(0)));
        }
        int version = from.getInt(AT_VERSION);
        if (version > Layout.VERSION && from.getInt(AT_CRC) == Layout.crc(from, 0, AT_CRC)) {
            throw new NewerSnapshotException(
                    name + ": has version " + version + "; this library reads up to " + Layout.VERSION);
        }
        if (from.getInt(AT_CRC) != Layout.crc(from, 0, AT_CRC) || version < 1
                || from.getInt(AT_HEADER_BYTES) != Layout.HEADER_BYTES) {
            throw new CorruptSnapshotException(name + ": the header is damaged");
        }
        return new ImageHeader(new UUID(from.getLong(AT_IDENTITY), from.getLong(AT_IDENTITY + 8)),
                from.getLong(AT_SEQUENCE), from.getInt(AT_BASE) == 1, from.getLong(AT_ID), from.getLong(AT_PREVIOUS),
                from.getLong(AT_BYTES), from.getInt(AT_PAGE_BYTES), Instant.ofEpochMilli(from.getLong(AT_CREATED)));
    }

    /**
     * Refuses an image of another memory.
     *
     * @throws ForeignSnapshotException if it is one
     */
    void requireOf(UUID expected, long expectedBytes, int expectedPageBytes, String name)
            throws ForeignSnapshotException {
        if (!identity.equals(expected)) {
            throw new ForeignSnapshotException(name + ": is of " + identity + ", not of " + expected);
        }
        if (bytes != expectedBytes || pageBytes != expectedPageBytes) {
            throw new ForeignSnapshotException(name + ": is of " + bytes + " bytes in pages of " + pageBytes + ", not "
                    + expectedBytes + " in pages of " + expectedPageBytes);
        }
    }
}
