package org.quern.vmap.snapshot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Where the fields of headers, records and footers lie; the picture is in the package's description. A record's header CRC
 * covers its first 28 bytes and the mask and page CRCs behind it.
 *
 * <pre>
 *      record:  0 kind (4)   4 stored bytes (4)   8 offset (8)   16 length (8)   24 flags (4)   28 CRC (4)
 *      footer:  0 kind (4)   4 CRC of CRCs (4)    8 records (8)  16 pages (8)    24 0 (4)       28 CRC (4)
 * </pre>
 */
final class Layout {
    /** "QUERNSNP". */
    static final long MAGIC = 0x504e534e52455551L;
    static final int VERSION = 2; // 2: pinned pages

    static final int HEADER_BYTES = 128;
    static final int RECORD_BYTES = 32;

    static final int KIND_DATA = 1;
    static final int KIND_ZEROS = 2;
    static final int KIND_END = 3;

    static final int FLAG_COMPRESSED = 1;
    /** A mask of 8 bytes follows the header, before the page CRCs: bit n if page n may have been pinned when it was copied. */
    static final int FLAG_PINNED = 2;

    static final int AT_KIND = 0;
    static final int AT_STORED = 4;
    static final int AT_OFFSET = 8;
    static final int AT_LENGTH = 16;
    static final int AT_FLAGS = 24;
    static final int AT_CRC = 28;

    /** The most pages of one data record. */
    static final int PAGES_PER_RECORD = 64;

    private Layout() {}

    static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** CRC32C of a part of a buffer, whose position and limit stay. */
    static int crc(ByteBuffer buffer, int from, int bytes) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.slice(from, bytes));
        return (int) crc.getValue();
    }

    /** CRC32C of a record's header without its CRC, and of what follows it. */
    static int recordCrc(ByteBuffer header, int from, ByteBuffer pageCrcs) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(from, AT_CRC));
        crc.update(pageCrcs);
        return (int) crc.getValue();
    }

    /** The next state of a checksum over the CRCs of records. */
    static int chain(int state, int recordCrc) {
        return (Integer.rotateLeft(state, 5) * 0x9E3779B1) ^ recordCrc;
    }
}
