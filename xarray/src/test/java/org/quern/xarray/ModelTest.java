package org.quern.xarray;

import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random operations against the model: every result is compared, and every so often loads, finds, marks, iteration, emptiness and the number of nodes. The seed
 * is printed with a failure; run again with {@code -Dquern.xarray.seed=..}; {@code -Dquern.xarray.operations=..} for long runs.
 */
class ModelTest extends ArrayTest {
    private static final long SEED = Long.getLong("quern.xarray.seed", System.nanoTime());
    private static final int OPERATIONS = Integer.getInteger("quern.xarray.operations", 60_000);

    /** How the indices of one run are chosen; r is random. */
    enum Profile {
        TINY(64, r -> r & 7), DENSE(300, r -> r & 255), LEAVES(2000, r -> r & 4095), CLUSTERED(3000,
                r -> ((r >>> 8 & 7) << 20) + (r & 127)), SPARSE(300, r -> r), POWERS(500,
                        r -> (1L << 6 * (r & 15) % 63) + (r >>> 8) % 3), SIXTY_FOURS(500,
                                r -> (1L << (r & 63)) - (r >>> 6 & 1)), ENDS(200,
                                        r -> (r & 1) == 0 ? r >>> 8 & 3 : ~(r >>> 8 & 3)), LOW_AND_LAST(100,
                                                r -> (r & 3) == 0 ? -1L : r >>> 8 & 1);

        private final int population;
        private final LongUnaryOperator index;

        Profile(int population, LongUnaryOperator index) {
            this.population = population;
            this.index = index;
        }
    }

    static Stream<Arguments> runs() {
        return kinds().flatMap(kind -> Stream.of(Profile.values()).map(profile -> Arguments.of(kind, profile)));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void agreesWithTheModel(Kind kind, Profile profile) {
        try {
            new Run(create(kind), profile, new SplittableRandom(SEED)).play(OPERATIONS);
        } catch (Throwable failure) {
            throw new AssertionError("seed " + SEED + ", " + profile + ": " + failure.getMessage(), failure);
        }
    }

    private static final class Run {
        private final ArrayUnderTest array;
        private final Model model = new Model();
        private final Profile profile;
        private final SplittableRandom random;
        private boolean filling = true;

        Run(ArrayUnderTest array, Profile profile, SplittableRandom random) {
            this.array = array;
            this.profile = profile;
            this.random = random;
        }

        void play(int operations) {
            for (int i = 0; i < operations; i++) {
                step();
                keepWithinPopulation();
                if (i % 997 == 0 || (model.size() <= 3 && i % 7 == 0)) {
                    compareAll();
                }
            }
            compareAll();
        }

        private void step() {
            long index = index();
            long value = random.nextLong() >>> random.nextInt(1, 64);
            Mark mark = Mark.values()[random.nextInt(3)];
            filling = model.size() < profile.population && (filling || model.size() < profile.population / 8);
            switch (random.nextInt(16)) {
                case 0, 1, 2 -> assertThat(array.store(index, value)).isEqualTo(model.store(index, value));
                case 3, 4, 5 -> {
                    if (filling) {
                        assertThat(array.store(index, value)).isEqualTo(model.store(index, value));
                    } else {
                        eraseOne(index);
                    }
                }
                case 6 -> eraseOne(index);
                case 7 -> assertThat(array.insert(index, value)).isEqualTo(model.compareAndSet(index, ABSENT, value));
                case 8 -> {
                    long expected = random.nextInt(4) == 0 ? value : model.load(index);
                    long update = random.nextInt(4) == 0 ? ABSENT : value;
                    assertThat(array.compareAndSet(index, expected, update))
                            .isEqualTo(model.compareAndSet(index, expected, update));
                }
                case 9, 10 -> assertThat(array.mark(index, mark)).isEqualTo(model.mark(index, mark));
                case 11 -> assertThat(array.unmark(index, mark)).isEqualTo(model.unmark(index, mark));
                case 12 -> assertThat(array.load(index)).isEqualTo(model.load(index));
                case 13 -> assertThat(array.isMarked(index, mark)).isEqualTo(model.isMarked(index, mark));
                case 14 -> find(index, index(), random.nextBoolean() ? mark : null);
                default -> rare(mark);
            }
            assertThat(array.isEmpty()).isEqualTo(model.isEmpty());
        }

        /** Mostly an entry that is there: the next one, so that also a sparse array loses as many as it gains. */
        private void eraseOne(long index) {
            LongProbe next = new LongProbe();
            long victim = random.nextInt(4) != 0 && model.find(index, MAX, null, next) ? next.index() : index;
            assertThat(array.erase(victim)).isEqualTo(model.erase(victim));
        }

        /** Whatever the seed, the population stays near what the profile asks for. */
        private void keepWithinPopulation() {
            while (model.size() > 2 * profile.population) {
                eraseOne(index());
            }
        }

        private void rare(Mark mark) {
            if (random.nextInt(2000) == 0) {
                array.clear();
                model.clear();
            }
            assertThat(array.anyMarked(mark)).isEqualTo(model.anyMarked(mark));
        }

        private long index() {
            return profile.index.applyAsLong(random.nextLong());
        }

        private void find(long from, long max, Mark mark) {
            LongProbe expected = new LongProbe();
            LongProbe actual = new LongProbe();
            assertThat(array.find(from, max, mark, actual)).isEqualTo(model.find(from, max, mark, expected));
            assertThat(actual.toString()).isEqualTo(expected.toString());
            LongProbe after = new LongProbe();
            LongProbe afterExpected = new LongProbe();
            assertThat(array.findAfter(from, max, mark, after))
                    .isEqualTo(from != MAX && model.find(from + 1, max, mark, afterExpected));
            assertThat(after.toString()).isEqualTo(afterExpected.toString());
        }

        private void compareAll() {
            assertThat(nodes(array)).as("nodes").isEqualTo(model.nodes());
            for (long index : model.indices()) {
                assertThat(array.load(index)).isEqualTo(model.load(index));
                assertThat(array.load(index ^ 1)).isEqualTo(model.load(index ^ 1));
            }
            long a = index();
            long b = index();
            long first = Long.compareUnsigned(a, b) < 0 ? a : b;
            long last = a ^ b ^ first;
            for (Mark mark : new Mark[]{null, Mark.M0, Mark.M1, Mark.M2}) {
                compareRange(0, MAX, mark);
                compareRange(first, last, mark);
            }
            TreeChecker.check(array.tree());
        }

        private void compareRange(long first, long last, Mark mark) {
            TreeMap<Long, Long> delivered = new TreeMap<>(Long::compareUnsigned);
            array.forEach(first, last, mark, (index, value) -> {
                assertThat(delivered.isEmpty() || Long.compareUnsigned(delivered.lastKey(), index) < 0).as("ascending")
                        .isTrue();
                delivered.put(index, value);
            });
            assertThat(delivered).isEqualTo(model.range(first, last, mark));
        }
    }
}
