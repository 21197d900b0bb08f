package org.quern.vmap.snapshot;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.zip.CRC32C;

/**
 * Writes the records of one image. Pages are copied into the buffer first and summed there: the memory may be written
 * meanwhile, and the sum must be that of what is stored.
 *
 * <p>
 * Not thread-safe. Costs a copy, a CRC32C and a write to the channel of each byte; small records share one write.
 */
final class RecordWriter {
    private static final int BUFFER_BYTES = 1 << 20;

    private final WritableByteChannel channel;
    private final int pageBytes;
    private final Compression compression;
    private final ByteBuffer buffer = Layout.buffer(BUFFER_BYTES);
    private final ByteBuffer packed;
    private final CRC32C crc = new CRC32C();
    private int chained;
    private long records;
    private long pages;
    private long pinnedPages;
    private long written;

    RecordWriter(WritableByteChannel channel, ImageHeader header, Compression compression) throws IOException {
        this.channel = channel;
        this.pageBytes = header.pageBytes();
        this.compression = compression;
        this.packed = Layout.buffer(compression == Compression.NONE ? 0 : Layout.PAGES_PER_RECORD * pageBytes);
        this.chained = (int) header.id();
        buffer.put(header.encode());
    }

    /** Pages from {@code offset} on, as they are when they are copied. */
    void data(PageContent from, long offset, long bytes) throws IOException {
        long step = (long) Layout.PAGES_PER_RECORD * pageBytes;
        for (long at = offset; at < offset + bytes; at += step) {
            record(from, at, (int) Math.min(step, offset + bytes - at));
        }
    }

    private void record(PageContent from, long offset, int bytes) throws IOException {
        long before = pinned(from, offset, bytes);
        long pinned = before | copy(from, offset, bytes, before != 0);
        if (before == 0 && pinned != 0) { // a pin came during the copy: once more, with room for the mask
            pinned |= copy(from, offset, bytes, true);
        }
        finish(offset, bytes, pinned);
    }

    /** Copies pages to where they belong behind the position, which stays; which of them may be pinned now. */
    private long copy(PageContent from, long offset, int bytes, boolean masked) throws IOException {
        makeRoom(Layout.RECORD_BYTES + tail(bytes, masked) + bytes);
        ByteBuffer content = buffer.slice(buffer.position() + Layout.RECORD_BYTES + tail(bytes, masked), bytes);
        from.read(offset, MemorySegment.ofBuffer(content));
        return pinned(from, offset, bytes);
    }

    /** Bytes between the header and the pages. */
    private int tail(int bytes, boolean masked) {
        return bytes / pageBytes * Integer.BYTES + (masked ? Long.BYTES : 0);
    }

    private void finish(long offset, int bytes, long pinned) {
        int count = bytes / pageBytes;
        int tail = tail(bytes, pinned != 0);
        int header = buffer.position();
        int data = header + Layout.RECORD_BYTES + tail;
        if (pinned != 0) {
            buffer.putLong(header + Layout.RECORD_BYTES, pinned);
        }
        for (int page = 0; page < count; page++) {
            buffer.putInt(data + (page - count) * Integer.BYTES, pageCrc(data + page * pageBytes));
        }
        int stored = pack(buffer.slice(data, bytes), data);
        int flags = (stored < bytes ? Layout.FLAG_COMPRESSED : 0) | (pinned != 0 ? Layout.FLAG_PINNED : 0);
        put(header, Layout.KIND_DATA, stored, offset, bytes, flags);
        seal(header, tail);
        buffer.position(data + stored);
        pages += count;
        pinnedPages += Long.bitCount(pinned);
    }

    /** A bit for each page that may be pinned. One question where none is, as nearly always. */
    private long pinned(PageContent from, long offset, int bytes) {
        long mask = 0;
        if (from.maybePinned(offset, bytes)) {
            for (int page = 0; page < bytes / pageBytes; page++) {
                mask |= from.maybePinned(offset + (long) page * pageBytes, pageBytes) ? 1L << page : 0;
            }
        }
        return mask;
    }

    private int pageCrc(int from) {
        crc.reset();
        crc.update(buffer.slice(from, pageBytes));
        return (int) crc.getValue();
    }

    /** Replaces the content by its compressed form if that is shorter; the bytes stored. */
    private int pack(ByteBuffer content, int at) {
        packed.clear();
        if (!compression.compress(content, packed)) {
            return content.capacity();
        }
        packed.flip();
        int stored = packed.remaining();
        buffer.put(at, packed, 0, stored);
        return stored;
    }

    /** Pages of zeros, any number. */
    void zeros(long offset, long bytes) throws IOException {
        makeRoom(Layout.RECORD_BYTES);
        int header = buffer.position();
        put(header, Layout.KIND_ZEROS, 0, offset, bytes, 0);
        seal(header, 0);
        buffer.position(header + Layout.RECORD_BYTES);
        pages += bytes / pageBytes;
    }

    private void put(int at, int kind, int stored, long offset, long length, int flags) {
        buffer.putInt(at + Layout.AT_KIND, kind).putInt(at + Layout.AT_STORED, stored)
                .putLong(at + Layout.AT_OFFSET, offset).putLong(at + Layout.AT_LENGTH, length)
                .putInt(at + Layout.AT_FLAGS, flags);
    }

    private void seal(int header, int crcBytes) {
        int sum = Layout.recordCrc(buffer, header, buffer.slice(header + Layout.RECORD_BYTES, crcBytes));
        buffer.putInt(header + Layout.AT_CRC, sum);
        chained = Layout.chain(chained, sum);
        records++;
    }

    private void makeRoom(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
    }

    private void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            written += channel.write(buffer);
        }
        buffer.clear();
    }

    /** The footer; everything is with the channel when this returns. */
    void end() throws IOException {
        makeRoom(Layout.RECORD_BYTES);
        int header = buffer.position();
        put(header, Layout.KIND_END, chained, records, pages, 0);
        buffer.putInt(header + Layout.AT_CRC, Layout.crc(buffer, header, Layout.AT_CRC));
        buffer.position(header + Layout.RECORD_BYTES);
        flush();
    }

    /** Bytes given to the channel so far. */
    long written() {
        return written;
    }

    /** Pages in the records so far that may have been pinned. */
    long pinnedPages() {
        return pinnedPages;
    }

    /** Pages in the records so far. */
    long pages() {
        return pages;
    }
}
