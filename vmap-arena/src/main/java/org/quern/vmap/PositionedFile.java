package org.quern.vmap;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that any number of threads read at places of their own. A {@link FileChannel} is closed for everybody when one
 * reader is interrupted; here it is opened again for the others.
 */
final class PositionedFile implements AutoCloseable {
    private final Path path;
    private volatile FileChannel channel; // replaced under this
    private volatile boolean closed;

    PositionedFile(Path path) throws IOException {
        this.path = path;
        this.channel = FileChannel.open(path, StandardOpenOption.READ);
    }

    long size() throws IOException {
        return channel.size();
    }

    /** Reads until the buffer is full or the file ends; how many bytes. */
    int read(long position, ByteBuffer target) throws IOException {
        int begin = target.position();
        while (target.hasRemaining()) {
            FileChannel using = channel;
            int got;
            try {
                got = using.read(target, position + target.position() - begin);
            } catch (ClosedByInterruptException e) {
                throw e; // we were interrupted: the handler's caller deals with it; the next reader opens again
            } catch (ClosedChannelException e) {
                reopen();
                continue;
            }
            if (got < 0) {
                break;
            }
        }
        return target.position() - begin;
    }

    private synchronized void reopen() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (!channel.isOpen()) { // else another reader opened it
            channel = FileChannel.open(path, StandardOpenOption.READ);
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(path.toString(), e);
        }
    }
}
