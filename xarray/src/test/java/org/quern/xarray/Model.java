package org.quern.xarray;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.quern.xarray.entry.Geometry;

/** The slow obvious array: a sorted map. Predicts everything, node counts included. */
final class Model {
    private static final class Slot {
        private long value;
        private final Set<Mark> marks = EnumSet.noneOf(Mark.class);
    }

    private final TreeMap<Long, Slot> slots = new TreeMap<>(Long::compareUnsigned);

    long load(long index) {
        Slot slot = slots.get(index);
        return slot == null ? LongXArray.ABSENT : slot.value;
    }

    long store(long index, long value) {
        long old = load(index);
        slots.computeIfAbsent(index, i -> new Slot()).value = value;
        return old;
    }

    long erase(long index) {
        long old = load(index);
        slots.remove(index);
        return old;
    }

    boolean compareAndSet(long index, long expected, long update) {
        if (load(index) != expected) {
            return false;
        }
        if (update == LongXArray.ABSENT) {
            erase(index);
        } else {
            store(index, update);
        }
        return true;
    }

    boolean find(long from, long max, Mark mark, LongProbe probe) {
        if (Long.compareUnsigned(from, max) > 0) {
            return false;
        }
        for (Map.Entry<Long, Slot> entry : slots.subMap(from, true, max, true).entrySet()) {
            if (mark == null || entry.getValue().marks.contains(mark)) {
                probe.set(entry.getKey(), entry.getValue().value);
                return true;
            }
        }
        return false;
    }

    TreeMap<Long, Long> range(long first, long last, Mark mark) {
        TreeMap<Long, Long> found = new TreeMap<>(Long::compareUnsigned);
        slots.subMap(first, true, last, true).forEach((index, slot) -> {
            if (mark == null || slot.marks.contains(mark)) {
                found.put(index, slot.value);
            }
        });
        return found;
    }

    boolean mark(long index, Mark mark) {
        Slot slot = slots.get(index);
        return slot != null && slot.marks.add(mark);
    }

    boolean unmark(long index, Mark mark) {
        Slot slot = slots.get(index);
        return slot != null && slot.marks.remove(mark);
    }

    boolean isMarked(long index, Mark mark) {
        Slot slot = slots.get(index);
        return slot != null && slot.marks.contains(mark);
    }

    boolean anyMarked(Mark mark) {
        return slots.values().stream().anyMatch(slot -> slot.marks.contains(mark));
    }

    boolean isEmpty() {
        return slots.isEmpty();
    }

    int size() {
        return slots.size();
    }

    void clear() {
        slots.clear();
    }

    Set<Long> indices() {
        return slots.keySet();
    }

    /** Section 4.3 of the behaviour specification: per level, the distinct prefixes. */
    long nodes() {
        if (slots.isEmpty() || (slots.size() == 1 && slots.firstKey() == 0)) {
            return 0;
        }
        int rootShift = Geometry.rootShift(slots.lastKey());
        long nodes = 0;
        for (int shift = 0; shift <= rootShift; shift += 6) {
            Set<Long> prefixes = new HashSet<>();
            for (long index : slots.keySet()) {
                prefixes.add(shift == 60 ? 0 : index >>> shift + 6);
            }
            nodes += prefixes.size();
        }
        return nodes;
    }
}
