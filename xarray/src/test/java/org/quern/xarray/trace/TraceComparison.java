package org.quern.xarray.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Plays operations on an array and on a reference beside it, and makes a list that fails as short as it can: what is left is printed as a trace. */
public final class TraceComparison {
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private final Function<TracedArray.Kind, TracedArray> factory;
    private final Function<TracedArray.Kind, TracedArray> reference;

    public TraceComparison(Function<TracedArray.Kind, TracedArray> factory,
            Function<TracedArray.Kind, TracedArray> reference) {
        this.factory = factory;
        this.reference = reference;
    }

    /**
     * Plays a list.
     *
     * @return the place of the first operation with different answers, -1 if there is none
     */
    public int firstDifference(List<TraceLine> operations) {
        try (TraceInterpreter array = new TraceInterpreter(factory);
                TraceInterpreter model = new TraceInterpreter(reference)) {
            for (int i = 0; i < operations.size(); i++) {
                if (!answer(array, operations.get(i)).equals(model.runWhole(operations.get(i)))) {
                    return i;
                }
            }
            return -1;
        }
    }

    private static String answer(TraceInterpreter array, TraceLine line) {
        try {
            return array.runWhole(line);
        } catch (RuntimeException | AssertionError e) {
            return e.toString();
        }
    }

    /** As short a list as can be found in some seconds that still has a difference, at its last operation. */
    public List<TraceLine> shrink(List<TraceLine> failing) {
        List<TraceLine> shortest = upToDifference(failing);
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        for (int chunk = shortest.size() / 2; chunk >= 1; chunk /= 2) {
            for (int from = shortest.size() - chunk; from >= 0; from -= chunk) {
                if (System.nanoTime() > deadline) {
                    return shortest;
                }
                List<TraceLine> without = new ArrayList<>(shortest.subList(0, from));
                without.addAll(shortest.subList(Math.min(from + chunk, shortest.size()), shortest.size()));
                if (firstDifference(without) >= 0) {
                    shortest = upToDifference(without);
                    from = Math.min(from, shortest.size());
                }
            }
        }
        return shortest;
    }

    private List<TraceLine> upToDifference(List<TraceLine> failing) {
        int at = firstDifference(failing);
        return at < 0 ? failing : new ArrayList<>(failing.subList(0, at + 1));
    }

    /** The list with the reference's answers, and the array's at the last one. */
    public String report(List<TraceLine> operations) {
        StringBuilder text = new StringBuilder();
        try (TraceInterpreter array = new TraceInterpreter(factory);
                TraceInterpreter model = new TraceInterpreter(reference)) {
            for (TraceLine line : operations) {
                String was = answer(array, line);
                String expected = model.runWhole(line);
                text.append('\n').append(line.operation()).append(" -> ").append(expected);
                if (!was.equals(expected)) {
                    text.append("\n# was: ").append(was);
                }
            }
        }
        return text.toString();
    }
}
