package org.quern.xarray.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.quern.xarray.model.Orders;

/** Does what a line says to an array and gives the result as text. Made for one array; {@code init} asks for another. */
public final class TraceInterpreter implements AutoCloseable {
    private static final long LAST_INDEX = -1L;

    private final Function<TracedArray.Kind, TracedArray> factory;
    private TracedArray array;
    private CursorLines cursors;
    private List<String> dump = List.of();

    public TraceInterpreter(Function<TracedArray.Kind, TracedArray> factory) {
        this.factory = factory;
        init(TracedArray.Kind.PLAIN);
    }

    private String init(TracedArray.Kind kind) {
        close();
        array = factory.apply(kind);
        cursors = new CursorLines(array);
        return "ok";
    }

    public TracedArray array() {
        return array;
    }

    /** The entries of the last dump that no line has asked for yet. */
    int undumped() {
        return dump.size();
    }

    String run(TraceLine line) {
        return switch (line.name()) {
            case "init" -> init(switch (line.arguments()[0]) {
                case "plain" -> TracedArray.Kind.PLAIN;
                case "alloc" -> TracedArray.Kind.ALLOCATING;
                case "alloc1" -> TracedArray.Kind.ALLOCATING_FROM_ONE;
                default -> throw new IllegalArgumentException(line.operation());
            });
            case "store" -> TraceLine.text(array.store(line.index(0), line.value(1)));
            case "erase" -> TraceLine.text(array.erase(line.index(0)));
            case "load" -> TraceLine.text(array.load(line.index(0)));
            case "insert" -> {
                long value = line.value(1);
                yield array.insert(line.index(0), value == TracedArray.ABSENT ? TracedArray.RESERVED : value)
                        ? "ok"
                        : "EBUSY";
            }
            case "cmpxchg" -> visible(array.compareAndExchange(line.index(0), line.value(1), line.value(2)));
            case "reserve" -> ok(() -> array.reserve(line.index(0)));
            case "release" -> ok(() -> array.release(line.index(0)));
            case "destroy" -> ok(array::clear);
            case "empty" -> Boolean.toString(array.isEmpty());
            case "get_mark" -> Boolean.toString(array.isMarked(line.index(0), line.number(1)));
            case "set_mark" -> ok(() -> array.mark(line.index(0), line.number(1)));
            case "clear_mark" -> ok(() -> array.unmark(line.index(0), line.number(1)));
            case "marked" -> Boolean.toString(array.anyMarked(line.number(0)));
            case "get_order" -> Integer.toString(Math.max(0, array.orderAt(line.index(0))));
            case "find" -> text(array.find(line.index(0), line.index(1), line.filter(2)));
            case "find_after" -> text(array.findAfter(line.index(0), line.index(1), line.filter(2)));
            case "extract" -> extract(line);
            case "for_each" -> forEach(line.index(0), line.index(1), TracedArray.PRESENT, line.number(2));
            case "for_each_marked" -> forEach(0, LAST_INDEX, line.number(0), line.number(1));
            case "store_range" -> storeRange(line);
            case "fill" -> ok(() -> array.fill(line.index(0), line.index(1), line.value(2)));
            case "alloc" -> allocate(line);
            case "alloc_cyclic" -> allocateCyclic(line);
            case "dump" -> dump();
            case "@" -> dump.isEmpty() ? "no more entries" : dump.removeFirst();
            default -> cursors.run(line);
        };
    }

    private static String ok(Runnable action) {
        action.run();
        return "ok";
    }

    private static String visible(long value) {
        return TraceLine.text(value == TracedArray.RESERVED ? TracedArray.ABSENT : value);
    }

    private static String text(TracedArray.Hit hit) {
        return hit == null ? "-" : Long.toUnsignedString(hit.index()) + ":" + TraceLine.text(hit.value());
    }

    private static String list(List<String> items) {
        return "[" + String.join(" ", items) + "]";
    }

    private List<TracedArray.Hit> hits(long from, long max, int filter, int limit) {
        List<TracedArray.Hit> hits = new ArrayList<>();
        TracedArray.Hit hit = limit == 0 ? null : array.find(from, max, filter);
        while (hit != null) {
            hits.add(hit);
            hit = hits.size() == limit ? null : array.findAfter(hit.index(), max, filter);
        }
        return hits;
    }

    private String extract(TraceLine line) {
        return list(hits(line.index(0), line.index(1), line.filter(3), line.number(2)).stream()
                .map(hit -> TraceLine.text(hit.value())).toList());
    }

    private String forEach(long first, long last, int filter, int limit) {
        return list(hits(first, last, filter, limit).stream().map(TraceInterpreter::text).toList());
    }

    private String storeRange(TraceLine line) {
        if (Long.compareUnsigned(line.index(1), line.index(0)) < 0) {
            return "EINVAL";
        }
        return ok(() -> RecordedRange.store(array, line.index(0), line.index(1), line.value(2)));
    }

    private String allocate(TraceLine line) {
        try {
            long id = array.allocate(line.index(0), line.index(1), line.value(2));
            return id == -1 ? "EBUSY" : "ok id=" + id;
        } catch (UnsupportedOperationException e) {
            return "EINVAL";
        }
    }

    private String allocateCyclic(TraceLine line) {
        long next = line.index(2);
        try {
            TracedArray.Cycle cycle = array.allocateCyclic(line.index(0), line.index(1), next, line.value(3));
            return cycle.id() == -1
                    ? "EBUSY next=" + cycle.next()
                    : (cycle.wrapped() ? 1 : 0) + " id=" + cycle.id() + " next=" + cycle.next();
        } catch (UnsupportedOperationException e) {
            return "EINVAL next=" + next;
        }
    }

    /** A dump with all its entries, else the answer alone. */
    public String runWhole(TraceLine line) {
        String answer = run(line);
        if (!line.name().equals("dump")) {
            return answer;
        }
        List<String> entries = dump;
        dump = List.of();
        return answer + "\n" + String.join("\n", entries);
    }

    private String dump() {
        array.check();
        List<Span> spans = array.spans();
        boolean ordinary = array.kind() == TracedArray.Kind.PLAIN;
        dump = new ArrayList<>();
        for (Span span : spans) {
            dump.add("@ " + Long.toUnsignedString(span.first()) + " " + Orders.reported(array, span) + " "
                    + Long.toUnsignedString(span.last()) + " " + TraceLine.text(span.value()) + " "
                    + marks(ordinary, span::hasMark));
        }
        return "entries=" + spans.size() + " nodes=" + array.nodes() + " top=" + array.top() + " empty="
                + array.isEmpty() + " marked=" + marks(ordinary, array::anyMarked);
    }

    private static String marks(boolean all, java.util.function.IntPredicate marked) {
        StringBuilder digits = new StringBuilder();
        for (int mark = all ? 0 : 1; mark < 3; mark++) {
            if (marked.test(mark)) {
                digits.append(mark);
            }
        }
        return digits.isEmpty() ? "." : digits.toString();
    }

    @Override
    public void close() {
        if (array != null) {
            array.close();
        }
    }
}
