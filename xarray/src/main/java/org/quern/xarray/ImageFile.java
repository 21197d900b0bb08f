package org.quern.xarray;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;

import org.quern.xarray.image.ImageChecker;
import org.quern.xarray.image.ImageDamage;
import org.quern.xarray.image.ImageHeader;
import org.quern.xarray.image.ImageLayout;
import org.quern.xarray.image.ImageWriter;
import org.quern.xarray.image.SealedMemory;
import org.quern.xarray.tree.Tree;

/**
 * An image in a file: written so that it is there as a whole or not at all, and opened as {@link SealedMemory}.
 */
final class ImageFile {
    private static final int WINDOW = 1 << 20;

    private final Path path;

    ImageFile(Path path) {
        this.path = path.toAbsolutePath();
    }

    /** Writes another file, forces it to the disk, and gives it the name. Takes the tree's lock while it writes, not while it forces. */
    void write(Tree tree) throws IOException {
        Path directory = path.getParent();
        Path part = Files.createTempFile(directory, "image", ".part");
        boolean done = false;
        try {
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                long length;
                tree.enter();
                try {
                    tree.requireOpen(tree.headPlain());
                    length = ImageWriter.header(tree).length();
                    new ImageWriter(tree, (at, bytes) -> SealedMemory.write(channel, at, bytes.asByteBuffer())).write();
                } finally {
                    tree.unlock();
                }
                SealedMemory.write(channel, length - 1, ByteBuffer.allocate(1));
                channel.force(true); // the content is on the disk before the name says it is
            }
            Files.move(part, path, StandardCopyOption.ATOMIC_MOVE);
            done = true;
            try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
                names.force(true);
            }
        } finally {
            if (!done) {
                Files.deleteIfExists(part);
            }
        }
    }

    /** Memory with what is in it: where it is if it is sealed, else a copy. */
    SealedMemory open() throws IOException {
        if (!Files.readAttributes(path, BasicFileAttributes.class).isRegularFile()) {
            throw new ArrayImageException(path, ArrayImageException.Reason.FOREIGN, "no regular file"); // opening a pipe would wait for its other end
        }
        SealedMemory inPlace = SealedMemory.opened(path);
        if (inPlace != null) {
            return inPlace;
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            ImageHeader header = header(channel);
            return SealedMemory.filled("xarray-image", header.length(), sink -> copy(channel, header, sink));
        }
    }

    private void copy(FileChannel channel, ImageHeader header, ImageWriter.Sink sink) throws IOException {
        ByteBuffer window = ByteBuffer.allocateDirect(WINDOW);
        for (long at = 0; at < header.contentBytes(); at += WINDOW) {
            window.clear().limit((int) Math.min(WINDOW, header.contentBytes() - at));
            while (window.hasRemaining()) {
                if (channel.read(window, at + window.position()) < 0) {
                    throw new ArrayImageException(path, ArrayImageException.Reason.TRUNCATED,
                            "cut at " + (at + window.position()) + " while it was read");
                }
            }
            sink.write(at, MemorySegment.ofBuffer(window.flip()));
        }
    }

    /** Looks at the beginning, so that nothing is reserved for what is no image. */
    private ImageHeader header(FileChannel channel) throws IOException {
        ByteBuffer page = ByteBuffer.allocateDirect((int) ImageLayout.HEADER_BYTES);
        for (int count = 0; count >= 0 && page.hasRemaining();) {
            count = channel.read(page, page.position());
        }
        MemorySegment read = MemorySegment.ofBuffer(page.flip());
        try {
            return ImageChecker.header(read, channel.size());
        } catch (ImageDamage e) {
            throw new ArrayImageException(path.toString(), e);
        }
    }
}
