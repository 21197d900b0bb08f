package org.quern.examples.capture;

import java.io.IOException;
import java.util.Locale;

/**
 * What a pcapng interface description says about the packets that refer to it.
 *
 * @param linkType their link type
 * @param snapBytes the longest capture, 0 for no limit
 * @param resolution the option if_tsresol: 10^-n, or 2^-n with the top bit set
 * @param offsetSeconds the option if_tsoffset
 */
record PcapngInterface(LinkType linkType, long snapBytes, int resolution, long offsetSeconds) {
    private static final int OPTION_END = 0;
    private static final int OPTION_TSRESOL = 9;
    private static final int OPTION_TSOFFSET = 14;
    private static final int MICROSECONDS = 6;
    private static final int BINARY = 0x80;
    private static final long NANOS = 1_000_000_000L;

    /**
     * Reads a description that stands wholly in the window.
     *
     * @param from where the options begin, relative to the block
     * @param to where they end
     */
    static PcapngInterface read(CaptureInput input, LinkType linkType, int from, int to) throws IOException {
        int resolution = MICROSECONDS;
        long offsetSeconds = 0;
        int at = from;
        while (at + 4 <= to) {
            int code = input.u16(at);
            int length = input.u16(at + 2);
            if (code == OPTION_END) {
                break;
            }
            int next = at + 4 + PcapngReader.padded(length);
            if (next > to) {
                throw input.broken("option " + code + " of " + length + " bytes leaves its block");
            }
            if (code == OPTION_TSRESOL && length == 1) {
                resolution = checked(input, input.u8(at + 4));
            } else if (code == OPTION_TSOFFSET && length == 8) {
                offsetSeconds = input.i64(at + 4);
            }
            at = next;
        }
        return new PcapngInterface(linkType, input.u32(12), resolution, offsetSeconds);
    }

    private static int checked(CaptureInput input, int resolution) throws CaptureException {
        int limit = (resolution & BINARY) != 0 ? 63 : 18;
        if ((resolution & ~BINARY) > limit) {
            throw input.broken(String.format(Locale.ROOT, "if_tsresol 0x%02x: at most 10^-18 or 2^-63", resolution));
        }
        return resolution;
    }

    /** A timestamp of this interface in nanoseconds since 1970, or -1 when that does not fit. */
    long nanos(long units) {
        int power = resolution & ~BINARY;
        long seconds;
        long rest;
        if ((resolution & BINARY) != 0) {
            seconds = units >>> power;
            // power 0 leaves no fraction; otherwise the fraction has at most 63 bits and the product's high word is it
            rest = power == 0 ? 0 : Math.unsignedMultiplyHigh(units << (64 - power), NANOS);
        } else {
            long perSecond = pow10(power);
            seconds = Long.divideUnsigned(units, perSecond);
            long fraction = Long.remainderUnsigned(units, perSecond);
            rest = power <= 9 ? fraction * pow10(9 - power) : fraction / pow10(power - 9);
        }
        long total = seconds + offsetSeconds;
        boolean fits = seconds >= 0 && total >= 0 && total < Long.MAX_VALUE / NANOS;
        return fits ? total * NANOS + rest : -1;
    }

    private static long pow10(int power) {
        long result = 1;
        for (int i = 0; i < power; i++) {
            result *= 10;
        }
        return result;
    }
}
