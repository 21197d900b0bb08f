package org.quern.xarray;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Selections, counts, holes and batches beside a writer that makes nodes come and go, in leaves and above them. Every hundredth index is permanent, marked M0 and never M1; every
 * hundredth and fiftieth is permanently free; values carry their index.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class QueriesUnderWritersTest extends ArrayTest {
    private static final int STEP = 100;
    private static final int LENGTH = 8_000;
    private static final long[] PERMANENT = LongStream.range(0, LENGTH / STEP).map(i -> i * STEP).toArray();

    private ArrayUnderTest filled(Kind kind) {
        ArrayUnderTest array = create(kind);
        for (long index : PERMANENT) {
            array.store(index, index);
            array.mark(index, Mark.M0);
        }
        return array;
    }

    /** Comes and goes: single entries with all marks, blocks far up, and a run of whole leaves. */
    private static void churn(ArrayUnderTest array, SplittableRandom random) {
        long index = random.nextInt(LENGTH);
        if (index % STEP != 0 && index % STEP != STEP / 2) {
            array.store(index, index);
            array.mark(index, Mark.values()[random.nextInt(3)]);
            array.mark(index, Mark.M1);
            if (random.nextInt(3) != 0) {
                array.erase(index);
            }
        }
        if (random.nextInt(50) == 0) {
            long far = 1L << (20 + random.nextInt(40));
            array.store(far, 14, far);
            array.erase(far);
        }
        if (random.nextInt(500) == 0) {
            for (long gone = 0; gone < LENGTH; gone++) {
                if (gone % STEP != 0) {
                    array.erase(gone);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void whatMeetsTheSelectionAllTheTimeIsDeliveredOnce(Kind kind) throws Exception { // X01, X02, X20
        ArrayUnderTest array = filled(kind);
        Callable<Long> selections = () -> {
            for (boolean descending : new boolean[]{false, true}) {
                AbstractEntries<?> entries = array.entries().marked(Mark.M0).unmarked(Mark.M1);
                List<Long> delivered = new ArrayList<>();
                array.forEach(descending ? entries.descending() : entries, (index, value) -> {
                    assertThat(value).isEqualTo(index);
                    delivered.add(index);
                });
                List<Long> ascending = descending ? delivered.reversed() : delivered;
                assertThat(ascending).isSortedAccordingTo(Long::compareUnsigned).doesNotHaveDuplicates();
                assertThat(ascending).containsAll(Arrays.stream(PERMANENT).boxed().toList());
            }
            return 1L;
        };
        Callable<Long> counts = () -> {
            AbstractEntries<?> entries = array.entries().range(0, LENGTH - 1);
            assertThat(entries.unmarked(Mark.M1).count()).isBetween((long) PERMANENT.length, (long) LENGTH);
            assertThat(entries.count()).isBetween((long) PERMANENT.length, (long) LENGTH);
            assertThat(entries.select(0)).hasValue(0);
            return 1L;
        };
        SplittableRandom random = new SplittableRandom(7);
        new ReaderRace().run(() -> churn(array, random), List.of(selections, counts));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void whatIsFreeAllTheTimeIsNotPassedOver(Kind kind) throws Exception { // X06, X07
        ArrayUnderTest array = filled(kind);
        Holes holes = array.array().holes();
        Callable<Long> search = () -> {
            for (long at = STEP / 2; at < LENGTH; at += STEP) {
                assertThat(holes.next(at - 7, MAX).getAsLong()).isBetween(at - 7, at);
                assertThat(holes.previous(at + 7, 0).getAsLong()).isBetween(at, at + 7);
                assertThat(holes.holeAt(at).contains(at)).isTrue();
                assertThat(holes.holeAt(at).first()).isGreaterThan(at - STEP / 2);
                assertThat(holes.holeAt(at - STEP / 2)).isNull();
                assertThat(holes.lowest(1, 2, at - 1, at + 1)).hasValue(at);
                assertThat(holes.lowest(STEP, 1, 0, LENGTH - 1)).isEmpty();
            }
            return 1L;
        };
        SplittableRandom random = new SplittableRandom(8);
        new ReaderRace().run(() -> churn(array, random), List.of(search));
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void eachIndexOfABatchReadsItsOwn(Kind kind) throws Exception { // X12
        ArrayUnderTest array = filled(kind);
        SplittableRandom wanted = new SplittableRandom(9);
        Callable<Long> loads = () -> {
            long[] indices = wanted.longs(500, 0, LENGTH).toArray();
            long[] values = array.loadAll(indices);
            for (int i = 0; i < indices.length; i++) {
                if (values[i] != indices[i] && (values[i] != ABSENT || indices[i] % STEP == 0)) {
                    throw new AssertionError("index " + indices[i] + " gave " + values[i]);
                }
            }
            return 1L;
        };
        SplittableRandom random = new SplittableRandom(10);
        Runnable batches = () -> {
            long[] indices = random.longs(100, 0, LENGTH).filter(i -> i % STEP != 0).toArray();
            array.insertAll(indices, indices);
            churn(array, random);
            array.eraseAll(indices);
        };
        new ReaderRace().run(batches, List.of(loads));
    }
}
