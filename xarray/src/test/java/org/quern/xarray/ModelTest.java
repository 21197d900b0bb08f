package org.quern.xarray;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.quern.xarray.model.Model;
import org.quern.xarray.trace.TraceComparison;
import org.quern.xarray.trace.TraceLine;
import org.quern.xarray.trace.TraceProfile;
import org.quern.xarray.trace.TraceWriter;

/**
 * Random operations of every profile on both kinds of array and on the model: every answer, and every so often all entries with their orders and marks, the number of nodes, and
 * the structure. What fails is made short and printed as a trace, with its seed.
 *
 * <p>{@code -Dquern.long=true} for the long form, 10^8 operations, or {@code -Dquern.operations=..}; {@code -Dquern.seed=..} to run again.
 */
class ModelTest {
    private static final long OPERATIONS = Long.getLong("quern.operations",
            Boolean.getBoolean("quern.long") ? 100_000_000L : 400_000);
    private static final long SEED = Long.getLong("quern.seed", System.nanoTime());
    private static final int EPISODE = 20_000;
    private static final int DUMP_EVERY = 500;
    private static final long PROGRESS_NANOS = 5_000_000_000L;

    static Stream<Arguments> runs() {
        return ArrayTest.kinds()
                .flatMap(kind -> Stream.of(TraceProfile.values()).map(profile -> Arguments.of(kind, profile)));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void arrayAgreesWithTheModel(ArrayTest.Kind kind, TraceProfile profile) {
        TraceComparison comparison = new TraceComparison(traced -> ReplayTest.comparable(kind, traced),
                kind.isSparse() ? traced -> ReplayTest.uncounted(new Model(traced)) : Model::new);
        long share = Math.max(1, OPERATIONS / (ArrayTest.Kind.values().length * TraceProfile.values().length));
        long reported = System.nanoTime();
        for (long done = 0, seed = SEED; done < share; done += EPISODE, seed++) {
            List<TraceLine> operations = TraceWriter.operations(profile, seed, (int) Math.min(EPISODE, share - done),
                    DUMP_EVERY);
            play(comparison, operations, kind + " " + profile + " seed " + seed);
            if (System.nanoTime() - reported > PROGRESS_NANOS) {
                System.out.println(kind + " " + profile + ": " + done + " of " + share + " operations, seed " + seed);
                reported = System.nanoTime();
            }
        }
    }

    private static void play(TraceComparison comparison, List<TraceLine> operations, String what) {
        if (comparison.firstDifference(operations) >= 0) {
            throw new AssertionError(what + comparison.report(comparison.shrink(operations)));
        }
    }
}
