package org.quern.xarray;

import java.util.SplittableRandom;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.quern.xarray.recycle.PackPool;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A day's churn: entries come and go for very many operations while the content stays as large as it was. Nothing may grow: not the nodes in use, not those in quarantine; and
 * after a clear there are none. {@code -Dquern.long=true} for the long form, 10^9 operations, or {@code -Dquern.operations=..}.
 */
class ChurnTest extends ArrayTest {
    private static final long OPERATIONS = Long.getLong("quern.operations",
            Boolean.getBoolean("quern.long") ? 1_000_000_000L : 1_000_000);
    private static final int LIVE = 1000;
    private static final long PROGRESS_NANOS = 5_000_000_000L;
    private static final int QUARANTINE = 86;
    private static final int HEIGHT = 11;

    /** How the indices move on; the most nodes that {@link #LIVE} entries can need is known for each. */
    enum Course {
        /** A window that slides up from 0: leaves go below and come above, and the root rises. */
        WINDOW(LIVE / 64 + 2 * HEIGHT + 2) {
            @Override
            long index(long step) {
                return step;
            }
        },
        /** The same, downwards from the last index of all. */
        WINDOW_DOWN(LIVE / 64 + 2 * HEIGHT + 2) {
            @Override
            long index(long step) {
                return ~step;
            }
        },
        /** Two hundred neighbours, then somewhere else. */
        CLUSTERS((LIVE / 200 + 1) * (200 / 64 + HEIGHT + 2)) {
            @Override
            long index(long step) {
                return new SplittableRandom(step / 200).nextLong() + step % 200;
            }
        },
        /** Every entry somewhere else in 2^24. */
        SCATTERED(LIVE * 4 + 1) {
            @Override
            long index(long step) {
                return (step * 0x9E3779B97F4A7C15L >>> 40);
            }
        };

        private final int mostNodes;

        Course(int mostNodes) {
            this.mostNodes = mostNodes;
        }

        /** A step and the one {@link #LIVE} steps later have different indices; the same step always has the same. */
        abstract long index(long step);
    }

    static Stream<Arguments> runs() {
        return kinds().flatMap(kind -> Stream.of(Course.values()).map(course -> Arguments.of(kind, course)));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void nothingGrows(Kind kind, Course course) {
        ArrayUnderTest array = create(kind);
        long steps = OPERATIONS / 2 / (Kind.values().length * Course.values().length);
        long reported = System.nanoTime();
        for (long step = 0; step < steps; step++) {
            array.store(course.index(step), step & 7);
            if (step >= LIVE) {
                array.erase(course.index(step - LIVE));
            }
            if ((step & 0xffff) == 0xffff) {
                check(kind, array, course);
                if (System.nanoTime() - reported > PROGRESS_NANOS) {
                    System.out.println(kind + " " + course + ": " + 2 * step + " of " + 2 * steps + " operations, "
                            + array.stats());
                    reported = System.nanoTime();
                }
            }
        }
        check(kind, array, course);
        TreeChecker.check(array.tree());
        array.clear();
        assertThat(nodes(array)).isZero();
        assertThat(array.stats().retiredNodes()).isLessThanOrEqualTo(QUARANTINE);
    }

    private static void check(Kind kind, ArrayUnderTest array, Course course) {
        XArrayStats stats = array.stats();
        assertThat(stats.nodes()).isLessThanOrEqualTo(course.mostNodes);
        assertThat(stats.retiredNodes())
                .isLessThanOrEqualTo(kind.isSparse() ? QUARANTINE + PackPool.MOST_QUARANTINED : QUARANTINE);
    }
}
