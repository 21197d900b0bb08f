package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Searching backwards: the same entries under the same indices, in the other order, whatever their orders, marks and ranges. */
class ReverseTest {
    private static final long MAX = -1L;
    private final LongXArray array = LongXArray.create(XArrayConfig.defaults().withMaxNodeBytes(64 << 20));

    /** An entry as a list element. */
    record Pair(long index, long value) {}

    @AfterEach
    void checkAndClose() {
        TreeChecker.check(array.tree());
        array.close();
    }

    @Test
    void cornersOfTheSearch() { // X05
        LongProbe probe = new LongProbe();
        assertThat(array.findLast(MAX, 0, probe)).isFalse();
        array.store(0, 7);
        assertThat(array.findLast(MAX, 0, probe)).isTrue();
        assertThat(probe).hasToString("0=7");
        assertThat(array.findLast(MAX, 1, probe)).isFalse();
        assertThat(array.findBefore(0, 0, probe)).isFalse();
        array.store(MAX, 8);
        assertThat(array.previousIndex(MAX, 0)).hasValue(MAX);
        assertThat(array.findBefore(MAX, 0, probe)).isTrue();
        assertThat(probe.index()).isZero();
        array.store(1L << 40, 20, 9);
        assertThat(array.previousIndex((1L << 40) + 5, 0)).hasValue(1L << 40);
        assertThat(array.previousIndex((1L << 40) + 5, (1L << 40) + 3)).hasValue((1L << 40) + 3);
        assertThat(array.findBefore((1L << 40) + 5, 0, probe)).isTrue();
        assertThat(probe.index()).isZero();
        array.mark(0, Mark.M1);
        assertThat(array.previousIndex(MAX, 0, Mark.M1)).hasValue(0);
        assertThat(array.findBefore(1L << 40, 0, Mark.M1, probe)).isTrue();
        assertThat(array.findLast(5, 6, probe)).isFalse();
    }

    @Test
    void descendingIsAscendingReversed() {
        long seed = Long.getLong("quern.seed", new SplittableRandom().nextLong());
        System.out.println("ReverseTest: -Dquern.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        for (int round = 0; round < 300; round++) {
            fill(random);
            for (int i = 0; i < 20; i++) {
                LongEntries entries = array.entries();
                if (random.nextBoolean()) {
                    entries = entries.marked(Mark.M2);
                }
                if (i > 0) {
                    long one = near(random);
                    long other = near(random);
                    boolean ordered = Long.compareUnsigned(one, other) <= 0;
                    entries = entries.range(ordered ? one : other, ordered ? other : one);
                }
                List<Pair> up = pairs(entries);
                assertThat(pairs(entries.descending())).isEqualTo(up.reversed());
                assertThat(entries.indices().boxed()).isEqualTo(up.stream().map(Pair::index).toList());
                assertThat(entries.values().parallel().boxed()).isEqualTo(up.stream().map(Pair::value).toList());
                assertThat(entries.descending().indices().parallel().boxed())
                        .isEqualTo(up.reversed().stream().map(Pair::index).toList());
            }
            everyPreviousIsTheNeighbour(pairs(array.entries()));
        }
    }

    private void everyPreviousIsTheNeighbour(List<Pair> up) {
        LongProbe probe = new LongProbe();
        for (int i = 1; i < up.size(); i++) {
            assertThat(array.findBefore(up.get(i).index(), 0, probe)).isTrue();
            assertThat(probe.index()).isEqualTo(up.get(i - 1).index());
        }
        try (LongReadCursor cursor = array.cursor(MAX)) {
            List<Long> met = new ArrayList<>();
            while (cursor.previous(0)) {
                if (!cursor.isReserved()) {
                    met.add(cursor.index());
                }
            }
            assertThat(met).isEqualTo(up.reversed().stream().map(Pair::index).toList());
        }
    }

    @Test
    void cursorGoesBothWaysAndStaysWhereItFindsNothing() {
        array.store(5, 50);
        array.store(70, 700);
        array.mark(5, Mark.M0);
        try (LongReadCursor cursor = array.cursor(MAX)) {
            assertThat(cursor.previous(0)).isTrue();
            assertThat(cursor.index()).isEqualTo(70);
            assertThat(cursor.previousMarked(6, Mark.M0)).isFalse();
            assertThat(cursor.value()).isEqualTo(700);
            assertThat(cursor.previousMarked(0, Mark.M0)).isTrue();
            assertThat(cursor.value()).isEqualTo(50);
            assertThat(cursor.previous(0)).isFalse();
            assertThat(cursor.index()).isEqualTo(5);
            assertThat(cursor.next(MAX)).isTrue();
            assertThat(cursor.index()).isEqualTo(70);
        }
    }

    private void fill(SplittableRandom random) {
        array.clear();
        int entries = random.nextInt(60);
        for (int i = 0; i < entries; i++) {
            long index = near(random);
            int order = random.nextInt(3) == 0 ? random.nextInt(1 << random.nextInt(1, 6)) : 0;
            switch (random.nextInt(6)) {
                case 0 -> array.reserve(index);
                case 1 -> array.erase(index);
                default -> array.store(index, order, i);
            }
            if (random.nextInt(3) == 0) {
                array.mark(index, Mark.M2);
            }
        }
    }

    /** Indices that meet: around a few powers of two, at all levels. */
    private static long near(SplittableRandom random) {
        long base = random.nextInt(8) == 0 ? MAX : 1L << 6 * random.nextInt(1, 11);
        return random.nextInt(4) == 0 ? random.nextInt(200) : base + random.nextInt(-70, 71);
    }

    private static List<Pair> pairs(LongEntries entries) {
        List<Pair> pairs = new ArrayList<>();
        entries.forEach((index, value) -> pairs.add(new Pair(index, value)));
        return pairs;
    }
}
