package org.quern.examples.traffic;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

import org.quern.examples.capture.LinkType;
import org.quern.examples.esp.IpAddress;
import org.quern.examples.esp.IpHeader;
import org.quern.examples.esp.SecurityAssociation;

/**
 * Generated UDP over IPv4 in the simple IMIX: of twelve packets seven have 64 bytes, four 570 and one 1,500 (lengths of the IP
 * packet), spread over {@value #FLOWS} flows whose addresses the given associations select.
 *
 * <p>Packet n is a pure function of n and the seed: a checker makes any packet again. A packet costs one header and one
 * payload copy; headers are prepared for each flow and size (their identification is 0 with DF set, RFC 6864, so the checksum is
 * the same for all).
 */
public final class SyntheticTraffic implements PacketSource {
    /** Number of flows, a power of two. */
    public static final int FLOWS = 1024;
    /** Seed of all generated traffic: runs are repeatable. */
    public static final long SEED = 0x5157_4552_4e21L;

    private static final int[] SIZES = {64, 570, 1500};
    /** Twelve packets as indices into SIZES, in an order without long runs. */
    private static final byte[] IMIX = {0, 1, 0, 0, 1, 0, 2, 0, 1, 0, 0, 1};
    private static final int HEADER_BYTES = 28;
    private static final int PROTOCOL_UDP = 17;
    private static final int PAYLOAD_VARIANTS = 4096;
    private static final int LONGEST = 1500;
    /** 2026-01-01T00:00:00Z; packets follow a microsecond apart. */
    private static final long FIRST_NANOS = 1_767_225_600_000_000_000L;

    private final long count;
    private final ByteBuffer headers = ByteBuffer.allocateDirect(FLOWS * SIZES.length * HEADER_BYTES);
    private final ByteBuffer payload = ByteBuffer.allocateDirect(PAYLOAD_VARIANTS + LONGEST);
    private final AtomicLong done = new AtomicLong();
    private long next;

    /**
     * Prepares a run.
     *
     * @param count number of packets, at least 1
     * @param associations where the flows go; those that select IPv4 are used
     * @throws IllegalArgumentException when none of them selects IPv4
     */
    public SyntheticTraffic(long count, List<SecurityAssociation> associations) {
        this.count = count;
        List<SecurityAssociation> used = associations.stream()
                .filter(a -> a.source().address().version() == 4 && a.destination().address().version() == 4).toList();
        if (used.isEmpty()) {
            throw new IllegalArgumentException(
                    "no association selects IPv4 packets, which synthetic traffic consists of");
        }
        SplittableRandom random = new SplittableRandom(SEED);
        for (int flow = 0; flow < FLOWS; flow++) {
            SecurityAssociation association = used.get(flow % used.size());
            IpAddress source = association.source().addressOf(random.nextLong());
            IpAddress destination = association.destination().addressOf(random.nextLong());
            int ports = random.nextInt();
            for (int size = 0; size < SIZES.length; size++) {
                putHeader((flow * SIZES.length + size) * HEADER_BYTES, SIZES[size], source, destination, ports);
            }
        }
        byte[] bytes = new byte[payload.capacity()];
        random.nextBytes(bytes);
        payload.put(0, bytes);
    }

    private void putHeader(int at, int length, IpAddress source, IpAddress destination, int ports) {
        headers.putShort(at, (short) 0x4500).putShort(at + 2, (short) length).putInt(at + 4, 0x4000);
        headers.put(at + 8, (byte) 64).put(at + 9, (byte) PROTOCOL_UDP);
        source.put(headers, at + 12);
        destination.put(headers, at + 16);
        IpHeader.putV4Checksum(headers, at);
        // UDP checksum 0: not used, which IPv4 allows.
        headers.putInt(at + 20, ports).putShort(at + 24, (short) (length - 20));
    }

    /**
     * Makes packet n.
     *
     * @param n 0 to count-1
     * @param to filled from index 0
     * @return its length in bytes
     */
    public int make(long n, ByteBuffer to) {
        long random = mix(n);
        int size = IMIX[(int) (n % IMIX.length)];
        int flow = (int) random & FLOWS - 1;
        int length = SIZES[size];
        to.put(0, headers, (flow * SIZES.length + size) * HEADER_BYTES, HEADER_BYTES);
        to.put(HEADER_BYTES, payload, (int) (random >>> 32) & PAYLOAD_VARIANTS - 1, length - HEADER_BYTES);
        to.putLong(HEADER_BYTES, n);
        return length;
    }

    /** Finaliser of SplitMix64 (Steele, Lea, Flood 2014): neighbouring numbers give unrelated results. */
    private static long mix(long n) {
        long z = (n + SEED) * 0x9E37_79B9_7F4A_7C15L;
        z = (z ^ z >>> 30) * 0xBF58_476D_1CE4_E5B9L;
        z = (z ^ z >>> 27) * 0x94D0_49BB_1331_11EBL;
        return z ^ z >>> 31;
    }

    @Override
    public boolean next(Frame frame) {
        if (next == count) {
            return false;
        }
        int bytes = make(next, frame.data());
        frame.describe(LinkType.RAW, bytes, FIRST_NANOS + next * 1_000, next + 1, 0, 0);
        next++;
        done.setOpaque(next);
        return true;
    }

    @Override
    public long total() {
        return count;
    }

    @Override
    public long done() {
        return done.getOpaque();
    }

    @Override
    public boolean nanoseconds() {
        return false;
    }

    @Override
    public String description() {
        return count + " synthetic packets (IMIX 64/570/1500 at 7:4:1, " + FLOWS + " flows)";
    }

    @Override
    public void close() {}
}
