package org.quern.examples.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/** Writes classic pcap, little-endian. All packets of such a file share one link type, which the first one decides. */
final class PcapWriter extends CaptureWriter {
    private static final long NANOS_PER_SECOND = 1_000_000_000L;
    private static final long MAX_SECONDS = 0xFFFF_FFFFL;

    private final boolean nanoseconds;
    private @Nullable LinkType linkType;
    private long written;

    PcapWriter(Path file, CaptureOutput output, boolean nanoseconds) {
        super(file, output);
        this.nanoseconds = nanoseconds;
    }

    @Override
    public void write(LinkType type, long timestampNanos, ByteBuffer data, int offset, int length) throws IOException {
        if (type != linkType) {
            begin(type);
        }
        long seconds = timestampNanos / NANOS_PER_SECOND;
        if (seconds > MAX_SECONDS) {
            throw new CaptureException(file, written, "pcap ends in the year 2106: write .pcapng for later timestamps");
        }
        int fraction = (int) (timestampNanos % NANOS_PER_SECOND);
        ByteBuffer room = output.room(PcapReader.RECORD_HEADER_BYTES + length);
        room.putInt((int) seconds).putInt(nanoseconds ? fraction : fraction / 1_000).putInt(length).putInt(length);
        putPacket(room, data, offset, length);
        written += PcapReader.RECORD_HEADER_BYTES + length;
    }

    private void begin(LinkType type) throws IOException {
        if (linkType != null) {
            throw new CaptureException(file, written,
                    "pcap holds one link type, the packets have " + linkType + " and " + type + ": write .pcapng");
        }
        linkType = type;
        written = PcapReader.FILE_HEADER_BYTES;
        output.room(PcapReader.FILE_HEADER_BYTES).putInt(nanoseconds ? PcapReader.MAGIC_NANOS : PcapReader.MAGIC_MICROS)
                .putShort((short) 2).putShort((short) 4).putInt(0).putInt(0).putInt(CaptureReader.MAX_PACKET_BYTES)
                .putInt(type.number());
    }

    @Override
    public void finish() throws IOException {
        if (linkType == null) {
            begin(LinkType.RAW);
        }
        output.finish();
    }
}
