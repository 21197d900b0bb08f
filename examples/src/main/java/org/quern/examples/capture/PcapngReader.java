package org.quern.examples.capture;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * pcapng: a sequence of blocks, each with its length at both ends. Packets stand in enhanced, simple and (obsolete) packet
 * blocks and refer to the interfaces described before them in the same section; all other blocks are passed over.
 */
final class PcapngReader extends CaptureReader {
    static final int SECTION_HEADER = 0x0A0D0D0A;
    static final int INTERFACE_DESCRIPTION = 1;
    private static final int OBSOLETE_PACKET = 2;
    private static final int SIMPLE_PACKET = 3;
    static final int ENHANCED_PACKET = 6;

    static final int BYTE_ORDER_MAGIC = 0x1A2B3C4D;
    /** Type and length in front, length behind. */
    static final int FRAME_BYTES = 12;
    private static final int SECTION_BODY_BYTES = 16;
    private static final int INTERFACE_BODY_BYTES = 8;
    private static final int PACKET_BODY_BYTES = 20;
    /** An interface description is read as a whole; nobody writes one near this long. */
    private static final int MAX_INTERFACE_BYTES = 128 * 1024;

    private final List<PcapngInterface> interfaces = new ArrayList<>();

    PcapngReader(CaptureInput input) throws IOException {
        super(input);
        sectionHeader();
    }

    @Override
    public boolean nanoseconds() {
        return true;
    }

    @Override
    boolean advance() throws IOException {
        while (!input.atEnd()) {
            long block = input.offset();
            input.require(8, "a block's type and length");
            int type = (int) input.u32(0);
            if (type == SECTION_HEADER) {
                sectionHeader();
                continue;
            }
            long length = blockLength(block, input.u32(4));
            switch (type) {
                case INTERFACE_DESCRIPTION -> interfaceDescription(block, length);
                case ENHANCED_PACKET -> {
                    enhancedPacket(block, length, false);
                    return true;
                }
                case OBSOLETE_PACKET -> {
                    enhancedPacket(block, length, true);
                    return true;
                }
                case SIMPLE_PACKET -> {
                    simplePacket(block, length);
                    return true;
                }
                default -> {
                    input.skip(length - 4, "a block of type " + Integer.toUnsignedString(type));
                    trailer(block, length);
                }
            }
        }
        return false;
    }

    private long blockLength(long block, long length) throws CaptureException {
        if (length < FRAME_BYTES || length % 4 != 0) {
            throw input.brokenAt(block,
                    "block length " + length + ": must be a multiple of 4 and at least " + FRAME_BYTES);
        }
        return length;
    }

    /** Reads the length behind the block, which must repeat the one in front; the window stands at it. */
    private void trailer(long block, long length) throws IOException {
        input.require(4, "the length behind a block");
        long behind = input.u32(0);
        if (behind != length) {
            throw input.brokenAt(block, "block length " + length + " in front, " + behind + " behind");
        }
        input.advance(4);
    }

    private void sectionHeader() throws IOException {
        long block = input.offset();
        input.require(FRAME_BYTES + SECTION_BODY_BYTES, "a section header block");
        input.order(ByteOrder.BIG_ENDIAN);
        int magic = (int) input.u32(8);
        if (Integer.reverseBytes(magic) == BYTE_ORDER_MAGIC) {
            input.order(ByteOrder.LITTLE_ENDIAN);
        } else if (magic != BYTE_ORDER_MAGIC) {
            throw input
                    .broken(String.format(Locale.ROOT, "byte-order magic %08x: a pcapng section has 1a2b3c4d", magic));
        }
        long length = blockLength(block, input.u32(4));
        if (length < FRAME_BYTES + SECTION_BODY_BYTES) {
            throw input.broken(
                    "section header of " + length + " bytes: it has at least " + (FRAME_BYTES + SECTION_BODY_BYTES));
        }
        if (input.u16(12) != 1) {
            throw input.broken("pcapng version " + input.u16(12) + "." + input.u16(14) + ": only 1.x is known");
        }
        input.skip(length - 4, "a section header block");
        trailer(block, length);
        interfaces.clear();
    }

    private void interfaceDescription(long block, long length) throws IOException {
        if (length < FRAME_BYTES + INTERFACE_BODY_BYTES || length > MAX_INTERFACE_BYTES) {
            throw input.brokenAt(block, "interface description of " + length + " bytes: it has "
                    + (FRAME_BYTES + INTERFACE_BODY_BYTES) + " to " + MAX_INTERFACE_BYTES);
        }
        input.require((int) length, "an interface description");
        LinkType type = linkType(block, input.u16(8));
        interfaces.add(PcapngInterface.read(input, type, 8 + INTERFACE_BODY_BYTES, (int) length - 4));
        input.advance((int) length - 4);
        trailer(block, length);
    }

    private void enhancedPacket(long block, long length, boolean obsolete) throws IOException {
        checkHolds(block, length, PACKET_BODY_BYTES);
        input.require(8 + PACKET_BODY_BYTES, "a packet block");
        long id = obsolete ? input.u16(8) : input.u32(8);
        PcapngInterface from = interfaceAt(block, id);
        long original = input.u32(24);
        int captured = checkLengths(block, input.u32(20), original);
        checkHolds(block, length, PACKET_BODY_BYTES + padded(captured));
        long nanos = from.nanos(input.u32(12) << 32 | input.u32(16));
        if (nanos < 0) {
            throw input.brokenAt(block, "timestamp outside 1970 to 2262");
        }
        input.advance(8 + PACKET_BODY_BYTES);
        deliver(block, length - 8 - PACKET_BODY_BYTES, from, nanos, captured, original);
    }

    private void simplePacket(long block, long length) throws IOException {
        checkHolds(block, length, 4);
        input.require(12, "a simple packet block");
        PcapngInterface from = interfaceAt(block, 0);
        long original = input.u32(8);
        long snap = from.snapBytes() == 0 ? original : Math.min(original, from.snapBytes());
        int captured = checkLengths(block, snap, original);
        checkHolds(block, length, 4 + padded(captured));
        input.advance(12);
        deliver(block, length - 12, from, 0, captured, original);
    }

    /** The window stands at the packet; {@code rest} bytes of its block follow, the last four of which repeat its length. */
    private void deliver(long block, long rest, PcapngInterface from, long nanos, int captured, long original)
            throws IOException {
        int padded = padded(captured);
        long options = rest - padded - 4;
        if (options > MAX_INTERFACE_BYTES) {
            throw input.brokenAt(block,
                    "packet block with " + options + " bytes of options: at most " + MAX_INTERFACE_BYTES);
        }
        // The whole rest is in the window before the packet is shown, so that a lying block shows none.
        input.require((int) rest, "the packet");
        long length = input.offset() + rest - block;
        long behind = input.u32((int) rest - 4);
        if (behind != length) {
            throw input.brokenAt(block, "block length " + length + " in front, " + behind + " behind");
        }
        packet(block, from.linkType(), nanos, captured, original, (int) rest);
    }

    private void checkHolds(long block, long length, long body) throws CaptureException {
        if (length < FRAME_BYTES + body) {
            throw input.brokenAt(block,
                    "block of " + length + " bytes cannot hold its " + body + " bytes of packet and header");
        }
    }

    private PcapngInterface interfaceAt(long block, long id) throws CaptureException {
        if (id >= interfaces.size()) {
            throw input.brokenAt(block, "interface " + id + " is not described: the section has " + interfaces.size());
        }
        return interfaces.get((int) id);
    }

    static int padded(int bytes) {
        return bytes + 3 & ~3;
    }
}
