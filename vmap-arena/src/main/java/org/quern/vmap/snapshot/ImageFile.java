package org.quern.vmap.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** An image in a file, read from the beginning to the end. */
final class ImageFile {
    /** What is done with each record. */
    @FunctionalInterface
    interface RecordSink {
        void accept(RecordReader record) throws IOException;
    }

    private ImageFile() {}

    static ImageHeader header(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return open(channel, file).header();
        }
    }

    /** Reads and verifies all of it; each record goes to the sink, but whether the file is whole shows at the end only. */
    static ImageHeader read(Path file, RecordSink sink) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            RecordReader records = open(channel, file);
            while (records.next()) {
                sink.accept(records);
            }
            if (channel.read(ByteBuffer.allocate(1)) > 0) {
                throw new TruncatedSnapshotException(file.getFileName() + ": something follows the footer");
            }
            return records.header();
        }
    }

    private static RecordReader open(FileChannel channel, Path file) throws IOException {
        RecordReader records = RecordReader.open(channel, String.valueOf(file.getFileName()));
        if (records == null) {
            throw new TruncatedSnapshotException(file.getFileName() + ": is empty");
        }
        return records;
    }
}
