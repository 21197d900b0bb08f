package org.quern.xarray;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.quern.xarray.model.Model;
import org.quern.xarray.trace.Trace;
import org.quern.xarray.trace.TraceProfile;
import org.quern.xarray.trace.TraceReplay;
import org.quern.xarray.trace.TraceWriter;
import org.quern.xarray.trace.TracedArray;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Replays traces on the arrays. {@code -Dquern.traces=folder} takes recorded ones from there: every untagged line has to give what was recorded, and every tagged one what the model says.
 * Without it, the traces are written by the model, from fixed seeds.
 */
class ReplayTest {
    private static final String FOLDER = System.getProperty("quern.traces");
    private static final XArrayConfig CONFIG = XArrayConfig.defaults().withMaxNodeBytes(64 << 20);

    private static final long UNCOUNTED = -1;

    static List<Trace> traces() throws IOException {
        if (FOLDER != null) {
            return Trace.folder(Path.of(FOLDER));
        }
        List<Trace> written = new ArrayList<>();
        for (TraceProfile profile : TraceProfile.values()) {
            for (int seed = 1; seed <= 3; seed++) {
                written.add(TraceWriter.trace(profile, seed, 2000));
            }
        }
        return written;
    }

    static Stream<Arguments> runs() throws IOException {
        List<Trace> traces = traces();
        return ArrayTest.kinds().flatMap(kind -> traces.stream().map(trace -> Arguments.of(kind, trace)));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void arrayGivesWhatTheTraceSays(ArrayTest.Kind kind, Trace trace) {
        TraceReplay replay = TraceReplay.of(trace, traced -> comparable(kind, traced),
                Model::new);
        assertThat(replay.differences()).isEmpty();
        assertThat(replay.untagged()).isPositive();
    }

    static ArrayTarget target(ArrayTest.Kind kind, TracedArray.Kind traced) {
        return new ArrayTarget(kind.create(config(traced)), traced);
    }

    /** The same for comparison with a model or trace: without the number of nodes if it has others. */
    static TracedArray comparable(ArrayTest.Kind kind, TracedArray.Kind traced) {
        return kind.isSparse() ? uncounted(target(kind, traced)) : target(kind, traced);
    }

    /** The same without the number of nodes: a sparse array has others. */
    static TracedArray uncounted(TracedArray array) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            try {
                return method.getName().equals("nodes") ? UNCOUNTED : method.invoke(array, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        };
        return (TracedArray) Proxy.newProxyInstance(TracedArray.class.getClassLoader(),
                new Class<?>[]{TracedArray.class}, handler);
    }

    private static XArrayConfig config(TracedArray.Kind kind) {
        return CONFIG.allocating(switch (kind) {
            case PLAIN -> Allocation.NONE;
            case ALLOCATING -> Allocation.FROM_ZERO;
            case ALLOCATING_FROM_ONE -> Allocation.FROM_ONE;
        });
    }
}
