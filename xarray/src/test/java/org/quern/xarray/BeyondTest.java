package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.LongStream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.quern.vmap.Selection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The corners of what goes beyond the kernel: selections of marks, counting, holes and runs, batches. */
class BeyondTest extends ArrayTest {
    private static List<Long> indices(AbstractEntries<?> entries) {
        return entries.indices().boxed().toList();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void combinationsOfMarks(Kind kind) { // X01, X02
        ArrayUnderTest array = create(kind);
        for (int i = 0; i < 8; i++) { // entry i has the marks of the bits of i
            array.store(i * 1000L, i);
            for (Mark mark : Mark.values()) {
                if ((i & mark.bit()) != 0) {
                    array.mark(i * 1000L, mark);
                }
            }
        }
        AbstractEntries<?> all = array.entries();
        assertThat(indices(all.unmarked(Mark.M0))).containsExactly(0L, 2000L, 4000L, 6000L);
        assertThat(indices(all.marked(Mark.M0).unmarked(Mark.M1))).containsExactly(1000L, 5000L);
        assertThat(indices(all.marked(Mark.M0).marked(Mark.M2).descending())).containsExactly(7000L, 5000L);
        assertThat(indices(all.marked(Selection.ALL.withAnyOf(Mark.mask(Mark.M0, Mark.M1)).excluding(Mark.M2.bit()))))
                .containsExactly(1000L, 2000L, 3000L);
        assertThat(indices(all.marked(Selection.ALL.withAnyOf(Mark.M0.bit(), Mark.M1.bit()))))
                .containsExactly(0L, 1000L, 3000L, 4000L, 5000L, 7000L);
        assertThat(indices(all.marked(Selection.ALL))).isEqualTo(indices(all));
        assertThat(indices(all.range(1, 999).unmarked(Mark.M0))).isEmpty();
        assertThat(all.unmarked(Mark.M0).count()).isEqualTo(4);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aLoneEntryIsSelectedByItsMarks(Kind kind) { // X01, T12
        ArrayUnderTest array = create(kind);
        assertThat(indices(array.entries().unmarked(Mark.M1))).isEmpty();
        array.store(0, 7);
        assertThat(indices(array.entries().unmarked(Mark.M1))).containsExactly(0L);
        assertThat(indices(array.entries().range(1, MAX).unmarked(Mark.M1))).isEmpty();
        array.mark(0, Mark.M1);
        assertThat(indices(array.entries().unmarked(Mark.M1))).isEmpty();
        assertThat(array.entries().range(0, 0).marked(Mark.M1).unmark(Mark.M1)).isEqualTo(1);
        assertThat(array.anyMarked(Mark.M1)).isFalse();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void selectedEntriesThatSpanIndicesAreDeliveredOnce(Kind kind) { // T10, T13
        ArrayUnderTest array = create(kind);
        array.store(64, 2, 1); // four slots of a leaf
        array.store(4096, 6, 2); // a slot above the leaves, no siblings
        array.store(1L << 28, 26, 3); // four slots of a node far above
        AbstractEntries<?> plain = array.entries().unmarked(Mark.M2);
        assertThat(indices(plain)).containsExactly(64L, 4096L, 1L << 28);
        assertThat(plain.count()).isEqualTo(3);
        assertThat(indices(plain.range(65, 5000))).containsExactly(65L, 4096L);
        assertThat(indices(plain.range(66, 4100).descending())).containsExactly(4096L, 66L);
        assertThat(indices(plain.range(4100, 4101))).containsExactly(4100L);
        assertThat(plain.range(65, 66).mark(Mark.M2)).isEqualTo(1);
        assertThat(array.isMarked(67, Mark.M2)).isTrue();
        assertThat(indices(plain)).containsExactly(4096L, 1L << 28);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void selectionsReachTheLastIndex(Kind kind) { // T11, T29
        ArrayUnderTest array = create(kind);
        array.store(MAX, 1);
        array.store(0, 2);
        array.store(Long.MIN_VALUE, 3);
        AbstractEntries<?> plain = array.entries().unmarked(Mark.M0);
        assertThat(indices(plain)).containsExactly(0L, Long.MIN_VALUE, MAX);
        assertThat(indices(plain.descending())).containsExactly(MAX, Long.MIN_VALUE, 0L);
        assertThat(indices(plain.range(MAX, MAX))).containsExactly(MAX);
        assertThat(indices(plain.range(0, 0).descending())).containsExactly(0L);
        assertThat(plain.mark(Mark.M0)).isEqualTo(3);
        assertThat(indices(plain)).isEmpty();
        assertThat(array.entries().marked(Mark.M0).unmark(Mark.M0)).isEqualTo(3);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void selectionsWhileTheConsumerChangesMarks(Kind kind) { // E11, T17
        ArrayUnderTest array = create(kind);
        for (int i = 0; i < 300; i++) {
            array.store(i, i);
        }
        List<Long> seen = new ArrayList<>();
        array.forEach(array.entries().unmarked(Mark.M1), (index, value) -> {
            seen.add(index);
            array.mark(index + 1, Mark.M1); // the next has lost what is wanted before its turn
            array.erase(index + 2);
        });
        assertThat(seen).containsExactlyElementsOf(LongStream.range(0, 100).map(i -> 3 * i).boxed().toList());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void contradictionsAndForeignBitsAreRefused(Kind kind) {
        ArrayUnderTest array = create(kind);
        AbstractEntries<?> marked = array.entries().marked(Mark.M0);
        assertThatThrownBy(() -> marked.unmarked(Mark.M0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> marked.marked(Selection.ALL.requiring(8))).hasMessageContaining("no marks")
                .isInstanceOf(IllegalArgumentException.class);
        ArrayUnderTest ids = create(kind, XArrayConfig.defaults().allocating(Allocation.FROM_ZERO));
        assertThatThrownBy(() -> ids.entries().unmarked(Mark.M0)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> ids.entries().mark(Mark.M0)).isInstanceOf(UnsupportedOperationException.class);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void rangesOfMarks(Kind kind) { // X11
        ArrayUnderTest array = create(kind);
        for (int i = 0; i < 1000; i++) {
            array.store(3L * i, i);
        }
        assertThat(array.entries().range(100, 2000).mark(Mark.M0)).isEqualTo(633);
        assertThat(array.entries().range(100, 2000).mark(Mark.M0)).isZero();
        assertThat(array.entries().marked(Mark.M0).count()).isEqualTo(633);
        assertThat(array.entries().range(500, 600).marked(Mark.M0).mark(Mark.M1)).isEqualTo(34); // tag what is to be written
        assertThat(array.entries().unmark(Mark.M0)).isEqualTo(633);
        assertThat(array.anyMarked(Mark.M0)).isFalse();
        assertThat(array.entries().marked(Mark.M1).count()).isEqualTo(34);
        array.array().reserve(501 * 3 + 1);
        assertThat(array.entries().count()).isEqualTo(1000);
        assertThat(array.entries().mark(Mark.M2)).as("reserved entries are not in the view").isEqualTo(1000);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void ranks(Kind kind) { // X20
        ArrayUnderTest array = create(kind);
        assertThat(array.entries().select(0)).isEmpty();
        assertThat(array.entries().rank(MAX)).isZero();
        for (int i = 0; i < 200; i++) {
            array.store(i * 10L, i);
        }
        array.store(MAX, 1);
        array.array().reserve(5);
        AbstractEntries<?> entries = array.entries();
        for (int i = 0; i < 200; i++) {
            assertThat(entries.select(i)).hasValue(i * 10L);
            assertThat(entries.rank(i * 10L)).isEqualTo(i);
            assertThat(entries.rank(i * 10L + 1)).isEqualTo(i + 1);
        }
        assertThat(entries.select(200)).hasValue(MAX);
        assertThat(entries.select(201)).isEmpty();
        assertThat(entries.rank(MAX)).isEqualTo(200);
        assertThat(entries.descending().select(0)).hasValue(MAX);
        assertThat(entries.descending().rank(MAX)).isZero();
        assertThat(entries.descending().rank(0)).isEqualTo(200);
        assertThatThrownBy(() -> entries.select(-1)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rank=-1");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void holesAtTheEndsOfTheIndexRange(Kind kind) { // X06, X07, T11, T29
        ArrayUnderTest array = create(kind);
        Holes holes = array.array().holes();
        assertThat(holes.next(0, MAX)).hasValue(0);
        assertThat(holes.previous(MAX, 0)).hasValue(MAX);
        assertThat(holes.holeAt(5)).isEqualTo(new IndexRange(0, MAX));
        assertThat(holes.holeAt(5).length()).as("2^64").isZero();
        assertThat(holes.lowest(MAX, 1, 0, MAX)).hasValue(0);
        assertThat(holes.highest(MAX, 1, 0, MAX)).hasValue(1);
        assertThat(holes.highest(Long.MIN_VALUE, Long.MIN_VALUE, 0, MAX)).hasValue(Long.MIN_VALUE);
        array.store(0, 1);
        assertThat(holes.holeAt(1)).isEqualTo(new IndexRange(1, MAX));
        assertThat(holes.runAt(0)).isEqualTo(new IndexRange(0, 0));
        assertThat(holes.lowest(Long.MIN_VALUE, 2, 0, MAX)).hasValue(2);
        array.store(MAX, 1);
        assertThat(holes.next(MAX, MAX)).isEmpty();
        assertThat(holes.previous(0, 0)).isEmpty();
        assertThat(holes.holeAt(7)).isEqualTo(new IndexRange(1, MAX - 1));
        assertThat(holes.lowest(MAX - 1, 1, 0, MAX)).as("2^64 - 2 of them").hasValue(1);
        assertThat(holes.lowest(MAX, 1, 0, MAX)).isEmpty();
        array.fill(0, MAX, 3);
        assertThat(holes.next(0, MAX)).isEmpty();
        assertThat(holes.previous(MAX, 0)).isEmpty();
        assertThat(holes.runAt(12345)).isEqualTo(new IndexRange(0, MAX));
        assertThat(holes.lowest(1, 1, 0, MAX)).isEmpty();
        assertThat(holes.highest(1, 1, 0, MAX)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void whatIsTakenIsNoHole(Kind kind) { // X06, X07
        ArrayUnderTest array = create(kind);
        array.store(128, 7, 1); // 128..255
        array.array().reserve(300);
        array.array().reserve(320, 4); // 320..335
        Holes holes = array.array().holes();
        assertThat(holes.next(130, MAX)).hasValue(256);
        assertThat(holes.next(130, 255)).isEmpty();
        assertThat(holes.holeAt(260)).isEqualTo(new IndexRange(256, 299));
        assertThat(holes.holeAt(300)).isNull();
        assertThat(holes.runAt(330)).isEqualTo(new IndexRange(320, 335));
        assertThat(holes.lowest(50, 1, 100, MAX)).hasValue(336);
        assertThat(holes.lowest(16, 16, 200, MAX)).hasValue(256);
        assertThat(holes.lowest(45, 1, 128, MAX)).hasValue(336);
        assertThat(holes.lowest(44, 1, 128, MAX)).hasValue(256);
        assertThat(holes.lowest(44, 1, 128, 298)).isEmpty();
        assertThat(holes.highest(16, 16, 0, 335)).hasValue(304);
        assertThat(holes.highest(20, 8, 0, 319)).hasValue(280);
        assertThat(holes.highest(128, 128, 0, 335)).hasValue(0);
        assertThatThrownBy(() -> holes.lowest(0, 1, 0, MAX)).hasMessageContaining("length=0");
        assertThatThrownBy(() -> holes.lowest(1, 3, 0, MAX)).hasMessageContaining("alignment=3");
        assertThatThrownBy(() -> holes.highest(1, 0, 0, MAX)).hasMessageContaining("alignment=0");
        assertThatThrownBy(() -> holes.highest(1, 1, 5, 4)).hasMessageContaining("last must not be below");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void indexZeroIsTakenWhereIdsBeginAtOne(Kind kind) { // H16
        ArrayUnderTest array = create(kind, XArrayConfig.defaults().allocating(Allocation.FROM_ONE));
        Holes holes = array.array().holes();
        assertThat(holes.next(0, MAX)).hasValue(1);
        assertThat(holes.previous(0, 0)).isEmpty();
        assertThat(holes.holeAt(0)).isNull();
        assertThat(holes.holeAt(9)).isEqualTo(new IndexRange(1, MAX));
        assertThat(array.tryAllocate(7, Limit.U31)).isEqualTo(1);
        assertThat(holes.runAt(1)).isEqualTo(new IndexRange(0, 1));
        assertThat(array.entries().count()).isEqualTo(1);
        assertThat(array.insertAll(new long[]{0, 1, 2}, new long[]{5, 5, 5})).containsExactly(false, false, true);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void batchesOfAllSizes(Kind kind) { // X12
        ArrayUnderTest array = create(kind);
        for (int size : new int[]{0, 1, 63, 64, 65, 200}) {
            long[] indices = LongStream.range(0, size).map(i -> i * 7 * 64 % 1000).toArray();
            long[] values = LongStream.range(0, size).map(i -> i + 1).toArray();
            array.storeAll(indices, values);
            for (int i = 0; i < size; i++) {
                values[i] = array.load(indices[i]);
            }
            assertThat(array.loadAll(indices)).isEqualTo(values);
        }
        assertThat(array.loadAll(0, MAX, 448, Long.MIN_VALUE)[1]).isEqualTo(ABSENT);
        long[] everything = array.entries().indices().toArray();
        assertThat(array.eraseAll(everything)).isEqualTo(everything.length);
        assertThat(nodes(array)).isZero();
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aBatchThatDoesNotFitHasStoredWhatCameBefore(Kind kind) { // T23
        ArrayUnderTest array = create(kind, XArrayConfig.defaults().withMaxNodeBytes(5 * 576));
        assertThatThrownBy(() -> array.storeAll(new long[]{1, 2, 64, 1L << 40, 3}, new long[]{1, 2, 3, 4, 5}))
                .isInstanceOf(NodeAllocationException.class).hasMessageContaining("index=" + (1L << 40));
        assertThat(array.loadAll(1, 2, 64, 1L << 40, 3)).containsExactly(1, 2, 3, ABSENT, ABSENT);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void closedArraysRefuse(Kind kind) { // L05
        ArrayUnderTest array = create(kind);
        array.store(9, 9);
        AbstractEntries<?> plain = array.entries().unmarked(Mark.M0);
        Holes holes = array.array().holes();
        array.close();
        List<Runnable> calls = List.of(plain::count, () -> plain.rank(7), () -> plain.select(0),
                () -> plain.mark(Mark.M1), () -> plain.indices().toArray(), () -> holes.next(0, 9),
                () -> holes.holeAt(0), () -> holes.lowest(1, 1, 0, 9), () -> array.loadAll(9),
                () -> array.storeAll(new long[]{9}, new long[]{9}), () -> array.eraseAll(9));
        for (Runnable call : calls) {
            assertThatThrownBy(call::run).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void batchesCheckWhatTheyAreGiven(Kind kind) {
        ArrayUnderTest array = create(kind);
        if (array.array() instanceof LongXArray longs) {
            LongBatch batch = longs.batch();
            assertThatThrownBy(() -> batch.store(new long[]{1, 2}, new long[]{1, -2}, 2))
                    .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("values[1]=-2");
            long[] same = {1};
            assertThatThrownBy(() -> batch.load(same, same)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> batch.load(same, new long[0])).isInstanceOf(IndexOutOfBoundsException.class);
        } else if (array.array() instanceof XArray<?> objects) {
            Batch<?> batch = objects.batch();
            assertThatThrownBy(() -> batch.erase(new long[]{1}, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThat(array.isEmpty()).isTrue();
        assertThat(array.entries().select(0)).isEqualTo(OptionalLong.empty());
    }
}
