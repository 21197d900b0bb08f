package org.quern.examples.capture;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reads the packets of a capture, front to back. {@link #next} moves to a packet; the accessors then describe it in place,
 * without allocating, until {@code next} is called again.
 *
 * <pre>{@code
 * try (CaptureReader reader = CaptureReader.open(file)) {
 *     while (reader.next()) {
 *         use(reader.timestampNanos(), reader.data(), reader.dataOffset(), reader.capturedBytes());
 *     }
 * }
 * }</pre>
 *
 * <p>Every length is checked against the file and against {@link #MAX_PACKET_BYTES} before it is used. A file that breaks
 * the format gives a {@link CaptureException}; packets before the broken place have been delivered.
 */
public abstract sealed class CaptureReader implements Closeable permits PcapReader, PcapngReader {
    /** The longest packet a capture may hold, in bytes; libpcap has the same limit. */
    public static final int MAX_PACKET_BYTES = 262_144;

    final CaptureInput input;

    private long packetNumber;
    private long packetOffset;
    private long timestampNanos;
    private int capturedBytes;
    private long originalBytes;
    private LinkType linkType = LinkType.RAW;
    /** Bytes of the current packet's record from its data to its end, still to be passed over. */
    private int unreadBytes;

    CaptureReader(CaptureInput input) {
        this.input = input;
    }

    /**
     * Opens a capture; its first bytes say which format it is.
     *
     * @param file a pcap or pcapng file
     * @return a reader before the first packet
     * @throws CaptureException when the file is neither
     * @throws IOException when it cannot be opened or read
     */
    public static CaptureReader open(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new FileSystemException(file.toString(), null, "is a directory, not a capture");
        }
        CaptureInput input = new CaptureInput(file);
        try {
            if (input.atEnd()) {
                throw input.broken("empty file: neither pcap nor pcapng");
            }
            input.order(ByteOrder.BIG_ENDIAN);
            input.require(4, "the magic number of a capture");
            int magic = (int) input.u32(0);
            if (magic == PcapngReader.SECTION_HEADER) {
                return new PcapngReader(input);
            }
            return new PcapReader(input, magic);
        } catch (Throwable t) {
            input.close();
            throw t;
        }
    }

    /**
     * Moves to the next packet.
     *
     * @return false at the end of the capture
     * @throws CaptureException when the file is truncated or contradicts itself
     * @throws IOException when it cannot be read
     */
    public final boolean next() throws IOException {
        input.advance(unreadBytes);
        unreadBytes = 0;
        return advance();
    }

    /** Finds the next packet and calls {@link #packet}, with the window standing at its data; false at the end. */
    abstract boolean advance() throws IOException;

    /**
     * Whether timestamps in this file may be finer than a microsecond.
     *
     * @return false only for pcap with the microsecond magic
     */
    public abstract boolean nanoseconds();

    final void packet(long recordOffset, LinkType type, long nanos, int captured, long original, int recordBytes) {
        packetNumber++;
        packetOffset = recordOffset;
        linkType = type;
        timestampNanos = nanos;
        capturedBytes = captured;
        originalBytes = original;
        unreadBytes = recordBytes;
    }

    /**
     * The link type with a number, or a complaint.
     *
     * @throws CaptureException when it is none of ours
     */
    final LinkType linkType(long offset, int number) throws CaptureException {
        LinkType type = LinkType.ofNumber(number);
        if (type == null) {
            throw input.brokenAt(offset, "unknown link type " + number + ": known are " + LinkTypeNames.LIST);
        }
        return type;
    }

    /** Holds the text apart so that it is built only for a complaint. */
    private static final class LinkTypeNames {
        static final String LIST = String.join(", ",
                Arrays.stream(LinkType.values()).map(t -> t.number() + " " + t).toList());
    }

    /**
     * Checks the two lengths of a packet before they are used.
     *
     * @return the captured length as an int
     */
    final int checkLengths(long offset, long captured, long original) throws CaptureException {
        if (captured > MAX_PACKET_BYTES) {
            throw input.brokenAt(offset, "captured length " + captured + " is above " + MAX_PACKET_BYTES);
        }
        if (captured > original) {
            throw input.brokenAt(offset, "captured length " + captured + " is above the original length " + original);
        }
        return (int) captured;
    }

    /**
     * Number of the current packet.
     *
     * @return 1 for the first one, as Wireshark counts
     */
    public final long packetNumber() {
        return packetNumber;
    }

    /**
     * Where the current packet's record begins.
     *
     * @return offset in bytes from the start of the file
     */
    public final long packetOffset() {
        return packetOffset;
    }

    /**
     * When the current packet was captured.
     *
     * @return nanoseconds since 1970-01-01T00:00Z; 0 where the file does not say
     */
    public final long timestampNanos() {
        return timestampNanos;
    }

    /**
     * How much of the packet the file holds.
     *
     * @return bytes, 0 to {@link #MAX_PACKET_BYTES}
     */
    public final int capturedBytes() {
        return capturedBytes;
    }

    /**
     * How long the packet was on the wire.
     *
     * @return bytes, at least {@link #capturedBytes}
     */
    public final long originalBytes() {
        return originalBytes;
    }

    /**
     * Link type of the current packet.
     *
     * @return never null
     */
    public final LinkType linkType() {
        return linkType;
    }

    /**
     * Buffer that holds the current packet; read it by absolute index only.
     *
     * @return the reader's own buffer, valid until {@link #next}
     */
    public final ByteBuffer data() {
        return input.window();
    }

    /**
     * Where in {@link #data} the current packet begins.
     *
     * @return an absolute index
     */
    public final int dataOffset() {
        return input.window().position();
    }

    @Override
    public void close() throws IOException {
        input.close();
    }
}
