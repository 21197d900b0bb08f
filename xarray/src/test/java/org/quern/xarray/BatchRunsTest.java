package org.quern.xarray;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Batches of runs, of the same index twice, in any direction, over leaves half full, empty and full, are what the same operations one by one are: entries, marks, answers, structure. */
class BatchRunsTest extends ArrayTest {
    private static final long SEED = Long.getLong("quern.seed", System.nanoTime());
    private static final int ROUNDS = 400;
    private static final int SPAN = 400;

    static Stream<Arguments> arrays() {
        return kinds().flatMap(kind -> (kind.isSparse()
                ? List.of(Allocation.NONE)
                : List.of(Allocation.values())).stream().map(allocation -> Arguments.of(kind, allocation)));
    }

    @ParameterizedTest
    @MethodSource("arrays")
    void batchesOfRuns(Kind kind, Allocation allocation) { // X12
        XArrayConfig config = XArrayConfig.defaults().withMaxNodeBytes(64 << 20);
        ArrayUnderTest array = create(kind, allocation == Allocation.NONE ? config : config.allocating(allocation));
        ArrayUnderTest single = create(kind, allocation == Allocation.NONE ? config : config.allocating(allocation));
        SplittableRandom random = new SplittableRandom(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            try {
                play(random, array, single, round > ROUNDS / 2);
                assertThat(contents(array)).isEqualTo(contents(single));
                TreeChecker.check(array.tree());
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("-Dquern.seed=" + SEED + " round " + round, e);
            }
        }
    }

    private static void play(SplittableRandom random, ArrayUnderTest array, ArrayUnderTest single, boolean spans) {
        long[] indices = indices(random);
        long[] values = random.longs(indices.length, 0, 1000).toArray();
        switch (random.nextInt(spans ? 7 : 5)) {
            case 0, 1 -> {
                array.storeAll(indices, values);
                for (int i = 0; i < indices.length; i++) {
                    single.store(indices[i], values[i]);
                }
            }
            case 2 -> {
                boolean[] inserted = array.insertAll(indices, values);
                for (int i = 0; i < indices.length; i++) {
                    assertThat(single.insert(indices[i], values[i])).isEqualTo(inserted[i]);
                }
            }
            case 3 -> {
                int erased = 0;
                for (long index : indices) {
                    erased += single.load(index) == LongXArray.ABSENT ? 0 : 1;
                    single.erase(index);
                }
                assertThat(array.eraseAll(indices)).isEqualTo(erased);
            }
            case 4 -> {
                for (long index : indices) {
                    assertThat(array.mark(index, Mark.M1)).isEqualTo(single.mark(index, Mark.M1));
                }
                assertThat(array.array().reserve(indices[0])).isEqualTo(single.array().reserve(indices[0]));
            }
            case 5 -> {
                int order = random.nextInt(1, 8);
                array.store(indices[0], order, values[0]);
                single.store(indices[0], order, values[0]);
            }
            default -> {
                array.clear(); // no entry spans indices after that
                single.clear();
            }
        }
    }

    /** Some runs, up or down; and one of them again. */
    private static long[] indices(SplittableRandom random) {
        long[] indices = new long[random.nextInt(1, 3 * SPAN)];
        int filled = 0;
        while (filled < indices.length) {
            int length = Math.min(indices.length - filled, random.nextInt(8) == 0 ? random.nextInt(1, SPAN) : 3);
            long first = random.nextInt(SPAN) + (random.nextInt(16) == 0 ? 1L << 20 : 0);
            int step = random.nextInt(3) == 0 ? 67 : random.nextInt(4) - 1;
            for (int i = 0; i < length; i++) {
                indices[filled++] = Math.max(0, first + (long) step * i);
            }
        }
        return indices;
    }

    private static TreeMap<Long, List<Object>> contents(ArrayUnderTest array) {
        TreeMap<Long, List<Object>> contents = new TreeMap<>();
        array.forEach(0, -1L, null, (index, value) -> contents.put(index,
                Arrays.asList(value, array.isMarked(index, Mark.M1))));
        return contents;
    }
}
