package org.quern.examples.capture;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;

/** Writes pcapng, little-endian, nanoseconds: one section, an interface for each link type met, enhanced packet blocks. */
final class PcapngWriter extends CaptureWriter {
    private static final int SECTION_BYTES = 28;
    private static final int INTERFACE_BYTES = 32;
    private static final int PACKET_FRAME_BYTES = 32;

    /** Interface number of each link type met; so few that boxing them allocates nothing. */
    private final Map<LinkType, Integer> interfaces = new EnumMap<>(LinkType.class);

    PcapngWriter(Path file, CaptureOutput output) throws IOException {
        super(file, output);
        // Section length -1: not stated.
        output.room(SECTION_BYTES).putInt(PcapngReader.SECTION_HEADER).putInt(SECTION_BYTES)
                .putInt(PcapngReader.BYTE_ORDER_MAGIC).putShort((short) 1).putShort((short) 0).putLong(-1)
                .putInt(SECTION_BYTES);
    }

    @Override
    public void write(LinkType type, long timestampNanos, ByteBuffer data, int offset, int length) throws IOException {
        Integer known = interfaces.get(type);
        int id = known == null ? describe(type) : known;
        int padded = PcapngReader.padded(length);
        int block = PACKET_FRAME_BYTES + padded;
        ByteBuffer room = output.room(block);
        room.putInt(PcapngReader.ENHANCED_PACKET).putInt(block).putInt(id)
                .putInt((int) (timestampNanos >>> 32)).putInt((int) timestampNanos).putInt(length).putInt(length);
        putPacket(room, data, offset, length);
        for (int i = length; i < padded; i++) {
            room.put((byte) 0);
        }
        room.putInt(block);
    }

    private int describe(LinkType type) throws IOException {
        int id = interfaces.size();
        interfaces.put(type, id);
        ByteBuffer room = output.room(INTERFACE_BYTES);
        room.putInt(PcapngReader.INTERFACE_DESCRIPTION).putInt(INTERFACE_BYTES).putShort((short) type.number())
                .putShort((short) 0).putInt(CaptureReader.MAX_PACKET_BYTES);
        // if_tsresol = 9: nanoseconds; then the end of options
        room.putShort((short) 9).putShort((short) 1).putInt(9).putInt(0);
        room.putInt(INTERFACE_BYTES);
        return id;
    }

    @Override
    public void finish() throws IOException {
        output.finish();
    }
}
