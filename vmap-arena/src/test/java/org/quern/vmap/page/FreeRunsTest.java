package org.quern.vmap.page;

import java.util.BitSet;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class FreeRunsTest {
    private static final int PAGES = 2000;

    @Test
    void bestFitTakesTheSmallestRunThatIsLargeEnough() {
        FreeRuns free = fragmented(10, 5, 7, 5);
        assertThat(free.takeBestFit(6)).isEqualTo(startOf(2, 10, 5, 7, 5));
        assertThat(free.takeBestFit(5)).isEqualTo(startOf(1, 10, 5, 7, 5));
        assertThat(free.takeBestFit(5)).isEqualTo(startOf(3, 10, 5, 7, 5));
        assertThat(free.takeBestFit(11)).isEqualTo(FreeRuns.NONE);
        assertThat(free.takeBestFit(10)).isEqualTo(startOf(0, 10, 5, 7, 5));
        free.verify();
    }

    @Test
    void neighboursCoalesceOnBothSides() {
        FreeRuns free = new FreeRuns(30);
        assertThat(free.takeAt(0, 30)).isTrue();
        assertThat(free.runs()).isZero();
        assertThat(free.largestRun()).isZero();
        free.give(0, 10);
        free.give(20, 10);
        assertThat(free.runs()).isEqualTo(2);
        free.give(10, 10);
        assertThat(free.runs()).isEqualTo(1);
        assertThat(free.largestRun()).isEqualTo(30);
        free.verify();
    }

    @Test
    void givingBackWhatIsFreeOrDoesNotExistIsRefused() {
        FreeRuns free = new FreeRuns(30);
        free.takeAt(10, 10);
        long[][] wrong = {{0, 1}, {9, 2}, {19, 2}, {15, 6}, {-1, 1}, {10, 0}, {10, -1}, {29, 2}, {30, 1},
                {10, Long.MAX_VALUE}, {Long.MAX_VALUE, 1}};
        for (long[] w : wrong) {
            assertThatThrownBy(() -> free.give(w[0], w[1])).isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(w[0] + "+" + w[1]);
            free.verify();
        }
        assertThat(free.freePages()).isEqualTo(20);
    }

    @Test
    void alignedPlacesAreCountedFromTheOrigin() {
        FreeRuns free = new FreeRuns(64);
        assertThat(free.takeAligned(3, 8, 5)).isEqualTo(3);
        assertThat(free.takeAligned(8, 16, 5)).isEqualTo(11);
        assertThat(free.takeAligned(60, 8, 5)).isEqualTo(FreeRuns.NONE);
        free.verify();
    }

    @Test
    void agreesWithABitSet() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        FreeRuns free = new FreeRuns(PAGES);
        BitSet model = new BitSet(PAGES);
        model.set(0, PAGES);
        for (int i = 0; i < 1_000_000; i++) {
            int from = random.nextInt(PAGES);
            int count = 1 + random.nextInt(Math.min(PAGES - from, 1 + random.nextInt(40)));
            boolean ok = switch (random.nextInt(6)) {
                case 0 -> sameBestFit(free, model, count);
                case 1 -> sameTakeAt(free, model, from, count);
                case 2 -> sameAligned(free, model, count, 1L << random.nextInt(6), random.nextInt(100));
                default -> sameGive(free, model, from, count);
            };
            if (!ok || free.freePages() != model.cardinality()) {
                throw new AssertionError("seed " + seed + " step " + i);
            }
            if (i % 1000 == 0) {
                free.verify();
                assertThat(free.runs()).as("seed " + seed + " step " + i).isEqualTo(runsOf(model));
            }
        }
    }

    private static boolean sameBestFit(FreeRuns free, BitSet model, int count) {
        int best = -1;
        int bestLength = Integer.MAX_VALUE;
        for (int s = model.nextSetBit(0); s >= 0; s = model.nextSetBit(model.nextClearBit(s))) {
            int length = model.nextClearBit(s) - s;
            if (length >= count && length < bestLength) {
                best = s;
                bestLength = length;
            }
        }
        if (best >= 0) {
            model.clear(best, best + count);
        }
        return free.takeBestFit(count) == best;
    }

    private static boolean sameAligned(FreeRuns free, BitSet model, int count, long alignment, int origin) {
        long best = -1;
        int bestLength = Integer.MAX_VALUE;
        for (int s = model.nextSetBit(0); s >= 0; s = model.nextSetBit(model.nextClearBit(s))) {
            int length = model.nextClearBit(s) - s;
            long at = s;
            while ((origin + at) % alignment != 0) {
                at++;
            }
            if (at + count <= s + length && length < bestLength) {
                best = at;
                bestLength = length;
            }
        }
        if (best >= 0) {
            model.clear((int) best, (int) best + count);
        }
        return free.takeAligned(count, alignment, origin) == best;
    }

    private static boolean sameTakeAt(FreeRuns free, BitSet model, int from, int count) {
        boolean all = model.nextClearBit(from) >= from + count;
        if (all) {
            model.clear(from, from + count);
        }
        return free.takeAt(from, count) == all && !free.isFree(from, count);
    }

    private static boolean sameGive(FreeRuns free, BitSet model, int from, int count) {
        int next = model.nextSetBit(from);
        boolean none = next < 0 || next >= from + count;
        try {
            free.give(from, count);
        } catch (IllegalArgumentException e) {
            return !none;
        }
        model.set(from, from + count);
        return none && free.isFree(from, count);
    }

    private static int runsOf(BitSet model) {
        int runs = 0;
        for (int s = model.nextSetBit(0); s >= 0; s = model.nextSetBit(model.nextClearBit(s))) {
            runs++;
        }
        return runs;
    }

    /** Free runs of these lengths, one page in use after each, nothing else free. */
    private static FreeRuns fragmented(int... lengths) {
        FreeRuns free = new FreeRuns(100);
        free.takeAt(0, 100);
        for (int i = 0; i < lengths.length; i++) {
            free.give(startOf(i, lengths), lengths[i]);
        }
        return free;
    }

    private static long startOf(int index, int... lengths) {
        long start = 0;
        for (int i = 0; i < index; i++) {
            start += lengths[i] + 1;
        }
        return start;
    }
}
