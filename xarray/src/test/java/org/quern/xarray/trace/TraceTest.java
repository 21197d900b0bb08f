package org.quern.xarray.trace;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.quern.xarray.model.Model;

import static org.assertj.core.api.Assertions.assertThat;

/** That traces are read, written and replayed right; and, with {@code -Dquern.traces}, that the model itself predicts every untagged line of what was recorded. */
class TraceTest {
    static Stream<Trace> recorded() throws IOException {
        String folder = System.getProperty("quern.traces");
        return folder == null ? Stream.of(Trace.parse("none", List.of())) : Trace.folder(Path.of(folder)).stream();
    }

    private static List<String> differences(String... text) {
        return TraceReplay.of(Trace.parse("written", List.of(text)), Model::new, null).differences();
    }

    @ParameterizedTest
    @MethodSource("recorded")
    void theModelPredictsEveryUntaggedLine(Trace trace) {
        Assumptions.assumeFalse(trace.lines().isEmpty(), "no recorded traces: give a folder with -Dquern.traces");
        TraceReplay replay = TraceReplay.of(trace, Model::new, null);
        assertThat(replay.differences()).as("%s", trace).isEmpty();
        assertThat(replay.untagged()).isPositive();
    }

    @Test
    void theFirstDifferenceIsReportedWithItsLine() {
        assertThat(differences("# comment", "store 5 v5 -> -", "load 5 -> v6")).singleElement().asString()
                .startsWith("written:3: load 5").contains("v6", "v5");
    }

    @Test
    void aDumpIsComparedEntryByEntry() {
        String dump = "dump -> entries=1 nodes=1 top=0 empty=false marked=.";
        assertThat(differences("store 5 v5 -> -", dump, "@ 5 0 5 v5 .")).isEmpty();
        assertThat(differences("store 5 v5 -> -", dump, "@ 5 0 5 v6 .")).hasSize(1);
        assertThat(differences("store 5 v5 -> -", dump, "load 5 -> v5")).singleElement().asString()
                .contains("1 entries more");
        assertThat(differences("store 5 v5 -> -", dump, "@ 5 0 5 v5 .", "@ 6 0 6 v5 .")).singleElement().asString()
                .contains("no more entries");
    }

    @Test
    void taggedLinesAreNotTakenFromTheTrace() {
        assertThat(differences("store 5 v5 -> -", "load 5 -> v6 ~inner ~order")).isEmpty();
    }

    /** A model with a defect: erasing in the upper half of a leaf forgets to. */
    private static TracedArray defective(TracedArray.Kind kind) {
        Model model = new Model(kind);
        InvocationHandler forgetful = (proxy, method, arguments) -> method.getName().equals("erase")
                && ((long) arguments[0] & 63) > 40 ? model.load((long) arguments[0]) : method.invoke(model, arguments);
        return (TracedArray) Proxy.newProxyInstance(TracedArray.class.getClassLoader(),
                new Class<?>[]{TracedArray.class}, forgetful);
    }

    @Test
    void aFailureIsMadeShort() {
        TraceComparison comparison = new TraceComparison(TraceTest::defective, Model::new);
        List<TraceLine> operations = TraceWriter.operations(TraceProfile.DENSE_SMALL, 1, 5000, 100);
        assertThat(comparison.firstDifference(operations)).isPositive();
        List<TraceLine> shortest = comparison.shrink(operations);
        assertThat(shortest).hasSizeBetween(3, 5);
        assertThat(comparison.report(shortest)).contains("erase", "# was: ");
    }

    @ParameterizedTest
    @EnumSource
    void aSeedGivesTheSameTraceAgain(TraceProfile profile) {
        Trace trace = TraceWriter.trace(profile, 7, 3000);
        assertThat(TraceReplay.of(trace, Model::new, null).differences()).isEmpty();
        assertThat(trace.lines().stream().map(TraceLine::toText)).isEqualTo(
                TraceWriter.trace(profile, 7, 3000).lines().stream().map(TraceLine::toText).toList());
        assertThat(trace.lines().stream().filter(line -> line.name().equals("@")).count()).isPositive();
    }
}
