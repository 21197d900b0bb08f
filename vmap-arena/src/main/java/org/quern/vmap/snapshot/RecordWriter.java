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
    private long written;

    RecordWriter(WritableByteChannel channel, ImageHeader header, Compression compression) throws IOException {
        this.channel = channel;
        this.pageBytes = header.pageBytes();
        this.compression = compression;
        this.packed = Layout.buffer(compression == Compression.NONE ? 0 : Layout.PAGES_PER_RECORD * pageBytes);
        this.chained = (int) header.id();
        buffer.put(header.encode());
    }

    /** The pages from {@code offset} on, as {@code pages} are now. */
    void data(MemorySegment pages, long offset) throws IOException {
        long step = (long) Layout.PAGES_PER_RECORD * pageBytes;
        for (long at = 0; at < pages.byteSize(); at += step) {
            record(pages, at, offset + at, (int) Math.min(step, pages.byteSize() - at));
        }
    }

    private void record(MemorySegment from, long at, long offset, int bytes) throws IOException {
        int count = bytes / pageBytes;
        int crcBytes = count * Integer.BYTES;
        makeRoom(Layout.RECORD_BYTES + crcBytes + bytes);
        int header = buffer.position();
        int crcs = header + Layout.RECORD_BYTES;
        int data = crcs + crcBytes;
        ByteBuffer content = buffer.slice(data, bytes);
        MemorySegment.copy(from, at, MemorySegment.ofBuffer(content), 0, bytes);
        for (int page = 0; page < count; page++) {
            buffer.putInt(crcs + page * Integer.BYTES, pageCrc(data + page * pageBytes));
        }
        int stored = pack(content, data);
        put(header, Layout.KIND_DATA, stored, offset, bytes, stored < bytes ? Layout.FLAG_COMPRESSED : 0);
        seal(header, crcBytes);
        buffer.position(data + stored);
        pages += count;
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

    /** Pages in the records so far. */
    long pages() {
        return pages;
    }
}
