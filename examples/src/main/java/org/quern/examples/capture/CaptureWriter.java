package org.quern.examples.capture;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Writes a capture. The file stands under its name only after {@link #finish}; closing without it leaves nothing behind.
 *
 * <pre>{@code
 * try (CaptureWriter writer = CaptureWriter.create(file, true)) {
 *     writer.write(LinkType.RAW, nanos, packet, 0, length);
 *     writer.finish();
 * }
 * }</pre>
 */
public abstract sealed class CaptureWriter implements Closeable permits PcapWriter, PcapngWriter {
    final Path file;
    final CaptureOutput output;

    CaptureWriter(Path file, CaptureOutput output) {
        this.file = file;
        this.output = output;
    }

    /**
     * Begins a capture in the format its name ends in.
     *
     * @param file ends in {@code .pcap} or {@code .pcapng}
     * @param nanoseconds whether timestamps keep their nanoseconds; pcapng always keeps them
     * @return a writer without packets
     * @throws IOException when the name ends otherwise or the file cannot be written; the message names it
     */
    public static CaptureWriter create(Path file, boolean nanoseconds) throws IOException {
        String name = file.toString().toLowerCase(Locale.ROOT);
        if (name.endsWith(".pcap")) {
            return new PcapWriter(file, new CaptureOutput(file), nanoseconds);
        }
        if (name.endsWith(".pcapng")) {
            return new PcapngWriter(file, new CaptureOutput(file));
        }
        throw new IOException(file + ": cannot be written: the name ends neither in .pcap nor in .pcapng");
    }

    /**
     * Appends a packet.
     *
     * @param linkType what stands in front of its IP header
     * @param timestampNanos nanoseconds since 1970, not negative
     * @param data holds the packet; position and limit are not used
     * @param offset index in {@code data} of its first byte
     * @param length bytes, 0 to {@link CaptureReader#MAX_PACKET_BYTES}
     * @throws CaptureException when the format cannot hold the packet
     * @throws IOException when the file cannot be written
     */
    public abstract void write(LinkType linkType, long timestampNanos, ByteBuffer data, int offset, int length)
            throws IOException;

    /**
     * Completes the capture and gives it its name.
     *
     * @throws IOException when it cannot be written; then nothing stands under the name that did not before
     */
    public abstract void finish() throws IOException;

    /** Copies packet bytes behind a header that was just put. */
    static void putPacket(ByteBuffer to, ByteBuffer data, int offset, int length) {
        to.put(to.position(), data, offset, length);
        to.position(to.position() + length);
    }

    @Override
    public void close() throws IOException {
        output.close();
    }
}
