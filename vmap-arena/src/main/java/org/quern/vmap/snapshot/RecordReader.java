package org.quern.vmap.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

import org.jspecify.annotations.Nullable;

/**
 * Reads one image and believes nothing: each field is checked before it is used, each page against its sum. After
 * {@link #next} returned true the record's fields hold; after it returned false the footer was right. Not thread-safe.
 */
final class RecordReader {
    private final ReadableByteChannel channel;
    private final String name;
    private final ImageHeader header;
    private final ByteBuffer head = Layout.buffer(Layout.RECORD_BYTES);
    private final ByteBuffer crcs = Layout.buffer(Long.BYTES + Layout.PAGES_PER_RECORD * Integer.BYTES);
    private final ByteBuffer stored;
    private final ByteBuffer unpacked;
    private ByteBuffer content;
    private int chained;
    private long records;
    private long pages;
    private boolean zeros;
    private long offset;
    private long bytes;
    private long pinned;

    private RecordReader(ReadableByteChannel channel, String name, ImageHeader header) {
        this.channel = channel;
        this.name = name;
        this.header = header;
        this.stored = Layout.buffer(Layout.PAGES_PER_RECORD * header.pageBytes());
        this.unpacked = Layout.buffer(Layout.PAGES_PER_RECORD * header.pageBytes());
        this.content = stored;
        this.chained = (int) header.id();
    }

    /**
     * Reads the header.
     *
     * @return null if the channel is at its end
     */
    static @Nullable RecordReader open(ReadableByteChannel channel, String name) throws IOException {
        ByteBuffer first = Layout.buffer(Layout.HEADER_BYTES);
        int got = fill(channel, first);
        if (got == 0) {
            return null;
        }
        if (got < Layout.HEADER_BYTES) {
            throw new TruncatedSnapshotException(name + ": ends after " + got + " bytes, in the header");
        }
        ImageHeader header = ImageHeader.decode(first, name);
        if (header.pageBytes() < 512 || header.pageBytes() > 1 << 24 || Integer.bitCount(header.pageBytes()) != 1
                || header.bytes() <= 0 || header.bytes() % header.pageBytes() != 0) {
            throw new CorruptSnapshotException(name + ": says it is of " + header.bytes() + " bytes in pages of "
                    + header.pageBytes());
        }
        return new RecordReader(channel, name, header);
    }

    private static int fill(ReadableByteChannel channel, ByteBuffer to) throws IOException {
        to.clear();
        return read(channel, to);
    }

    private static int read(ReadableByteChannel channel, ByteBuffer to) throws IOException {
        int start = to.position();
        while (to.hasRemaining() && channel.read(to) >= 0) {
            Thread.onSpinWait(); // a channel may give as little as it likes
        }
        int got = to.position() - start;
        to.flip();
        return got;
    }

    ImageHeader header() {
        return header;
    }

    /** The next record; false at the footer. */
    boolean next() throws IOException {
        require(fill(channel, head), Layout.RECORD_BYTES);
        int kind = head.getInt(Layout.AT_KIND);
        if (kind == Layout.KIND_END) {
            checkEnd();
            return false;
        }
        offset = head.getLong(Layout.AT_OFFSET);
        bytes = head.getLong(Layout.AT_LENGTH);
        zeros = kind == Layout.KIND_ZEROS;
        long most = zeros ? header.bytes() : (long) Layout.PAGES_PER_RECORD * header.pageBytes();
        int size = head.getInt(Layout.AT_STORED);
        boolean possible = (kind == Layout.KIND_DATA || zeros) && bytes > 0 && bytes <= most && offset >= 0
                && offset <= header.bytes() - bytes && (offset | bytes) % header.pageBytes() == 0;
        boolean storable = size >= 0 && size <= bytes && (size == 0) == zeros
                && (head.getInt(Layout.AT_FLAGS) & ~(zeros ? 0 : Layout.FLAG_COMPRESSED | Layout.FLAG_PINNED)) == 0;
        if (!possible || !storable) {
            throw corrupt("a record says kind " + kind + ", " + size + " bytes for " + offset + "+" + bytes);
        }
        readPages(size);
        records++;
        pages += bytes / header.pageBytes();
        return true;
    }

    private void readPages(int size) throws IOException {
        int maskBytes = (head.getInt(Layout.AT_FLAGS) & Layout.FLAG_PINNED) != 0 ? Long.BYTES : 0;
        int crcBytes = maskBytes + (zeros ? 0 : (int) (bytes / header.pageBytes()) * Integer.BYTES);
        crcs.clear().limit(crcBytes);
        require(read(channel, crcs), crcBytes);
        int sum = Layout.recordCrc(head, 0, crcs.duplicate());
        if (sum != head.getInt(Layout.AT_CRC)) {
            throw corrupt("the checksum of a record for " + offset + "+" + bytes + " is wrong");
        }
        chained = Layout.chain(chained, sum);
        pinned = maskBytes > 0 ? crcs.getLong(0) : 0;
        if (zeros) {
            return;
        }
        stored.clear().limit(size);
        require(read(channel, stored), size);
        content = stored;
        if ((head.getInt(Layout.AT_FLAGS) & Layout.FLAG_COMPRESSED) != 0) {
            unpacked.clear().limit((int) bytes);
            if (!Compression.inflate(stored, unpacked)) {
                throw corrupt("the pages at " + offset + "+" + bytes + " cannot be decompressed");
            }
            content = unpacked.flip();
        }
        checkPages(maskBytes);
    }

    private void checkPages(int crcsAt) throws CorruptSnapshotException {
        if (content.remaining() != bytes) {
            throw corrupt("a record for " + offset + "+" + bytes + " holds " + content.remaining() + " bytes");
        }
        for (int page = 0; page < bytes / header.pageBytes(); page++) {
            if (Layout.crc(content, page * header.pageBytes(), header.pageBytes()) != crcs
                    .getInt(crcsAt + page * Integer.BYTES)) {
                throw corrupt(
                        "the checksum of the page at " + (offset + (long) page * header.pageBytes()) + " is wrong");
            }
        }
    }

    private void checkEnd() throws IOException {
        if (Layout.crc(head, 0, Layout.AT_CRC) != head.getInt(Layout.AT_CRC)
                || head.getLong(Layout.AT_OFFSET) != records || head.getLong(Layout.AT_LENGTH) != pages
                || head.getInt(Layout.AT_STORED) != chained) {
            throw corrupt("the footer speaks of " + head.getLong(Layout.AT_OFFSET) + " records with "
                    + head.getLong(Layout.AT_LENGTH) + " pages; found were " + records + " with " + pages);
        }
    }

    private CorruptSnapshotException corrupt(String what) {
        return new CorruptSnapshotException(name + ": " + what);
    }

    private void require(int got, int wanted) throws TruncatedSnapshotException {
        if (got < wanted) {
            throw new TruncatedSnapshotException(
                    name + ": ends after " + records + " records and " + pages + " pages, without a footer");
        }
    }

    /** Bit n if page n of this record may have been pinned when it was copied. */
    long pinned() {
        return pinned;
    }

    boolean isZeros() {
        return zeros;
    }

    long offset() {
        return offset;
    }

    long bytes() {
        return bytes;
    }

    /** The pages of a data record, verified; overwritten by the next one. */
    ByteBuffer content() {
        return content;
    }
}
