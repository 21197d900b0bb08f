package org.quern.xarray.trace;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

import org.quern.xarray.model.Model;

/**
 * Writes a random trace: chooses an operation, does it on the model, and records what the model says. The same profile and seed give the same trace. Phases of growth and of
 * shrinkage alternate, so that arrays become full and nearly empty again and again; every so often there is a dump.
 */
public final class TraceWriter implements AutoCloseable {
    private final TraceProfile profile;
    private final SplittableRandom random;
    private final TraceInterpreter model = new TraceInterpreter(Model::new);
    private final TraceArguments arguments;
    private final Indices indices;
    private final int dumpEvery;
    private final Deque<TraceLine> pending = new ArrayDeque<>();
    private boolean filling = true;
    private int number;
    private int operations;

    public TraceWriter(TraceProfile profile, long seed, int dumpEvery) {
        this.profile = profile;
        this.random = new SplittableRandom(seed ^ (long) profile.name().hashCode() << 32);
        this.dumpEvery = dumpEvery;
        this.indices = profile.indices(seed);
        this.arguments = new TraceArguments(random, indices, model);
        line("init", switch (profile.kind(random)) {
            case PLAIN -> "plain";
            case ALLOCATING -> "alloc";
            case ALLOCATING_FROM_ONE -> "alloc1";
        });
    }

    /** A whole trace. */
    public static Trace trace(TraceProfile profile, long seed, int operations) {
        List<TraceLine> lines = new ArrayList<>();
        try (TraceWriter writer = new TraceWriter(profile, seed, 100)) {
            while (writer.operations < operations) {
                lines.add(writer.next());
            }
            writer.dump();
            lines.addAll(writer.pending);
        }
        return new Trace(profile + " seed " + seed + " " + profile.indices(seed), lines);
    }

    public TraceLine next() {
        if (pending.isEmpty()) {
            operations++;
            if (operations % dumpEvery == 0) {
                dump();
            } else {
                choose();
            }
        }
        return pending.removeFirst();
    }

    /** Operations only, dumps without their entries: what {@link TraceComparison} plays. */
    public static List<TraceLine> operations(TraceProfile profile, long seed, int operations, int dumpEvery) {
        List<TraceLine> lines = new ArrayList<>(operations + 1);
        try (TraceWriter writer = new TraceWriter(profile, seed, dumpEvery)) {
            while (writer.operations < operations) {
                TraceLine line = writer.next();
                if (!line.name().equals("@")) {
                    lines.add(line);
                }
            }
        }
        return lines;
    }

    private void choose() {
        int size = ((Model) model.array()).size();
        filling = size < indices.population() && (filling || size <= indices.population() / 8);
        String name = profile.operation(random);
        if (random.nextInt(5000) == 0) {
            name = "destroy";
        } else if (size > 2 * indices.population() || !filling && TraceArguments.adds(name) && random.nextInt(4) != 0) {
            name = "erase";
        }
        String text = arguments.of(name);
        line(text == null ? "empty" : name, text == null ? "" : text);
    }

    private void line(String name, String text) {
        String[] words = text.isEmpty() ? new String[0] : text.split(" ");
        TraceLine question = new TraceLine(++number, name, words, "", java.util.Set.of());
        pending.add(new TraceLine(number, name, words, model.run(question), question.tags()));
        arguments.answered(pending.peekLast());
    }

    private void dump() {
        line("dump", "");
        while (model.undumped() > 0) {
            line("@", "");
        }
    }

    @Override
    public void close() {
        model.close();
    }
}
