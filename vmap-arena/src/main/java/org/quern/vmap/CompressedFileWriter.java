package org.quern.vmap;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.Deflater;

/** Writes a {@link CompressedFile} beside its target, and moves it there when it is whole and on disk. */
final class CompressedFileWriter {
    private final Path target;
    private final int blockBytes;
    private ByteBuffer index = ByteBuffer.allocate(1024 * CompressedFile.ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private long length;

    CompressedFileWriter(Path target, int blockBytes) {
        this.target = target;
        this.blockBytes = blockBytes;
    }

    long write(Path source) throws IOException {
        Path absolute = target.toAbsolutePath();
        Path directory = absolute.getParent();
        Path part = Files.createTempFile(directory, absolute.getFileName() + ".", ".part");
        try (InputStream from = Files.newInputStream(source);
                FileChannel to = FileChannel.open(part, StandardOpenOption.WRITE)) {
            to.position(CompressedFile.HEADER_BYTES);
            writeBlocks(from, to);
            long indexAt = to.position();
            writeAll(to, index.flip());
            long size = to.position();
            to.position(0);
            writeAll(to, header(indexAt));
            to.force(true);
            Files.move(part, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return size;
        } finally {
            Files.deleteIfExists(part);
        }
    }

    private void writeBlocks(InputStream from, FileChannel to) throws IOException {
        Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
        try {
            byte[] content = new byte[blockBytes];
            byte[] packed = new byte[blockBytes];
            int got = from.readNBytes(content, 0, blockBytes);
            while (got > 0) {
                deflater.reset();
                deflater.setInput(content, 0, got);
                deflater.finish();
                int small = deflater.deflate(packed, 0, got); // not finished: it does not become smaller
                boolean stored = !deflater.finished() || small >= got;
                enter(to.position(), stored ? got : small, CompressedFile.crc(ByteBuffer.wrap(content, 0, got)));
                writeAll(to, stored ? ByteBuffer.wrap(content, 0, got) : ByteBuffer.wrap(packed, 0, small));
                length += got;
                got = from.readNBytes(content, 0, blockBytes);
            }
        } finally {
            deflater.end();
        }
    }

    private void enter(long at, int bytes, int crc) {
        if (index.remaining() < CompressedFile.ENTRY_BYTES) {
            index = ByteBuffer.allocate(Math.multiplyExact(index.capacity(), 2)).order(ByteOrder.LITTLE_ENDIAN)
                    .put(index.flip());
        }
        index.putLong(at).putInt(bytes).putInt(crc);
    }

    private ByteBuffer header(long indexAt) {
        ByteBuffer header = ByteBuffer.allocate(CompressedFile.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(CompressedFile.MAGIC).putInt(CompressedFile.VERSION).putInt(blockBytes).putLong(length)
                .putLong(indexAt).putLong(index.limit() / CompressedFile.ENTRY_BYTES)
                .putInt(CompressedFile.crc(index.duplicate().rewind()));
        return header.putInt(CompressedFile.crc(header.duplicate().flip())).flip();
    }

    private static void writeAll(FileChannel to, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            to.write(bytes);
        }
    }
}
