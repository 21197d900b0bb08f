package org.quern.xarray;

import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.IntConsumer;

import org.quern.kapi.Operation;
import org.quern.xarray.entry.Geometry;

/**
 * What {@link LongSnapshot} and {@link Snapshot} have in common, which is all but the contents: first index, order and marks of each entry, ascending.
 *
 * <p>Immutable, for any number of threads. What is read from a stream is copied and checked: a table that no array could have is refused, and so is another version.
 */
@Operation(threads = Operation.Threads.ANY, errors = {IndexOutOfBoundsException.class, NullPointerException.class})
public abstract sealed class AbstractSnapshot implements Serializable permits LongSnapshot, Snapshot {
    @Serial
    private static final long serialVersionUID = 1;
    private static final int VERSION = 1;
    private static final int LEAST_CAPACITY = 16;
    private static final int TAG_AT = 3;
    private static final int ALL_BITS = 0b11111;

    /** Layout of this class in a stream. Another one is refused, not guessed at. */
    private int version = VERSION; // not final: a constant would be read from this class, not from the stream
    private long[] indices = {};
    private byte[] orders = {};
    /** Marks 0..2, and from bit 3 on the tag of an object. */
    private byte[] bits = {};
    private transient int filled;

    AbstractSnapshot() {}

    /** Adds the entry that begins at an index, as the array has it, with a tag; the caller holds the array's lock. Gives its place. */
    final int add(AbstractXArray array, long index, int tag) {
        int at = filled++;
        if (at == indices.length) {
            resize(capacity(at));
        }
        indices[at] = index;
        orders[at] = (byte) array.orderAt(index);
        int marks = 0;
        for (int mark = array.tree().firstMark(); mark < Mark.values().length; mark++) {
            marks |= array.tree().isMarked(index, mark) ? 1 << mark : 0;
        }
        bits[at] = (byte) (marks | tag << TAG_AT);
        return at;
    }

    /** Room for more entries than there are, in tables that grow with this one. */
    static int capacity(int size) {
        return Math.max(LEAST_CAPACITY, size + (size >> 1));
    }

    /** Ends the filling. */
    final int trim() {
        resize(filled);
        return filled;
    }

    private void resize(int capacity) {
        indices = Arrays.copyOf(indices, capacity);
        orders = Arrays.copyOf(orders, capacity);
        bits = Arrays.copyOf(bits, capacity);
    }

    /**
     * The number of entries.
     *
     * @return 0 or more
     */
    public final int size() {
        return indices.length;
    }

    /**
     * First index of an entry.
     *
     * @param at which entry, 0..size-1, ascending
     * @return an unsigned number
     * @throws IndexOutOfBoundsException if there is no such entry
     */
    public final long index(int at) {
        return indices[at];
    }

    /**
     * Order of an entry.
     *
     * @param at which entry, 0..size-1
     * @return 0..63
     * @throws IndexOutOfBoundsException if there is no such entry
     */
    public final int order(int at) {
        return orders[at];
    }

    /**
     * Whether an entry has a mark.
     *
     * @param at which entry, 0..size-1
     * @param mark the mark
     * @return true if it had
     * @throws IndexOutOfBoundsException if there is no such entry
     * @throws NullPointerException if the mark is null
     */
    public final boolean isMarked(int at, Mark mark) {
        return (bits[at] >>> mark.number() & 1) != 0;
    }

    /** The tag of an object. */
    final int tagOf(int at) {
        return bits[at] >>> TAG_AT;
    }

    /** Stores all entries as one step, then gives them their marks. */
    final void storeAll(AbstractXArray array, IntConsumer store) {
        try (WriteScope all = array.lock()) {
            Objects.requireNonNull(all);
            for (int at = 0; at < size(); at++) {
                store.accept(at);
                for (Mark mark : Mark.values()) {
                    if (isMarked(at, mark)) {
                        array.mark(indices[at], mark);
                    }
                }
            }
        }
    }

    /** Refuses contents that no array could have. */
    final void requireContents(int count, boolean sound) throws InvalidObjectException {
        if (count != size() || !sound) {
            throw new InvalidObjectException(
                    "values=" + count + ", entries=" + size() + ": no array has such values");
        }
    }

    @Serial
    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        indices = indices.clone();
        orders = orders.clone();
        bits = bits.clone();
        if (version != VERSION || orders.length != indices.length || bits.length != indices.length) {
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
        if (!ordered || (bits[at] & ~ALL_BITS) != 0 || Geometry.blockBase(indices[at], orders[at]) != indices[at]
                || (at > 0 && Long.compareUnsigned(Geometry.blockLast(indices[at - 1], orders[at - 1]),
                        indices[at]) >= 0)) {
            throw new InvalidObjectException(
                    "entry " + at + ", index=" + Long.toUnsignedString(indices[at]) + ", order="
                            + orders[at] + ", marks=" + bits[at] + ": no array has such an entry there");
        }
    }
}
