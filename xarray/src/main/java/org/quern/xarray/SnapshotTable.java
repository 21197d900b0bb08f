package org.quern.xarray;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;

import org.quern.xarray.entry.Geometry;

/**
 * What all snapshots keep of entries, whatever these hold: first index, order and marks of each, ascending. What is read from a stream is copied and checked: a table that no array
 * could have is refused, and so is another version.
 */
final class SnapshotTable implements Serializable {
    @Serial
    private static final long serialVersionUID = 1;
    private static final int VERSION = 1;
    private static final int NO_MARKS = 0;
    private static final int ALL_MARKS = 7;

    /** Layout of this class in a stream. Another one is refused, not guessed at. */
    private int version = VERSION; // not final: a constant would be read from this class, not from the stream
    private long[] indices = {};
    private byte[] orders = {};
    private byte[] marks = {};

    /** Adds the entry that begins at an index, as the array has it. The caller holds the array's lock. */
    void add(int at, AbstractXArray array, long index) {
        if (at == indices.length) {
            int capacity = Math.max(16, at + (at >> 1));
            indices = Arrays.copyOf(indices, capacity);
            orders = Arrays.copyOf(orders, capacity);
            marks = Arrays.copyOf(marks, capacity);
        }
        indices[at] = index;
        orders[at] = (byte) array.orderAt(index);
        int bits = NO_MARKS;
        for (int mark = array.tree().firstMark(); mark < Mark.values().length; mark++) {
            bits |= array.tree().isMarked(index, mark) ? 1 << mark : 0;
        }
        marks[at] = (byte) bits;
    }

    void trim(int size) {
        indices = Arrays.copyOf(indices, size);
        orders = Arrays.copyOf(orders, size);
        marks = Arrays.copyOf(marks, size);
    }

    int size() {
        return indices.length;
    }

    long index(int at) {
        return indices[at];
    }

    int order(int at) {
        return orders[at];
    }

    boolean isMarked(int at, Mark mark) {
        return (marks[at] >>> mark.number() & 1) != 0;
    }

    /** Gives an entry of an array its marks. */
    void mark(int at, AbstractXArray array) {
        for (Mark mark : Mark.values()) {
            if (isMarked(at, mark)) {
                array.mark(indices[at], mark);
            }
        }
    }

    @Serial
    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        indices = indices.clone();
        orders = orders.clone();
        marks = marks.clone();
        if (version != VERSION || orders.length != indices.length || marks.length != indices.length) {
            throw new InvalidObjectException(
                    "version=" + version + ", entries=" + indices.length + ": not a snapshot of version "
                            + VERSION);
        }
        for (int at = 0; at < indices.length; at++) {
            requireEntry(at);
        }
    }

    private void requireEntry(int at) throws InvalidObjectException {
        boolean ordered = orders[at] >= 0 && orders[at] <= Geometry.MAX_ORDER;
        if (!ordered || (marks[at] & ~ALL_MARKS) != 0 || Geometry.blockBase(indices[at], orders[at]) != indices[at]
                || (at > 0 && Long.compareUnsigned(Geometry.blockLast(indices[at - 1], orders[at - 1]),
                        indices[at]) >= 0)) {
            throw new InvalidObjectException(
                    "entry " + at + ", index=" + Long.toUnsignedString(indices[at]) + ", order="
                            + orders[at] + ", marks=" + marks[at] + ": no array has such an entry there");
        }
    }
}
