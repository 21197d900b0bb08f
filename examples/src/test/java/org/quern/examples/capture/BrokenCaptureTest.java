package org.quern.examples.capture;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.quern.examples.capture.CaptureBytes.packet;

/** Whatever is cut off or overwritten: packets, a clean end or a CaptureException; nothing else, and never for long. */
class BrokenCaptureTest {
    @TempDir
    Path directory;

    private static List<CaptureBytes> samples() {
        List<CaptureBytes> samples = new ArrayList<>();
        for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
            samples.add(new CaptureBytes(order).pcap(PcapReader.MAGIC_MICROS, 1).record(1, 2, packet(21))
                    .record(3, 4, packet(0))
                    .record(5, 6, packet(40)));
            CaptureBytes ng = new CaptureBytes(order);
            samples.add(ng.section().describe(101, 30, ng.option(9, (byte) 9))
                    .enhanced(0, 77, packet(21), ng.option(1, packet(5)))
                    .unknown(99, 8).simple(40, packet(30)).obsolete(0, 1, packet(3)));
        }
        return samples;
    }

    /** Number of packets read, and whether the file then ended cleanly. */
    private record Result(int packets, boolean clean) {}

    private Result read(byte[] bytes) throws IOException {
        Path file = Files.write(directory.resolve("broken"), bytes);
        int packets = 0;
        try (CaptureReader reader = CaptureReader.open(file)) {
            while (reader.next()) {
                packets++;
                byte[] data = new byte[reader.capturedBytes()];
                reader.data().get(reader.dataOffset(), data);
            }
            return new Result(packets, true);
        } catch (CaptureException e) {
            assertThat(e.getMessage()).startsWith(file + ": byte ").doesNotContain("\n");
            assertThat(e.offset()).isBetween(0L, (long) bytes.length);
            return new Result(packets, false);
        }
    }

    @Test
    void everyTruncationEndsCleanlyOnlyBetweenStructures() throws IOException {
        for (CaptureBytes sample : samples()) {
            byte[] whole = sample.toBytes();
            Set<Integer> cleanEnds = new TreeSet<>();
            for (int length = 0; length <= whole.length; length++) {
                if (read(Arrays.copyOf(whole, length)).clean()) {
                    cleanEnds.add(length);
                }
            }
            assertThat(read(whole)).isEqualTo(new Result(3, true));
            // the file header and each of three records; or section, interface, and four blocks
            assertThat(cleanEnds).hasSize(whole[0] == 0x0A ? 6 : 4).contains(whole.length);
        }
    }

    @Test
    void everyOverwrittenByteIsSurvived() throws IOException {
        for (CaptureBytes sample : samples()) {
            byte[] whole = sample.toBytes();
            int refused = 0;
            for (int at = 0; at < whole.length; at++) {
                for (int value : new int[]{0x00, 0xFF, 0x80, whole[at] ^ 0x01, whole[at] + 4}) {
                    byte[] broken = whole.clone();
                    broken[at] = (byte) value;
                    refused += read(broken).clean() ? 0 : 1;
                }
            }
            assertThat(refused).as("the check must be able to see refusals").isPositive();
        }
    }

    @Test
    void randomDamageIsSurvived() throws IOException {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        List<CaptureBytes> samples = samples();
        for (int round = 0; round < 2_000; round++) {
            byte[] broken = samples.get(round % samples.size()).toBytes();
            for (int n = random.nextInt(1, 6); n > 0; n--) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt();
            }
            try {
                read(broken);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + " round " + round, e);
            }
        }
    }
}
