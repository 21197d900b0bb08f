package org.quern.xarray;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.quern.vmap.Selection;
import org.quern.xarray.model.Gaps;
import org.quern.xarray.model.Model;
import org.quern.xarray.trace.Span;
import org.quern.xarray.trace.TraceInterpreter;
import org.quern.xarray.trace.TraceLine;
import org.quern.xarray.trace.TraceProfile;
import org.quern.xarray.trace.TraceWriter;
import org.quern.xarray.trace.TracedArray;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What goes beyond the kernel, against the model: between random operations of every profile, selections of marks, counts, ranks, holes, runs and batches of both kinds of array are compared with
 * what follows from the model's list of entries; and marks of ranges and batches change both.
 *
 * <p>{@code -Dquern.long=true} for the long form, or {@code -Dquern.operations=..}; {@code -Dquern.seed=..} to run again.
 */
class BeyondModelTest {
    private static final int OPERATIONS = (int) (long) Long.getLong("quern.operations",
            Boolean.getBoolean("quern.long") ? 20_000_000L : 30_000);
    private static final long SEED = Long.getLong("quern.seed", System.nanoTime());
    private static final int EPISODE = 1_000;
    private static final int LOOK_EVERY = 20;

    /** An entry as a list element. */
    record Pair(long index, long value) {}

    static Stream<Arguments> runs() {
        return ArrayTest.kinds()
                .flatMap(kind -> Stream.of(TraceProfile.values()).map(profile -> Arguments.of(kind, profile)));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void arrayAgreesWithTheModel(ArrayTest.Kind kind, TraceProfile profile) {
        int share = OPERATIONS / (2 * TraceProfile.values().length);
        for (long done = 0, seed = SEED; done < share; done += EPISODE, seed++) {
            List<TraceLine> operations = TraceWriter.operations(profile, seed, EPISODE, EPISODE);
            try (TraceInterpreter array = new TraceInterpreter(traced -> ReplayTest.target(kind, traced));
                    TraceInterpreter model = new TraceInterpreter(Model::new)) {
                new Comparison(new SplittableRandom(seed)).play(operations, array, model);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(kind + " " + profile + " -Dquern.seed=" + seed, e);
            }
        }
    }

    /** One episode. */
    private record Comparison(SplittableRandom random) {
        void play(List<TraceLine> operations, TraceInterpreter array, TraceInterpreter model) {
            for (int i = 0; i < operations.size(); i++) {
                assertThat(array.runWhole(operations.get(i))).isEqualTo(model.runWhole(operations.get(i)));
                if (i % LOOK_EVERY == 0) {
                    ArrayUnderTest tested = ((ArrayTarget) array.array()).array();
                    Model expected = (Model) model.array();
                    look(tested, expected);
                    change(tested, expected);
                }
                if (i % (10 * LOOK_EVERY) == 0) {
                    assertThat(TreeChecker.defects(((ArrayTarget) array.array()).array().tree(), true)).isEmpty();
                }
            }
        }

        private void look(ArrayUnderTest array, Model model) {
            long a = index(model);
            long b = index(model);
            long first = Long.compareUnsigned(a, b) < 0 ? a : b;
            long last = first == a ? b : a;
            if (random.nextInt(4) == 0) {
                first = 0;
                last = -1L;
            }
            Selection selection = selection(model);
            entries(array, model, first, last, selection);
            holes(array.array().holes(), model, first, last);
            long[] indices = random.longs(random.nextInt(150)).map(any -> index(model)).toArray();
            if (random.nextBoolean()) {
                Arrays.sort(indices);
            }
            assertThat(array.loadAll(indices)).isEqualTo(Arrays.stream(indices).map(model::load).toArray());
        }

        /** An edge of an entry, or near one, or anything. */
        private long index(Model model) {
            List<Span> spans = model.spans();
            if (spans.isEmpty() || random.nextInt(10) == 0) {
                return random.nextLong() >>> random.nextInt(64);
            }
            Span span = spans.get(random.nextInt(spans.size()));
            return switch (random.nextInt(4)) {
                case 0 -> span.first() - random.nextInt(3);
                case 1 -> span.last() + random.nextInt(3);
                case 2 -> span.first() + random.nextInt(200);
                default -> span.first() + (span.last() - span.first() >>> 1);
            };
        }

        private Selection selection(Model model) {
            int mask = model.kind() == TracedArray.Kind.PLAIN ? 7 : 6;
            return random.nextInt(8) == 0
                    ? Selection.ALL
                    : Selection.of(random.nextInt(8), random.nextInt(8) & mask, random.nextInt(8) & mask);
        }

        private void entries(ArrayUnderTest array, Model model, long first, long last, Selection selection) {
            List<Pair> expected = new ArrayList<>();
            for (Span span : wanted(model, first, last, selection)) {
                expected.add(new Pair(greater(span.first(), first), span.value()));
            }
            boolean descending = random.nextBoolean();
            if (descending) {
                Collections.reverse(expected);
            }
            AbstractEntries<?> entries = array.entries().range(first, last).marked(selection);
            List<Pair> found = new ArrayList<>();
            array.forEach(descending ? entries.descending() : entries,
                    (index, value) -> found.add(new Pair(index, value)));
            assertThat(found).as("%s of %s..%s, descending %s", selection, Long.toHexString(first),
                    Long.toHexString(last), descending).isEqualTo(expected);
            AbstractEntries<?> counted = descending ? entries.descending() : entries;
            assertThat(counted.count()).isEqualTo(expected.size());
            assertThat(counted.indices().toArray())
                    .isEqualTo(expected.stream().mapToLong(Pair::index).toArray());
            int rank = random.nextInt(expected.size() + 2);
            assertThat(counted.select(rank)).isEqualTo(
                    rank < expected.size() ? OptionalLong.of(expected.get(rank).index()) : OptionalLong.empty());
            long index = index(model);
            long before = expected.stream().filter(pair -> {
                int order = Long.compareUnsigned(pair.index(), index);
                return descending ? order > 0 : order < 0;
            }).count();
            assertThat(counted.rank(index)).isEqualTo(before);
        }

        private static long greater(long one, long other) {
            return Long.compareUnsigned(one, other) > 0 ? one : other;
        }

        private static List<Span> wanted(Model model, long first, long last, Selection selection) {
            return model.spans().stream().filter(span -> span.value() != TracedArray.RESERVED
                    && Long.compareUnsigned(span.first(), last) <= 0 && Long.compareUnsigned(first, span.last()) <= 0
                    && selection.test(span.marks())).toList();
        }

        private void holes(Holes holes, Model model, long first, long last) {
            Gaps gaps = Gaps.of(model);
            assertThat(holes.next(first, last)).isEqualTo(gaps.lowest(1, 1, first, last));
            assertThat(holes.previous(last, first)).isEqualTo(gaps.highest(1, 1, first, last));
            long index = index(model);
            assertThat(String.valueOf(holes.holeAt(index))).isEqualTo(gaps.around(index, false));
            assertThat(String.valueOf(holes.runAt(index))).isEqualTo(gaps.around(index, true));
            long length = 1 + (random.nextLong() >>> 1 + random.nextInt(63));
            length = random.nextBoolean() ? 1 + (length & 127) : length;
            long alignment = 1L << (random.nextBoolean() ? random.nextInt(10) : random.nextInt(64));
            assertThat(holes.lowest(length, alignment, first, last))
                    .as("%x aligned %x in %x..%x", length, alignment, first, last)
                    .isEqualTo(gaps.lowest(length, alignment, first, last));
            assertThat(holes.highest(length, alignment, first, last))
                    .as("%x aligned %x in %x..%x", length, alignment, first, last)
                    .isEqualTo(gaps.highest(length, alignment, first, last));
        }

        private void change(ArrayUnderTest array, Model model) {
            if (random.nextInt(4) != 0) {
                return;
            }
            long[] indices = random.longs(random.nextInt(100)).map(any -> index(model)).toArray();
            long[] values = random.longs(indices.length).map(any -> any >>> 1).toArray();
            switch (random.nextInt(10)) {
                case 0 -> {
                    array.storeAll(indices, values);
                    for (int i = 0; i < indices.length; i++) {
                        model.store(indices[i], values[i]);
                    }
                }
                case 1 -> {
                    boolean[] inserted = new boolean[indices.length];
                    for (int i = 0; i < indices.length; i++) {
                        inserted[i] = model.insert(indices[i], values[i]);
                    }
                    assertThat(array.insertAll(indices, values)).isEqualTo(inserted);
                }
                case 2 -> {
                    int erased = 0;
                    for (long index : indices) {
                        erased += model.erase(index) == TracedArray.ABSENT ? 0 : 1;
                    }
                    assertThat(array.eraseAll(indices)).isEqualTo(erased);
                }
                default -> markRange(array, model);
            }
        }

        private void markRange(ArrayUnderTest array, Model model) {
            long a = index(model);
            long b = index(model);
            long first = Long.compareUnsigned(a, b) < 0 ? a : b;
            long last = first == a ? b : a;
            Selection selection = selection(model);
            int mark = model.kind() == TracedArray.Kind.PLAIN ? random.nextInt(3) : 1 + random.nextInt(2);
            boolean set = random.nextInt(3) != 0;
            long changed = 0;
            for (Span span : wanted(model, first, last, selection)) {
                changed += span.hasMark(mark) == set ? 0 : 1;
                if (set) {
                    model.mark(span.first(), mark);
                } else {
                    model.unmark(span.first(), mark);
                }
            }
            AbstractEntries<?> entries = array.entries().range(first, last).marked(selection);
            assertThat(set ? entries.mark(Mark.values()[mark]) : entries.unmark(Mark.values()[mark]))
                    .isEqualTo(changed);
        }
    }
}
