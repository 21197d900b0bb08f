package org.quern.vmap;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

import org.quern.kapi.Operation;

/**
 * A file of blocks that are compressed each for itself, so that any of them can be read alone; what
 * {@link FaultHandler#compressedFile} reads. Deflate (RFC 1951) as the JDK has it, a CRC32C for every block's content and
 * one for header and index.
 *
 * <pre>
 *   header, 48 bytes, little-endian                                 index, 16 bytes a block
 *     0 magic  8 version, block bytes  16 length  24 index at        0 where the block begins
 *    32 blocks  40 CRC32C of the index  44 CRC32C of bytes 0..43      8 bytes stored  12 CRC32C of the content
 *
 *   header | block 0 | block 1 | ... | index            a block that does not shrink is stored as it is
 * </pre>
 *
 * Any number of threads may read. Costs an index entry on the heap for each block.
 */
@Operation(threads = Operation.Threads.ANY)
public final class CompressedFile implements AutoCloseable {
    static final long MAGIC = 0x4c5a_5f4e_5245_5551L; // "QUERN_ZL"
    static final int VERSION = 1;
    static final int HEADER_BYTES = 48;
    static final int ENTRY_BYTES = 16;
    static final int LEAST_BLOCK = 4096;
    static final int MOST_BLOCK = 16 << 20;

    private final Path path;
    private final PositionedFile file;
    private final int blockBytes;
    private final long length;
    private final ByteBuffer index;

    private CompressedFile(Path path, PositionedFile file, ByteBuffer header) throws IOException {
        this.path = path;
        this.file = file;
        checkHeader(header);
        this.blockBytes = header.getInt(12);
        this.length = header.getLong(16);
        long blocks = header.getLong(32);
        check(blockBytes >= LEAST_BLOCK && blockBytes <= MOST_BLOCK, "block size " + blockBytes);
        check(length >= 0 && blocks == (length + blockBytes - 1) / blockBytes
                && blocks <= Integer.MAX_VALUE / ENTRY_BYTES,
                blocks + " blocks of " + blockBytes + " for a length of " + length);
        this.index = ByteBuffer.allocate((int) blocks * ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        check(file.read(header.getLong(24), index) == index.capacity(), "it ends within its index");
        index.flip();
        check(crc(index.duplicate()) == header.getInt(40), "the checksum of its index is wrong");
    }

    private void checkHeader(ByteBuffer header) throws IOException {
        check(file.read(0, header) == HEADER_BYTES && header.getLong(0) == MAGIC, "it does not begin as one");
        check(header.getInt(8) == VERSION, "its version is " + header.getInt(8) + ", not " + VERSION);
        check(crc(header.duplicate().position(0).limit(HEADER_BYTES - 4)) == header.getInt(HEADER_BYTES - 4),
                "the checksum of its header is wrong");
    }

    private void check(boolean holds, String what) throws IOException {
        if (!holds) {
            throw new IOException(path + ": not a usable compressed file: " + what);
        }
    }

    /**
     * Compresses a file.
     *
     * @param source to be read
     * @param target to be made, or replaced as a whole when all is written
     * @param blockBytes size of a block, 4096 to 16 MiB; best the {@link LazyAreaOptions#runBytes} of who will read
     * @return the size of the target in bytes
     * @throws IllegalArgumentException if {@code blockBytes} is out of range
     * @throws IOException if reading or writing fails; the target is as it was
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {
            IllegalArgumentException.class, IOException.class})
    public static long write(Path source, Path target, int blockBytes) throws IOException {
        if (blockBytes < LEAST_BLOCK || blockBytes > MOST_BLOCK) {
            throw new IllegalArgumentException(
                    "blockBytes=" + blockBytes + ": must be " + LEAST_BLOCK + ".." + MOST_BLOCK);
        }
        return new CompressedFileWriter(target, blockBytes).write(source);
    }

    /**
     * Opens a file.
     *
     * @param path as written by {@link #write}
     * @return the file; the caller closes it
     * @throws IOException if it cannot be read, or is not such a file; the message says what is wrong with it
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = IOException.class)
    public static CompressedFile open(Path path) throws IOException {
        PositionedFile file = new PositionedFile(path);
        CompressedFile opened = null;
        try {
            opened = new CompressedFile(path, file, ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN));
            return opened;
        } finally {
            if (opened == null) {
                file.close();
            }
        }
    }

    /**
     * The size of the content.
     *
     * @return bytes, before compression
     */
    public long length() {
        return length;
    }

    /**
     * The size of a block.
     *
     * @return bytes, before compression
     */
    public int blockBytes() {
        return blockBytes;
    }

    /**
     * Reads content. Costs reading and decompressing every block that the part touches.
     *
     * @param offset of the first byte, 0 or more
     * @param target where it goes
     * @return how many bytes were read; fewer than the target has only at the end of the content
     * @throws IOException if the file cannot be read, ends too early, or a block's checksum is wrong
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, faults = Operation.Faults.MAY, errors = IOException.class)
    public long read(long offset, MemorySegment target) throws IOException {
        if (offset < 0) {
            throw new IllegalArgumentException("offset=" + offset + ": must not be negative");
        }
        long wanted = Math.min(target.byteSize(), Math.max(0, length - offset));
        long done = 0;
        while (done < wanted) {
            long at = offset + done;
            int block = (int) (at / blockBytes);
            int within = (int) (at % blockBytes);
            byte[] content = content(block);
            int part = (int) Math.min(content.length - within, wanted - done);
            MemorySegment.copy(MemorySegment.ofArray(content), within, target, done, part);
            done += part;
        }
        return done;
    }

    private byte[] content(int block) throws IOException {
        int stored = index.getInt(block * ENTRY_BYTES + 8);
        byte[] content = new byte[(int) Math.min(blockBytes, length - (long) block * blockBytes)];
        check(stored >= 0 && stored <= content.length, "block " + block + " is stored in " + stored + " bytes");
        ByteBuffer packed = ByteBuffer.allocate(stored);
        if (file.read(index.getLong(block * ENTRY_BYTES), packed) != stored) {
            throw new EOFException(path + ": it ends within block " + block);
        }
        if (stored == content.length) {
            System.arraycopy(packed.array(), 0, content, 0, stored);
        } else {
            unpack(block, packed.array(), content);
        }
        check(crc(ByteBuffer.wrap(content)) == index.getInt(block * ENTRY_BYTES + 12),
                "the checksum of block " + block + " is wrong");
        return content;
    }

    private void unpack(int block, byte[] packed, byte[] content) throws IOException {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed);
            int done = 0;
            while (done < content.length) {
                int more = inflater.inflate(content, done, content.length - done);
                check(more > 0, "block " + block + " ends after " + done + " of " + content.length + " bytes");
                done += more;
            }
        } catch (DataFormatException e) {
            throw new IOException(path + ": block " + block + " cannot be decompressed", e);
        } finally {
            inflater.end();
        }
    }

    static int crc(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /** Closes the file. Reads under way and later ones fail. */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO)
    public void close() {
        file.close();
    }
}
