package org.quern.xarray.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Replays a trace. An untagged line has to give what was recorded. A tagged one shows a peculiarity of the recorded structure; there the model, which runs beside, says what is right
 * for an exact array.
 */
public final class TraceReplay {
    /** What an array says that has another number of nodes than the trace. */
    private static final String UNCOUNTED = " nodes=-1 ";

    private final Trace trace;
    private final List<String> differences = new ArrayList<>();
    private int untagged;
    private int tagged;

    private TraceReplay(Trace trace) {
        this.trace = trace;
    }

    /** Replays on one array; tagged lines are done, but only compared if there is a reference. */
    public static TraceReplay of(Trace trace, Function<TracedArray.Kind, TracedArray> factory,
            Function<TracedArray.Kind, TracedArray> reference) {
        TraceReplay replay = new TraceReplay(trace);
        try (TraceInterpreter array = new TraceInterpreter(factory);
                TraceInterpreter model = reference == null ? null : new TraceInterpreter(reference)) {
            for (TraceLine line : trace.lines()) {
                replay.line(line, array, model);
            }
        }
        return replay;
    }

    private void line(TraceLine line, TraceInterpreter array, TraceInterpreter model) {
        if (!line.name().equals("@") && array.undumped() > 0) {
            differences.add(trace.name() + " before line " + line.number() + ": " + array.undumped()
                    + " entries more than recorded");
        }
        String exact = model == null ? line.result() : model.run(line);
        String expected = line.tags().isEmpty() ? line.result() : exact;
        String result;
        try {
            result = array.run(line);
        } catch (RuntimeException | AssertionError e) {
            result = e.toString();
        }
        if (line.tags().isEmpty()) {
            untagged++;
        } else {
            tagged++;
            if (model == null || line.tags().contains("~order")) {
                return; // the order of an entry whose length is no power of two means nothing
            }
        }
        if (result.contains(UNCOUNTED)) {
            expected = expected.replaceFirst(" nodes=-?[0-9]+ ", UNCOUNTED);
        }
        if (!result.equals(expected)) {
            differences.add(trace.name() + ":" + line.number() + ": " + line.operation() + line.tags() + "\n  expected "
                    + expected + "\n  was      " + result);
        }
    }

    /** Each with file and line, first one first. */
    public List<String> differences() {
        return differences;
    }

    public int untagged() {
        return untagged;
    }

    public int tagged() {
        return tagged;
    }
}
