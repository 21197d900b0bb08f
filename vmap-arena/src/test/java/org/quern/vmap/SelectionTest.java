package org.quern.vmap;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class SelectionTest {
    private static final int BITS = 4;
    private static final int THINGS = 1 << BITS;

    /** What a condition says, bit by bit: the slow and obvious evaluator. */
    private record Naive(long set, long clear, long anySet, long anyClear) {
        boolean test(long c) {
            boolean any = (anySet | anyClear) == 0;
            for (int bit = 0; bit < BITS; bit++) {
                boolean is = (c >>> bit & 1) == 1;
                if (has(set, bit) && !is || has(clear, bit) && is) {
                    return false;
                }
                any |= has(anySet, bit) && is || has(anyClear, bit) && !is;
            }
            return any;
        }

        private static boolean has(long mask, int bit) {
            return (mask >>> bit & 1) == 1;
        }

        boolean isPossible() {
            for (long c = 0; c < THINGS; c++) {
                if (test(c)) {
                    return true;
                }
            }
            return false;
        }

        Selection make() {
            Selection selection = Selection.ALL.requiring(set).excluding(clear);
            return (anySet | anyClear) == 0 ? selection : selection.withAnyOf(anySet, anyClear);
        }
    }

    private static List<Naive> everyCondition() {
        List<Naive> all = new ArrayList<>();
        for (long set = 0; set < THINGS; set++) {
            for (long clear = 0; clear < THINGS; clear++) {
                for (long anySet = 0; anySet < THINGS; anySet++) {
                    for (long anyClear = 0; anyClear < THINGS; anyClear++) {
                        all.add(new Naive(set, clear, anySet, anyClear));
                    }
                }
            }
        }
        return all;
    }

    @Test
    void agreesWithANaiveEvaluatorForEveryConditionAndEveryThing() {
        for (Naive naive : everyCondition()) {
            if (!naive.isPossible()) {
                assertThatThrownBy(naive::make).as(naive::toString).isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("nothing could match");
                continue;
            }
            Selection selection = naive.make();
            for (long c = 0; c < THINGS; c++) {
                assertThat(selection.test(c)).as("%s as %s of %s", naive, selection, c).isEqualTo(naive.test(c));
            }
        }
    }

    @Test
    void theOrderInWhichItIsNarrowedDoesNotMatter() {
        for (Naive naive : everyCondition()) {
            if (naive.isPossible() && (naive.anySet | naive.anyClear) != 0) {
                assertThat(Selection.ALL.withAnyOf(naive.anySet, naive.anyClear).excluding(naive.clear)
                        .requiring(naive.set)).as(naive::toString).isEqualTo(naive.make());
            }
        }
    }

    @Test
    void selectionsAreEqualExactlyIfTheySelectTheSame() {
        Map<Long, Selection> byTable = new HashMap<>();
        Map<Selection, Long> tables = new HashMap<>();
        for (Naive naive : everyCondition()) {
            if (naive.isPossible()) {
                long table = 0;
                for (long c = 0; c < THINGS; c++) {
                    table |= naive.test(c) ? 1L << c : 0;
                }
                Selection selection = naive.make();
                assertThat(byTable.merge(table, selection, (old, now) -> old)).isEqualTo(selection);
                assertThat(tables.merge(selection, table, (old, now) -> old)).isEqualTo(table);
            }
        }
    }

    @Test
    void theInvertedFormIsThatOfTheKernel() {
        for (long inverted = 0; inverted < THINGS; inverted++) {
            for (long mask = 0; mask < THINGS; mask++) {
                for (long anyOf = 0; anyOf < THINGS; anyOf++) {
                    Selection selection = Selection.of(inverted, mask, anyOf);
                    for (long c = 0; c < THINGS; c++) {
                        long x = c ^ inverted;
                        assertThat(selection.test(c)).isEqualTo((x & mask) == mask && (anyOf == 0 || (x & anyOf) != 0));
                    }
                    assertThat(Selection.of(selection.inverted(), selection.required(), selection.anyOf()))
                            .isEqualTo(selection);
                }
            }
        }
    }

    @Test
    void sixtyFourAtATimeIsTheSameAsOneByOne() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 100_000; round++) {
            Selection selection = Selection.of(random.nextLong(8), random.nextLong(8), random.nextLong(8));
            long[] planes = {random.nextLong(), random.nextLong(), random.nextLong()};
            long expected = 0;
            for (int i = 0; i < 64; i++) {
                long c = (planes[0] >>> i & 1) | (planes[1] >>> i & 1) << 1 | (planes[2] >>> i & 1) << 2;
                expected |= selection.test(c) ? 1L << i : 0;
            }
            assertThat(selection.select(planes)).as("seed %s, %s", seed, selection).isEqualTo(expected);
            assertThat(selection.select(planes[0], planes[1], planes[2])).as("seed %s, %s", seed, selection)
                    .isEqualTo(expected);
        }
    }

    @Test
    void worksWithAllSixtyFourBits() {
        Selection ends = Selection.ALL.requiring(Long.MIN_VALUE).excluding(1);
        assertThat(ends.test(Long.MIN_VALUE | 6)).isTrue();
        assertThat(ends.test(Long.MIN_VALUE | 1)).isFalse();
        assertThat(ends.test(6)).isFalse();
    }

    @Test
    void mistakesAreNamed() {
        assertThatThrownBy(() -> Selection.ALL.withAnyOf(0)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("set=0x0, clear=0x0");
        assertThatThrownBy(() -> Selection.ALL.withAnyOf(3).withAnyOf(12)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("already, 0x3");
        assertThatThrownBy(() -> Selection.ALL.requiring(6).excluding(2)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0x2 would be required and excluded");
        assertThatThrownBy(() -> Selection.ALL.requiring(8).select(1L, 2L, 3L))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Selection.ALL.requiring(8).select(1L)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void saysWhatItSelects() {
        assertThat(Selection.ALL).hasToString("everything");
        assertThat(Selection.ALL.requiring(6).excluding(16).withAnyOf(0x48))
                .hasToString("all of 0x6, none of 0x10, any of 0x48");
        assertThat(Selection.ALL.withAnyOf(1, 6)).hasToString("any of 0x1 or not all of 0x6");
    }
}
