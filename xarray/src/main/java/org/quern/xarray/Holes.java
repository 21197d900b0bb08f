package org.quern.xarray;

import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.xarray.tree.Stretch;

/**
 * What an array does <em>not</em> hold: its free indices, and how they lie. Made by {@link AbstractXArray#holes()}.
 *
 * <pre>
 *   index     0   1   2   3   4   5   6   7   8 ...
 *             A   B   .   .   .   C---C   r   .
 *             run 0..1|hole 2..4 |run 5..7   |hole 8..2^64-1
 * </pre>
 *
 * An index is taken if insert finds it busy: by an entry, one that spans it, or a reserved one ({@code r}); and index 0 is where ids begin at 1.
 *
 * <p><b>Cost.</b> A free index is found in a word of 64 bits, one for each leaf, and an empty subtree is one step; so everything is O(stretches that are passed over), and O(height)
 * for each leaf among them. Taken indices are passed over 64 at a time, an entry that spans more at once: there is no summary of full subtrees above the leaves, which would cost each store something.
 *
 * <p><b>Threads.</b> Lock-free, and like searches no snapshot: each index reported was in that state at some moment of the call, an index that is free all the time is not passed
 * over, and the 64 of a leaf are seen at one moment. To take what was found before another does, search inside {@link AbstractXArray#lock}. Immutable; allocates a small object for each call.
 */
@Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = IllegalStateException.class)
public final class Holes {
    private final AbstractXArray array;

    Holes(AbstractXArray array) {
        this.array = array;
    }

    /**
     * The first free index at or after one.
     *
     * @param from where to begin
     * @param max last index to look at, inclusive
     * @return an unsigned number; empty if all are taken, or {@code max} is below {@code from}
     * @throws IllegalStateException if the array is closed
     */
    public OptionalLong next(long from, long max) {
        if (Long.compareUnsigned(from, max) > 0) {
            return OptionalLong.empty();
        }
        Stretch stretch = new Stretch(array.tree());
        long index = from;
        while (stretch.moveTo(index)) {
            if (Long.compareUnsigned(stretch.last(), max) >= 0) {
                return OptionalLong.empty();
            }
            index = stretch.last() + 1;
        }
        return OptionalLong.of(index);
    }

    /**
     * The last free index at or before one.
     *
     * @param from where to begin
     * @param min lowest index to look at, inclusive
     * @return an unsigned number; empty if all are taken, or {@code from} is below {@code min}
     * @throws IllegalStateException if the array is closed
     */
    public OptionalLong previous(long from, long min) {
        if (Long.compareUnsigned(from, min) < 0) {
            return OptionalLong.empty();
        }
        Stretch stretch = new Stretch(array.tree());
        long index = from;
        while (stretch.moveTo(index)) {
            if (Long.compareUnsigned(stretch.first(), min) <= 0) {
                return OptionalLong.empty();
            }
            index = stretch.first() - 1;
        }
        return OptionalLong.of(index);
    }

    /**
     * The hole around an index: all free indices that adjoin it.
     *
     * @param index any index
     * @return null if the index is taken
     * @throws IllegalStateException if the array is closed
     */
    public @Nullable IndexRange holeAt(long index) {
        return around(index, false);
    }

    /**
     * The run around an index: all taken indices that adjoin it, of whatever entries. O(leaves in the run).
     *
     * @param index any index
     * @return null if the index is free
     * @throws IllegalStateException if the array is closed
     */
    public @Nullable IndexRange runAt(long index) {
        return around(index, true);
    }

    private @Nullable IndexRange around(long index, boolean taken) {
        Stretch stretch = new Stretch(array.tree());
        if (stretch.moveTo(index) != taken) {
            return null;
        }
        long first = stretch.first();
        long last = stretch.last();
        while (last != -1L && stretch.moveTo(last + 1) == taken) {
            last = stretch.last();
        }
        while (first != 0 && stretch.moveTo(first - 1) == taken) {
            first = stretch.first();
        }
        return new IndexRange(first, last);
    }

    /**
     * The lowest place in a range where so many adjacent indices are free.
     *
     * @param length how many, unsigned; not 0
     * @param alignment what the first must be a multiple of: a power of two, 1 for any
     * @param first first index of the range
     * @param last its last index, inclusive
     * @return the first of the free ones, unsigned; empty if there is no such place
     * @throws IllegalArgumentException if the length is 0, the alignment no power of two, or {@code last} below {@code first}
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {IllegalArgumentException.class,
            IllegalStateException.class})
    public OptionalLong lowest(long length, long alignment, long first, long last) {
        requireFitting(length, alignment, first, last);
        Stretch stretch = new Stretch(array.tree());
        long start = first;
        for (;;) {
            long aligned = (start + (alignment - 1)) & -alignment;
            long end = aligned + (length - 1);
            if (Long.compareUnsigned(aligned, start) < 0 || Long.compareUnsigned(end, aligned) < 0
                    || Long.compareUnsigned(end, last) > 0) {
                return OptionalLong.empty(); // one of the sums came round, or it ends too late
            }
            long at = aligned;
            while (!stretch.moveTo(at) && Long.compareUnsigned(stretch.last(), end) < 0) {
                at = stretch.last() + 1;
            }
            if (!stretch.isTaken()) {
                return OptionalLong.of(aligned);
            }
            if (stretch.last() == -1L) {
                return OptionalLong.empty();
            }
            start = stretch.last() + 1;
        }
    }

    /**
     * The highest place in a range where so many adjacent indices are free; as {@link #lowest}.
     *
     * @param length how many, unsigned; not 0
     * @param alignment what the first must be a multiple of: a power of two, 1 for any
     * @param first first index of the range
     * @param last its last index, inclusive
     * @return the first of the free ones, unsigned; empty if there is no such place
     * @throws IllegalArgumentException if the length is 0, the alignment no power of two, or {@code last} below {@code first}
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {IllegalArgumentException.class,
            IllegalStateException.class})
    public OptionalLong highest(long length, long alignment, long first, long last) {
        requireFitting(length, alignment, first, last);
        Stretch stretch = new Stretch(array.tree());
        long end = last;
        for (;;) {
            if (Long.compareUnsigned(end, length - 1) < 0) {
                return OptionalLong.empty();
            }
            long aligned = (end - (length - 1)) & -alignment;
            if (Long.compareUnsigned(aligned, first) < 0) {
                return OptionalLong.empty();
            }
            long at = aligned + (length - 1);
            while (!stretch.moveTo(at) && Long.compareUnsigned(stretch.first(), aligned) > 0) {
                at = stretch.first() - 1;
            }
            if (!stretch.isTaken()) {
                return OptionalLong.of(aligned);
            }
            if (stretch.first() == 0) {
                return OptionalLong.empty();
            }
            end = stretch.first() - 1;
        }
    }

    private static void requireFitting(long length, long alignment, long first, long last) {
        if (length == 0) {
            throw new IllegalArgumentException("length=0: must be 1 or more");
        }
        if (Long.bitCount(alignment) != 1) {
            throw new IllegalArgumentException(
                    "alignment=" + Long.toUnsignedString(alignment) + ": must be a power of two");
        }
        AbstractXArray.requireRange(first, last);
    }
}
