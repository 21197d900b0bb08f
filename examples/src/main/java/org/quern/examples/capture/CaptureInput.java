package org.quern.examples.capture;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A window that slides over a capture file, front to back. A reader asks with {@link #require} for as many bytes as it is
 * about to read, so no read can leave the file unnoticed, and every complaint carries the offset of the structure it is
 * about.
 *
 * <p>Read through a channel, not mapped: a file that shrinks while it is mapped ends the process, here it is a truncated
 * capture like any other.
 */
final class CaptureInput implements Closeable {
    /** Larger than the largest structure anybody requires: a packet of {@link CaptureReader#MAX_PACKET_BYTES} and its header. */
    private static final int WINDOW_BYTES = 512 * 1024;

    private final Path file;
    private final FileChannel channel;
    /** Unread bytes of the file stand between position and limit. */
    private final ByteBuffer window;
    /** Where in the file the window's index 0 stands. */
    private long windowStart;

    CaptureInput(Path file) throws IOException {
        this.file = file;
        this.channel = FileChannel.open(file, StandardOpenOption.READ);
        // One byte more than the file has: reading it whole then ends at its end and not with a full window.
        this.window = ByteBuffer.allocateDirect((int) Math.min(WINDOW_BYTES, channel.size() + 1)).limit(0);
    }

    /** Direct view of the window for reading in place; valid until the next {@link #require}. */
    ByteBuffer window() {
        return window;
    }

    void order(ByteOrder order) {
        window.order(order);
    }

    /** Offset in the file of the next unread byte. */
    long offset() {
        return windowStart + window.position();
    }

    boolean atEnd() throws IOException {
        return available(1) == 0;
    }

    /** Makes the next {@code bytes} readable with {@link #u16}, {@link #u32} and in {@link #window}. */
    void require(int bytes, String what) throws IOException {
        int available = available(bytes);
        if (available < bytes) {
            throw broken("truncated: " + what + " needs " + bytes + " bytes, the file ends after " + available);
        }
    }

    int u8(int ahead) {
        return window.get(window.position() + ahead) & 0xFF;
    }

    int u16(int ahead) {
        return window.getShort(window.position() + ahead) & 0xFFFF;
    }

    long u32(int ahead) {
        return window.getInt(window.position() + ahead) & 0xFFFF_FFFFL;
    }

    long i64(int ahead) {
        return window.getLong(window.position() + ahead);
    }

    /** Moves over bytes that were required. */
    void advance(int bytes) {
        window.position(window.position() + bytes);
    }

    /** Moves over bytes that need not fit in the window. */
    void skip(long bytes, String what) throws IOException {
        int inWindow = (int) Math.min(bytes, window.remaining());
        long rest = bytes - inWindow;
        if (rest > channel.size() - channel.position()) {
            throw broken("truncated: " + what + " needs " + bytes + " bytes, the file ends after "
                    + (inWindow + Math.max(0, channel.size() - channel.position())));
        }
        advance(inWindow);
        if (rest > 0) {
            channel.position(channel.position() + rest);
            windowStart = channel.position();
            window.position(0).limit(0);
        }
    }

    CaptureException broken(String what) {
        return brokenAt(offset(), what);
    }

    CaptureException brokenAt(long offset, String what) {
        return new CaptureException(file, offset, what);
    }

    /** How many of the next {@code wanted} bytes exist; reads on when the window holds fewer. */
    private int available(int wanted) throws IOException {
        if (window.remaining() < wanted) {
            windowStart += window.position();
            window.compact();
            while (window.position() < wanted && channel.read(window) > 0) {
                // ends with enough bytes, with the file, or with a full window when the file grew meanwhile
            }
            window.flip();
        }
        return Math.min(window.remaining(), wanted);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
