package org.quern.xarray;

import java.util.Arrays;
import java.util.SplittableRandom;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** Exact ranges: section G of the checklist. The oracle is a plain array of contents. */
class RangesTest extends ArrayTest {
    @ParameterizedTest
    @MethodSource("kinds")
    void everyShortRange(Kind kind) { // G01, G02, G03
        for (long offset : new long[]{0, 128, 4095, 4096, 123_456, 1 << 24}) {
            ArrayUnderTest array = create(kind);
            for (int i = 0; i < 128; i += 3) {
                for (int j = i; j < 128; j += 1 + j % 5) {
                    array.fill(offset + i, offset + j, 5);
                    for (int k = -1; k <= 128; k++) {
                        boolean inside = k >= i && k <= j;
                        assertThat(array.load(offset + k)).isEqualTo(inside ? 5 : ABSENT);
                    }
                    array.array().clearRange(offset + i, offset + j);
                    assertThat(array.isEmpty()).isTrue();
                    assertThat(nodes(array)).isZero();
                }
            }
            array.close();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void straddlingEntriesAreSplit(Kind kind) { // G04
        ArrayUnderTest array = create(kind);
        array.store(0, 2, 1);
        array.store(4, 2, 2);
        array.mark(0, Mark.M0);
        array.mark(4, Mark.M1);
        array.fill(2, 5, 3);
        long[] expected = {1, 1, 3, 3, 3, 3, 2, 2};
        for (int i = 0; i < 8; i++) {
            assertThat(array.load(i)).isEqualTo(expected[i]);
            assertThat(array.isMarked(i, Mark.M0)).isEqualTo(i < 4);
            assertThat(array.isMarked(i, Mark.M1)).isEqualTo(i >= 4);
        }
        array.array().clearRange(3, 6);
        assertThat(array.load(2)).isEqualTo(3);
        assertThat(array.load(3)).isEqualTo(ABSENT);
        assertThat(array.load(6)).isEqualTo(ABSENT);
        assertThat(array.load(7)).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void rangesThatEndAtTheLastIndex(Kind kind) { // G05, G07, T11
        ArrayUnderTest array = create(kind);
        array.fill(0, MAX, 1);
        assertThat(nodes(array)).isEqualTo(1);
        array.fill(1, MAX - 1, 2);
        assertThat(nodes(array)).isLessThanOrEqualTo(22);
        assertThat(array.load(0)).isEqualTo(1);
        assertThat(array.load(MAX)).isEqualTo(1);
        assertThat(array.load(1L << 40)).isEqualTo(2);
        array.array().clearRange(1, MAX - 1);
        array.fill(MAX - 3, MAX, 4);
        assertThat(array.load(MAX - 4)).isEqualTo(ABSENT);
        assertThat(array.load(0)).isEqualTo(1);
        array.array().clearRange(0, MAX);
        assertThat(array.isEmpty()).isTrue();
        array.fill(1, MAX - 1, 2);
        assertThat(nodes(array)).isLessThanOrEqualTo(22);
        assertThat(array.load(0)).isEqualTo(ABSENT);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void rangesUpsideDown(Kind kind) { // G06
        ArrayUnderTest array = create(kind);
        assertThatIllegalArgumentException().isThrownBy(() -> array.fill(MAX, 0, 1))
                .withMessage("first=18446744073709551615, last=0: last must not be below first");
        assertThatIllegalArgumentException().isThrownBy(() -> array.array().clearRange(1, 0));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void randomRangesAndOrders(Kind kind) {
        long seed = System.nanoTime();
        SplittableRandom random = new SplittableRandom(seed);
        for (long offset : new long[]{0, -20_000}) {
            int size = offset == 0 ? 20_000 : 19_990;
            long[] oracle = new long[size];
            Arrays.fill(oracle, ABSENT);
            ArrayUnderTest array = create(kind);
            for (int i = 0; i < 1500; i++) {
                int order = random.nextInt(13);
                int a = random.nextInt(size);
                int b = Math.min(size - 1, a + random.nextInt(1 << order));
                switch (random.nextInt(5)) {
                    case 0, 1 -> {
                        array.fill(offset + a, offset + b, i);
                        Arrays.fill(oracle, a, b + 1, i);
                    }
                    case 2 -> {
                        array.array().clearRange(offset + a, offset + b);
                        Arrays.fill(oracle, a, b + 1, ABSENT);
                    }
                    case 3 -> array.array().split(offset + a, random.nextInt(8));
                    default -> array.array().splitTo(offset + a, random.nextInt(8));
                }
                if (i % 50 == 0) {
                    for (int k = 0; k < size; k++) {
                        if (array.load(offset + k) != oracle[k]) {
                            throw new AssertionError("seed " + seed + ", step " + i + ", index " + k + ": "
                                    + array.load(offset + k) + ", should be " + oracle[k]);
                        }
                    }
                    TreeChecker.check(array.tree());
                }
            }
            array.array().clearRange(offset, offset + size - 1);
            assertThat(array.isEmpty()).as("seed " + seed).isTrue();
        }
    }
}
