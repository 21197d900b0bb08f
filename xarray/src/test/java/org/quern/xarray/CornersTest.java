package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The corners of the behaviour specification that concern single-index entries: its corner matrix, its node-count table, and its traps by number. */
class CornersTest extends ArrayTest {
    private final LongProbe probe = new LongProbe();

    private static List<Long> indices(ArrayUnderTest array) {
        return new ArrayList<>(array.contents().keySet());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void emptyArrayHasNothingAndTakesNothing(Kind kind) {
        ArrayUnderTest array = create(kind, XArrayConfig.defaults().withMaxNodeBytes(0));
        for (long index : new long[]{0, 1, 63, 64, Long.MAX_VALUE, Long.MIN_VALUE, MAX - 1, MAX}) {
            assertThat(array.load(index)).isEqualTo(ABSENT);
            assertThat(array.erase(index)).isEqualTo(ABSENT);
            assertThat(array.mark(index, Mark.M0)).isFalse();
            assertThat(array.unmark(index, Mark.M0)).isFalse();
            assertThat(array.isMarked(index, Mark.M0)).isFalse();
            assertThat(array.find(index, MAX, null, probe)).isFalse();
        }
        assertThat(array.anyMarked(Mark.M0)).isFalse();
        assertThat(array.isEmpty()).isTrue();
        assertThat(nodes(array)).isZero();
        assertThat(array.contents()).isEmpty();
        assertThat(array.tree().nodes().isOpen()).as("native memory").isFalse();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void indexZeroAloneNeedsNoNode(Kind kind) {
        ArrayUnderTest array = create(kind, XArrayConfig.defaults().withMaxNodeBytes(0));
        assertThat(array.store(0, 7)).isEqualTo(ABSENT);
        assertThat(array.store(0, 8)).isEqualTo(7);
        assertThat(array.compareAndSet(0, 8, 9)).isTrue();
        assertThat(array.insert(0, 1)).isFalse();
        assertThat(array.load(0)).isEqualTo(9);
        assertThat(array.load(1)).isEqualTo(ABSENT);
        assertThat(array.tree().nodes().isOpen()).as("native memory").isFalse();
        assertThat(array.erase(0)).isEqualTo(9);
        assertThat(array.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void endsOfTheIndexRange(Kind kind) { // A01
        long[] ends = {0, 1, 63, 64, Long.MAX_VALUE, Long.MIN_VALUE, MAX - 1, MAX};
        ArrayUnderTest array = create(kind);
        for (int i = 0; i < ends.length; i++) {
            assertThat(array.store(ends[i], i)).isEqualTo(ABSENT);
        }
        assertThat(indices(array)).containsExactly(0L, 1L, 63L, 64L, Long.MAX_VALUE, Long.MIN_VALUE, MAX - 1, MAX);
        for (int i = 0; i < ends.length; i++) {
            assertThat(array.load(ends[i])).isEqualTo(i);
            assertThat(array.erase(ends[i])).isEqualTo(i);
        }
        assertThat(array.isEmpty()).isTrue();
        assertThat(nodes(array)).isZero();
    }

    @ParameterizedTest
    @MethodSource("plainKinds")
    void nodeCountsOfTheTable(Kind kind) {
        long[][] alone = {{0, 0}, {1, 1}, {63, 1}, {64, 2}, {4095, 2}, {4096, 3}, {(1 << 18) - 1, 3}, {1 << 18, 4},
                {1L << 32, 6},
                {1L << 59, 10}, {1L << 60, 11}, {1L << 63, 11}, {MAX, 11}};
        long[][] withZero = {{1, 1}, {4096, 5}, {1 << 18, 7}, {1L << 32, 11}, {1L << 59, 19}, {1L << 63, 21}};
        for (long[] row : alone) {
            ArrayUnderTest array = create(kind);
            array.store(row[0], 1);
            assertThat(nodes(array)).as("{%d}", row[0]).isEqualTo(row[1]);
        }
        for (long[] row : withZero) {
            ArrayUnderTest array = create(kind);
            array.store(0, 1);
            array.store(row[0], 1);
            assertThat(nodes(array)).as("{0, %d}", row[0]).isEqualTo(row[1]);
        }
    }

    @ParameterizedTest
    @MethodSource("plainKinds")
    void nodeCountsOfDenseArrays(Kind kind) {
        long[][] rows = {{64, 1}, {65, 3}, {128, 3}, {4096, 65}, {4097, 68}, {10_000, 161}, {65_536, 1041},
                {262_144, 4161},
                {262_145, 4165}};
        ArrayUnderTest array = create(kind, XArrayConfig.defaults().withMaxNodeBytes(512 << 20));
        long stored = 0;
        for (long[] row : rows) {
            while (stored < row[0]) {
                array.store(stored, stored++);
            }
            assertThat(nodes(array)).as("dense %d", row[0]).isEqualTo(row[1]);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void shrinksIntoTheHeadFromEveryHeight(Kind kind) { // J03, T18
        for (int bit = 0; bit < 64; bit++) {
            ArrayUnderTest array = create(kind);
            array.store(0, 5);
            array.mark(0, Mark.M1);
            array.store(1L << bit, 6);
            assertThat(array.isMarked(0, Mark.M1)).as("after growth").isTrue();
            assertThat(array.isMarked(1L << bit, Mark.M1)).isFalse();
            TreeChecker.check(array.tree());
            assertThat(array.erase(1L << bit)).isEqualTo(6);
            assertThat(nodes(array)).isZero();
            assertThat(array.load(0)).isEqualTo(5);
            assertThat(array.isMarked(0, Mark.M1)).as("after shrinking").isTrue();
            assertThat(array.isMarked(5, Mark.M1)).as("only index 0 has it").isFalse();
            array.erase(0);
            assertThat(array.anyMarked(Mark.M1)).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void growthCarriesTheMarksOfALoneEntry(Kind kind) { // T34
        ArrayUnderTest array = create(kind);
        array.store(0, 1);
        array.mark(0, Mark.M0);
        array.mark(0, Mark.M2);
        array.store(70, 2);
        assertThat(array.find(0, MAX, Mark.M0, probe)).isTrue();
        assertThat(probe.index()).isZero();
        assertThat(array.findAfter(0, MAX, Mark.M0, probe)).isFalse();
        assertThat(array.isMarked(0, Mark.M2)).isTrue();
        assertThat(array.isMarked(0, Mark.M1)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void loneEntryIsDeliveredOnce(Kind kind) { // T12
        ArrayUnderTest array = create(kind);
        array.store(0, 1);
        AtomicInteger times = new AtomicInteger();
        array.forEach(0, MAX, null, (index, value) -> times.incrementAndGet());
        assertThat(times).hasValue(1);
        assertThat(array.findAfter(0, MAX, null, probe)).isFalse();
        assertThat(array.find(1, MAX, null, probe)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void rangesEndAtTheLastIndex(Kind kind) { // T11, E05
        ArrayUnderTest array = create(kind);
        array.store(MAX, 1);
        array.store(MAX - 64, 2);
        List<Long> delivered = new ArrayList<>();
        array.forEach(MAX - 100, MAX, null, (index, value) -> delivered.add(index));
        assertThat(delivered).containsExactly(MAX - 64, MAX);
        delivered.clear();
        array.forEach(MAX, MAX, null, (index, value) -> delivered.add(index));
        assertThat(delivered).containsExactly(MAX);
        assertThat(array.findAfter(MAX, MAX, null, probe)).isFalse();
        assertThat(array.find(0, MAX, null, probe)).isTrue();
        assertThat(probe.index()).isEqualTo(MAX - 64);
        array.mark(MAX, Mark.M0);
        assertThat(array.findAfter(MAX - 64, MAX, Mark.M0, probe)).isTrue();
        assertThat(array.findAfter(MAX, MAX, Mark.M0, probe)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aMissLeavesTheProbe(Kind kind) { // E06, E07
        ArrayUnderTest array = create(kind);
        array.store(5, 50);
        assertThat(array.find(0, MAX, null, probe)).isTrue();
        assertThat(array.find(6, MAX, null, probe)).isFalse();
        assertThat(array.find(7, 6, null, probe)).isFalse();
        assertThat(array.find(0, 4, null, probe)).isFalse();
        assertThat(array.find(0, MAX, Mark.M0, probe)).isFalse();
        assertThat(probe.index()).isEqualTo(5);
        assertThat(probe.value()).isEqualTo(50);
        assertThat(array.find(5, 5, null, probe)).isTrue();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void overwritingKeepsMarksAndErasingClearsThem(Kind kind) { // T03, B04, D05
        ArrayUnderTest array = create(kind);
        for (long index : new long[]{0, 3, 100_000}) {
            array.store(index, 1);
            array.mark(index, Mark.M2);
            array.store(index, 2);
            assertThat(array.isMarked(index, Mark.M2)).isTrue();
            assertThat(array.compareAndSet(index, 2, 3)).isTrue();
            assertThat(array.isMarked(index, Mark.M2)).isTrue();
            array.erase(index);
            assertThat(array.anyMarked(Mark.M2)).isFalse();
            array.store(index, 4);
            assertThat(array.isMarked(index, Mark.M2)).isFalse();
            array.erase(index);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void markAndUnmarkSayWhatTheyChanged(Kind kind) {
        ArrayUnderTest array = create(kind);
        for (long index : new long[]{0, 77}) {
            array.store(index, 1);
            assertThat(array.mark(index, Mark.M0)).isTrue();
            assertThat(array.mark(index, Mark.M0)).isFalse();
            assertThat(array.unmark(index, Mark.M0)).isTrue();
            assertThat(array.unmark(index, Mark.M0)).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void compareAndSetMatrix(Kind kind) { // B08..B12
        long a = 10;
        long b = 20;
        for (long index : new long[]{0, 9, 1L << 40}) {
            for (long present : new long[]{ABSENT, a, b}) {
                for (long expected : new long[]{ABSENT, a, b}) {
                    for (long update : new long[]{ABSENT, a, b}) {
                        ArrayUnderTest array = create(kind);
                        array.store(1, 1);
                        if (present != ABSENT) {
                            array.store(index, present);
                        }
                        long before = nodes(array);
                        assertThat(array.compareAndSet(index, expected, update)).isEqualTo(present == expected);
                        assertThat(array.load(index)).isEqualTo(present == expected ? update : present);
                        if (present != expected) {
                            assertThat(nodes(array)).isEqualTo(before);
                        }
                        TreeChecker.check(array.tree());
                        array.close();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void emptinessIsAboutEntries(Kind kind) { // T33
        ArrayUnderTest array = create(kind);
        array.store(1L << 50, 1);
        assertThat(array.isEmpty()).isFalse();
        array.erase(1L << 50);
        assertThat(array.isEmpty()).isTrue();
        assertThat(nodes(array)).isZero();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void theBodyOfAnIterationMayChangeTheArray(Kind kind) { // E11, R12
        ArrayUnderTest array = create(kind);
        for (int i = 0; i < 300; i++) {
            array.store(i, i);
        }
        AtomicInteger times = new AtomicInteger();
        array.forEach(0, MAX, null, (index, value) -> {
            times.incrementAndGet();
            array.erase(index);
        });
        assertThat(times).hasValue(300);
        assertThat(array.isEmpty()).isTrue();
        for (int i = 0; i < 300; i++) {
            array.store(i * 7L, i);
            array.mark(i * 7L, Mark.M0);
        }
        List<Long> delivered = new ArrayList<>();
        array.forEach(0, MAX, Mark.M0, (index, value) -> {
            delivered.add(index);
            array.unmark(index + 7, Mark.M0); // not delivered any more
            array.erase(index - 7);
            array.store(index + (1L << 40), 1); // grows; unmarked
        });
        assertThat(delivered).hasSize(150).allMatch(index -> index % 14 == 0);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void permanentEntriesAreDeliveredOnceWhileNodesAreRecycledUnderTheIteration(Kind kind) {
        ArrayUnderTest array = create(kind);
        for (int i = 0; i < 1000; i++) {
            array.store(i * 3L, i);
        }
        List<Long> delivered = new ArrayList<>();
        array.forEach(0, MAX, null, (index, value) -> {
            if (index % 3 == 0 && index < 3000) {
                delivered.add(index);
            }
            for (int i = 1; i < 5; i++) { // more than a batch of retirements for each entry: every validation fails
                array.store((index + i << 20) + (1L << 45), 1);
                array.erase((index + i << 20) + (1L << 45));
            }
        });
        assertThat(delivered).hasSize(1000).isSortedAccordingTo(Long::compareUnsigned).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void clearLeavesAnArrayLikeNew(Kind kind) { // A11
        ArrayUnderTest array = create(kind);
        for (long size : new long[]{0, 1, 64, 65, 5000}) {
            for (long i = 0; i < size; i++) {
                array.store(i * 5, i);
                array.mark(i * 5, Mark.values()[(int) i % 3]);
            }
            array.store(MAX, 1);
            array.clear();
            assertThat(array.isEmpty()).isTrue();
            assertThat(nodes(array)).isZero();
            assertThat(array.stats().retiredNodes()).isZero();
            assertThat(array.tree().nodes().blocks().blocksInUse()).isZero();
            for (Mark mark : Mark.values()) {
                assertThat(array.anyMarked(mark)).isFalse();
            }
            assertThat(array.contents()).isEmpty();
            TreeChecker.check(array.tree());
        }
        assertThat(array.tree().nodes().blocks().residentBytes()).as("given back").isLessThan(64 << 10);
    }

    @ParameterizedTest
    @MethodSource("plainKinds")
    void dumpIsStableAndComplete(Kind kind) { // A12
        ArrayUnderTest array = create(kind);
        array.store(0, 1);
        array.store(64, 2);
        array.mark(64, Mark.M1);
        assertThat(array.dump()).contains("height 2, 3 nodes M1", "node 0..4095: shift 6, count 2", "64 = ", " M1");
        assertThat(array.stats().height()).isEqualTo(2);
        assertThat(array.stats().nodeBytes()).isEqualTo(3 * 576);
        ArrayUnderTest other = create(kind);
        other.store(64, 2);
        other.store(0, 1);
        other.mark(64, Mark.M1);
        assertThat(other.dump()).isEqualTo(array.dump());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void denseEntriesCostNineBytes(Kind kind) { // J08
        ArrayUnderTest array = create(kind, XArrayConfig.defaults());
        int entries = 1_000_000;
        for (int i = 0; i < entries; i++) {
            array.store(i, i & 63);
        }
        assertThat(nodes(array)).isBetween(15_874L, 15_875L);
        assertThat((double) array.stats().nodeBytes() / entries).isLessThan(9.2);
        assertThat((double) array.tree().nodes().blocks().residentBytes() / entries).isLessThan(9.3);
    }
}
