package org.quern.vmap.pin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How many locks cover each address: because the kernel's do not add up, one unlock undoes any number of locks. Kept as
 * borders: from each key on, up to the next, its value holds; nothing is covered before the first and from the last on.
 * Not thread-safe.
 *
 * <p>
 * Invariants: values of neighbours differ; the last is 0. Cost: logarithmic, and linear in the borders within a range.
 */
public final class LockCounts {
    private final TreeMap<Long, Integer> borders = new TreeMap<>();

    /** Nothing is covered. */
    public LockCounts() {}

    /**
     * A part.
     *
     * @param from first address
     * @param to after the last
     */
    public record Part(long from, long to) {}

    /**
     * One more lock covers a range.
     *
     * @param from first address
     * @param to after the last, more than {@code from}
     */
    public void add(long from, long to) {
        change(from, to, 1);
    }

    /**
     * One lock less covers a range.
     *
     * @param from as added
     * @param to as added
     */
    public void remove(long from, long to) {
        change(from, to, -1);
    }

    private void change(long from, long to, int by) {
        split(from);
        split(to);
        borders.subMap(from, to).replaceAll((at, count) -> count + by);
        join(to);
        join(from);
    }

    private int at(long address) {
        Map.Entry<Long, Integer> below = borders.floorEntry(address);
        return below == null ? 0 : below.getValue();
    }

    private void split(long at) {
        borders.putIfAbsent(at, at(at));
    }

    /** Removes a border that is none. */
    private void join(long at) {
        if (borders.get(at) != null && at(at) == at(at - 1)) {
            borders.remove(at);
        }
    }

    /**
     * The parts of a range that nothing covers.
     *
     * @param from first address
     * @param to after the last
     * @return ascending, apart
     */
    public List<Part> uncovered(long from, long to) {
        List<Part> parts = new ArrayList<>();
        long start = from;
        boolean covered = at(from) > 0;
        for (Map.Entry<Long, Integer> border : borders.subMap(from, false, to, false).entrySet()) {
            if (covered != border.getValue() > 0) {
                if (!covered) {
                    parts.add(new Part(start, border.getKey()));
                }
                start = border.getKey();
                covered = !covered;
            }
        }
        if (!covered && start < to) {
            parts.add(new Part(start, to));
        }
        return parts;
    }

    /** Whether nothing is covered and nothing left over. */
    boolean isEmpty() {
        return borders.isEmpty();
    }
}
