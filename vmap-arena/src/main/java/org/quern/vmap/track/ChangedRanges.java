package org.quern.vmap.track;

import java.util.Map;
import java.util.TreeMap;

/**
 * Parts of a span of which nothing is known but that they may have changed: discarded, remapped, named by the caller, or
 * left in doubt by a failed scan. Whoever takes one looks at what is there now.
 *
 * <p>
 * Invariant: ranges are disjoint and do not touch. Thread-safe; a few hundred ns a call. Memory: an entry for each range.
 */
public final class ChangedRanges {
    private final TreeMap<Long, Long> ends = new TreeMap<>(); // start -> end; guarded by this

    /** Nothing. */
    public ChangedRanges() {}

    /**
     * Adds a range.
     *
     * @param from its first byte
     * @param to the byte after its last; nothing is added if that is not greater
     */
    public synchronized void add(long from, long to) {
        if (from >= to) {
            return;
        }
        long start = from;
        long end = to;
        Map.Entry<Long, Long> before = ends.floorEntry(to);
        while (before != null && before.getValue() >= from) {
            start = Math.min(start, before.getKey());
            end = Math.max(end, before.getValue());
            ends.remove(before.getKey());
            before = ends.floorEntry(to);
        }
        ends.put(start, end);
    }

    /**
     * Where the first range at or after a place begins, as far as it lies before another.
     *
     * @param from the place
     * @param to the other
     * @return the beginning, {@code from} if that lies in a range; {@code to} if there is none
     */
    public synchronized long next(long from, long to) {
        if (ends.isEmpty()) { // as in most scans: nothing is boxed
            return to;
        }
        Map.Entry<Long, Long> around = ends.floorEntry(from);
        if (around != null && around.getValue() > from) {
            return from;
        }
        Long start = ends.higherKey(from);
        return start == null ? to : Math.min(start, to);
    }

    /**
     * Removes what lies between two places, of the range that begins there or is cut there.
     *
     * @param from a place in a range
     * @param to where to stop
     * @return where the part removed ends
     */
    public synchronized long take(long from, long to) {
        Map.Entry<Long, Long> around = ends.floorEntry(from);
        if (from >= to || around == null || around.getValue() <= from) {
            return from;
        }
        long end = around.getValue();
        ends.remove(around.getKey());
        if (around.getKey() < from) {
            ends.put(around.getKey(), from);
        }
        if (end > to) {
            ends.put(to, end);
        }
        return Math.min(end, to);
    }

    /**
     * How much there is.
     *
     * @return bytes
     */
    public synchronized long bytes() {
        return ends.entrySet().stream().mapToLong(e -> e.getValue() - e.getKey()).sum();
    }

    @Override
    public synchronized String toString() {
        return ends.toString();
    }
}
