package org.quern.examples.capture;

import java.io.IOException;
import java.nio.ByteOrder;
import java.util.Locale;

/**
 * Classic pcap: a 24-byte file header, then records of a 16-byte header and the packet. Both byte orders, both time units.
 */
final class PcapReader extends CaptureReader {
    static final int MAGIC_MICROS = 0xA1B2C3D4;
    static final int MAGIC_NANOS = 0xA1B23C4D;
    static final int FILE_HEADER_BYTES = 24;
    static final int RECORD_HEADER_BYTES = 16;
    private static final int VERSION_MAJOR = 2;

    private final boolean nanoseconds;
    private final LinkType linkType;

    PcapReader(CaptureInput input, int bigEndianMagic) throws IOException {
        super(input);
        boolean swapped = isMagic(Integer.reverseBytes(bigEndianMagic));
        int magic = swapped ? Integer.reverseBytes(bigEndianMagic) : bigEndianMagic;
        if (!isMagic(magic)) {
            throw input
                    .broken(String.format(Locale.ROOT, "neither pcap nor pcapng: it begins with %08x%s", bigEndianMagic,
                            bigEndianMagic >>> 16 == 0x1F8B ? " (gzip: unpack it first)" : ""));
        }
        nanoseconds = magic == MAGIC_NANOS;
        input.order(swapped ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        input.require(FILE_HEADER_BYTES, "the pcap file header");
        if (input.u16(4) != VERSION_MAJOR) {
            throw input.broken("pcap version " + input.u16(4) + "." + input.u16(6) + ": only 2.x is known");
        }
        // The upper half tells whether frames end in a checksum. IP packets carry their own length: it does not matter here.
        linkType = linkType(input.offset() + 20, (int) (input.u32(20) & 0xFFFF));
        input.advance(FILE_HEADER_BYTES);
    }

    private static boolean isMagic(int magic) {
        return magic == MAGIC_MICROS || magic == MAGIC_NANOS;
    }

    @Override
    public boolean nanoseconds() {
        return nanoseconds;
    }

    @Override
    boolean advance() throws IOException {
        if (input.atEnd()) {
            return false;
        }
        long record = input.offset();
        input.require(RECORD_HEADER_BYTES, "a packet's record header");
        long nanos = input.u32(0) * 1_000_000_000L + input.u32(4) * (nanoseconds ? 1 : 1_000);
        long original = input.u32(12);
        int captured = checkLengths(record, input.u32(8), original);
        input.advance(RECORD_HEADER_BYTES);
        input.require(captured, "the packet");
        packet(record, linkType, nanos, captured, original, captured);
        return true;
    }
}
