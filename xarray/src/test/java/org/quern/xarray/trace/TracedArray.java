package org.quern.xarray.trace;

import java.util.List;

/**
 * What a recorded trace asks of an array, with numbers for contents: {@link #ABSENT} for nothing, {@link #RESERVED} for a reserved entry, else 0..2^63-1. The
 * model answers it from a sorted map, the arrays through their public operations; what only a cursor can do is behind {@link #cursor}.
 */
public interface TracedArray extends AutoCloseable {
    long ABSENT = -1;
    long RESERVED = -2;
    /** The filter of a search for any entry that can be seen. */
    int PRESENT = 3;

    /** What index 0 and the free indices are for. */
    enum Kind {
        PLAIN, ALLOCATING, ALLOCATING_FROM_ONE
    }

    /** What a search found. */
    record Hit(long index, long value) {}

    /** An identifier and what the cyclic counter says after it; id -1 if there was none. */
    record Cycle(long id, long next, boolean wrapped) {}

    Kind kind();

    /** @return what was visible; storing {@link #ABSENT} erases, or reserves in an allocating array */
    long store(long index, long value);

    long erase(long index);

    long load(long index);

    boolean insert(long index, long value);

    /** @return what was there, reserved entries included */
    long compareAndExchange(long index, long expected, long update);

    void reserve(long index);

    void release(long index);

    void mark(long index, int mark);

    void unmark(long index, int mark);

    boolean isMarked(long index, int mark);

    boolean anyMarked(int mark);

    boolean isEmpty();

    void clear();

    /** @return null if there is none */
    Hit find(long from, long max, int filter);

    Hit findAfter(long index, long max, int filter);

    /** @return the identifier, or -1 if none is free */
    long allocate(long min, long max, long value);

    Cycle allocateCyclic(long min, long max, long next, long value);

    /** @return -1 if nothing covers the index */
    int orderAt(long index);

    /** Exactly these indices, in aligned pieces; {@link #ABSENT} clears. */
    void fill(long first, long last, long value);

    /** The recorded rounding: each piece is one run of slots. */
    void storeRun(long first, long last, int level, long value);

    void storeOrder(long index, int order, long value);

    void eraseOrder(long index, int order);

    void split(long index, int order, long value);

    /** Everything that overlaps an aligned block, ascending. */
    List<Span> conflicts(long index, int order);

    /** Makes every slot of a block, so that storing into them needs no memory, and stores ascending numbers. */
    void prepareAndFill(long index, int order, long firstValue);

    /** Makes every slot of a block and stores nothing. */
    void prepare(long index, int order);

    TracedCursor cursor(long index);

    /** The entry that covers an index, reserved or not; null if there is none. */
    Span spanAt(long index);

    /** All entries, ascending. */
    List<Span> spans();

    long nodes();

    /** Shift of the root, -1 without nodes. */
    int top();

    /** Fails if the structure itself is damaged, whatever it answers. */
    default void check() {}

    @Override
    void close();
}
