package org.quern.padata.range;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class RangeArithmeticTest {
    @ParameterizedTest(name = "{0}, {1}, align {2}, least {3}, at most {4} threads, {5} there")
    @CsvSource({ // start, size, align, minChunk, maxThreads, there -> threads, chunk, pieces, end of first, start of last
            "0, 1000, 1, 10, 4, 4, 4, 62, 17, 62, 992",
            "5, 100, 8, 8, 2, 2, 2, 16, 7, 16, 96",
            "0, 4096, 512, 1024, 8, 8, 4, 1024, 4, 1024, 3072",
            "3, 10, 4, 1, 16, 16, 2, 4, 4, 4, 12",
            "1000, 1048576, 4096, 4096, 4, 4, 4, 65536, 17, 65536, 1048576",
            "0, 64, 64, 1, 8, 8, 1, 9223372036854775807, 1, 64, 0",
            "0, 1000, 1, 10, 4, 2, 2, 125, 8, 125, 875"})
    void h22_workedValues(long start, long size, long align, long minChunk, int maxThreads, int there, int threads,
            long chunk, int pieces, long firstEnd, long lastStart) {
        int wished = RangeArithmetic.threads(size, align, minChunk, maxThreads);
        int taking = Math.min(wished, there);
        assertThat(taking).isEqualTo(threads);
        long cut = taking == 1 ? Long.MAX_VALUE : RangeArithmetic.chunk(size, align, minChunk, taking);
        assertThat(cut).isEqualTo(chunk);
        List<long[]> all = pieces(start, size, cut);
        assertThat(all).hasSize(pieces);
        assertThat(all.getFirst()[1]).isEqualTo(firstEnd);
        assertThat(all.getLast()[0]).isEqualTo(lastStart);
    }

    @Test
    void h22_piecesCoverTheRangeOnceAndInnerBoundariesAreAligned() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 200_000; i++) {
            long start = random.nextLong() >>> random.nextInt(1, 64);
            long size = Math.max(1, random.nextLong() >>> random.nextInt(1, 64));
            size = Math.min(size, Long.MAX_VALUE - start);
            if (size == 0) {
                continue;
            }
            long align = Math.max(1, random.nextLong() >>> random.nextInt(1, 64));
            long minChunk = Math.max(1, random.nextLong() >>> random.nextInt(1, 64));
            int threads = RangeArithmetic.threads(size, align, minChunk, random.nextInt(1, 300));
            if (threads == 1) {
                continue;
            }
            long chunk = RangeArithmetic.chunk(size, align, minChunk, random.nextInt(1, threads + 1));
            assertThat(chunk).as("seed %d", seed).isPositive().isGreaterThanOrEqualTo(minChunk);
            assertThat(chunk % align).as("seed %d", seed).isZero();
            long at = start;
            int count = 0;
            while (at < start + size) {
                long end = RangeArithmetic.pieceEnd(at, start + size, chunk);
                assertThat(end).as("seed %d", seed).isGreaterThan(at).isLessThanOrEqualTo(start + size);
                assertThat(end == start + size || end % chunk == 0).as("seed %d", seed).isTrue();
                at = end;
                count++;
            }
            assertThat(count).as("seed %d", seed).isLessThanOrEqualTo(8 * threads + 2);
        }
    }

    @Test
    void nodesTakeTurnsAndThoseWithoutCpusNone() {
        NumaNodes nodes = new NumaNodes(
                List.of(NumaNodes.parse("0-1,4"), new BitSet(), NumaNodes.parse("2-3"), NumaNodes.parse("7")));
        List<String> turns = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            turns.add(String.valueOf(nodes.next()));
        }
        assertThat(turns).containsExactly("{0, 1, 4}", "{2, 3}", "{7}", "{0, 1, 4}", "{2, 3}");
        assertThat(new NumaNodes(List.of(NumaNodes.parse("0-1"))).next()).isNull();
    }

    private static List<long[]> pieces(long start, long size, long chunk) {
        Claims claims = new Claims(start, start + size, chunk);
        List<long[]> all = new ArrayList<>();
        for (long from = claims.claim(); from != Claims.NONE; from = claims.claim()) {
            all.add(new long[]{from, claims.end(from)});
        }
        return all;
    }
}
