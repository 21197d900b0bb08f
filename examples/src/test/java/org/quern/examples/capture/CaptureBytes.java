package org.quern.examples.capture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** Builds captures byte by byte, independently of the writers under test. */
final class CaptureBytes {
    private final ByteBuffer bytes;

    CaptureBytes(ByteOrder order) {
        bytes = ByteBuffer.allocate(1 << 16).order(order);
    }

    static byte[] packet(int length) {
        byte[] packet = new byte[length];
        for (int i = 0; i < length; i++) {
            packet[i] = (byte) (i * 7 + length);
        }
        return packet;
    }

    CaptureBytes pcap(int magic, int linkType) {
        bytes.putInt(magic).putShort((short) 2).putShort((short) 4).putInt(0).putInt(0).putInt(65_535).putInt(linkType);
        return this;
    }

    CaptureBytes record(int seconds, int fraction, byte[] packet) {
        bytes.putInt(seconds).putInt(fraction).putInt(packet.length).putInt(packet.length).put(packet);
        return this;
    }

    CaptureBytes section() {
        bytes.putInt(0x0A0D0D0A).putInt(28).putInt(0x1A2B3C4D).putShort((short) 1).putShort((short) 0).putLong(-1)
                .putInt(28);
        return this;
    }

    /** An interface with raw option bytes, which must be padded. */
    CaptureBytes describe(int linkType, int snap, byte... options) {
        int length = 20 + options.length;
        bytes.putInt(1).putInt(length).putShort((short) linkType).putShort((short) 0).putInt(snap).put(options)
                .putInt(length);
        return this;
    }

    /** An option in this file's byte order, padded. */
    byte[] option(int code, byte... value) {
        ByteBuffer option = ByteBuffer.allocate(4 + (value.length + 3 & ~3)).order(bytes.order());
        return option.putShort((short) code).putShort((short) value.length).put(value).array();
    }

    CaptureBytes enhanced(int id, long units, byte[] packet, byte... options) {
        int length = 32 + (packet.length + 3 & ~3) + options.length;
        bytes.putInt(6).putInt(length).putInt(id).putInt((int) (units >>> 32)).putInt((int) units).putInt(packet.length)
                .putInt(packet.length).put(Arrays.copyOf(packet, packet.length + 3 & ~3)).put(options).putInt(length);
        return this;
    }

    CaptureBytes obsolete(int id, long units, byte[] packet) {
        int length = 32 + (packet.length + 3 & ~3);
        bytes.putInt(2).putInt(length).putShort((short) id).putShort((short) 0).putInt((int) (units >>> 32))
                .putInt((int) units)
                .putInt(packet.length).putInt(packet.length).put(Arrays.copyOf(packet, packet.length + 3 & ~3))
                .putInt(length);
        return this;
    }

    CaptureBytes simple(int original, byte[] captured) {
        int length = 16 + (captured.length + 3 & ~3);
        bytes.putInt(3).putInt(length).putInt(original).put(Arrays.copyOf(captured, captured.length + 3 & ~3))
                .putInt(length);
        return this;
    }

    CaptureBytes unknown(int type, int bodyBytes) {
        bytes.putInt(type).putInt(12 + bodyBytes).put(packet(bodyBytes)).putInt(12 + bodyBytes);
        return this;
    }

    CaptureBytes raw(byte... more) {
        bytes.put(more);
        return this;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    Path toFile(Path directory) {
        try {
            return Files.write(Files.createTempFile(directory, "capture", ".bin"), toBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
