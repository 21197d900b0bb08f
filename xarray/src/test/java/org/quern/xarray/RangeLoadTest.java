package org.quern.xarray;

import java.util.Arrays;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Adjacent indices loaded together are what each load by itself says, whatever lies there; and copies are what a search after each entry finds. */
class RangeLoadTest {
    private static final int MOST = 9000;
    private static final long UNTOUCHED = Long.MIN_VALUE;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void eachIsWhatALoadSays(boolean sparse) {
        for (long seed = 1; seed <= 40; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            try (LongXArray array = filled(sparse, random)) {
                for (int i = 0; i < 30; i++) {
                    long first = start(random);
                    int count = random.nextInt(1, MOST);
                    count = (int) (Math.min(count - 1, -1L - first & Long.MAX_VALUE) + 1); // up to the last index of all
                    check(array, first, count, "seed=" + seed + ", first=" + first + ", count=" + count);
                }
                TreeChecker.check(array.tree());
            }
        }
    }

    private static long start(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(MOST);
            case 1 -> (1L << 24) - random.nextInt(MOST);
            case 2 -> (1L << 40) - random.nextInt(MOST);
            default -> -1L - random.nextInt(MOST);
        };
    }

    private static void check(LongXArray array, long first, int count, String what) {
        long[] values = new long[count + 2];
        Arrays.fill(values, UNTOUCHED);
        array.loadRange(first, values, 1, count);
        assertThat(values[0]).as(what).isEqualTo(UNTOUCHED);
        assertThat(values[count + 1]).as(what).isEqualTo(UNTOUCHED);
        for (int i = 0; i < count; i++) {
            if (values[i + 1] != array.load(first + i)) {
                assertThat(values[i + 1]).as(what + ", at " + i).isEqualTo(array.load(first + i));
            }
        }
    }

    /** Dense stretches, single entries, entries of orders up to 14, reserved ones, also at the end of all indices. */
    private static LongXArray filled(boolean sparse, SplittableRandom random) {
        XArrayConfig config = XArrayConfig.defaults();
        LongXArray array = LongXArray.create(sparse ? config.compressed() : config);
        boolean spans = random.nextBoolean();
        for (int i = random.nextInt(60); i >= 0; i--) {
            long at = start(random);
            switch (random.nextInt(spans ? 5 : 3)) {
                case 0 -> {
                    for (int k = random.nextInt(200); k >= 0; k--) {
                        array.store(at + k, random.nextInt(1 << 20));
                    }
                }
                case 1 -> array.store(at, random.nextLong() >>> 1);
                case 2 -> array.reserve(at);
                default -> array.store(at, random.nextInt(15), random.nextInt(1 << 20));
            }
        }
        return array;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void copiesAreWhatSearchesFind(boolean sparse) {
        for (long seed = 1; seed <= 40; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            try (LongXArray array = filled(sparse, random)) {
                for (int i = 0; i < 30; i++) {
                    long first = start(random);
                    long last = first + random.nextInt(MOST);
                    int most = random.nextInt(1, 300);
                    if (Long.compareUnsigned(first, last) <= 0) {
                        checkCopy(array, first, last, most, "seed=" + seed + ", first=" + first + ", last=" + last);
                    }
                }
            }
        }
    }

    private static void checkCopy(LongXArray array, long first, long last, int most, String what) {
        long[] indices = new long[most];
        long[] values = new long[most];
        int copied = array.copyRange(first, last, null, indices, values, 0, most);
        LongProbe probe = new LongProbe();
        boolean more = array.find(first, last, probe);
        for (int i = 0; i < copied; i++) {
            assertThat(more).as(what).isTrue();
            assertThat(indices[i]).as(what).isEqualTo(probe.index());
            assertThat(values[i]).as(what).isEqualTo(probe.value());
            more = array.findAfter(probe.index(), last, probe);
        }
        assertThat(more && copied < most).as(what).isFalse();
    }

    @Test
    void theEndOfAllIndices() {
        try (LongXArray array = LongXArray.create()) {
            long[] values = new long[5];
            array.loadRange(-5, values, 0, 5);
            assertThat(values).containsOnly(LongXArray.ABSENT);
            array.store(-1L, 7);
            array.store(0, 1);
            array.loadRange(-2, values, 1, 2);
            assertThat(values).containsExactly(-1, -1, 7, -1, -1);
            assertThatIllegalArgumentException().isThrownBy(() -> array.loadRange(-2, values, 0, 3));
            array.loadRange(-1, values, 5, 0);
        }
    }

    @Test
    void misuse() {
        LongXArray array = LongXArray.create();
        array.store(0, 5);
        long[] values = new long[4];
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> array.loadRange(0, values, 2, 3));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> array.loadRange(0, values, 0, -1));
        array.loadRange(0, values, 0, 4);
        assertThat(values).as("a lone entry").containsExactly(5, -1, -1, -1);
        array.close();
        assertThatIllegalStateException().isThrownBy(() -> array.loadRange(0, values, 0, 4));
    }
}
