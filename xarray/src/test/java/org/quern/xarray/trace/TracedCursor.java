package org.quern.xarray.trace;

/** What the cursor lines of a trace need. Steps and searches give the entry, null where there is none. */
public interface TracedCursor extends AutoCloseable {
    long index();

    /** Loads at the index. */
    Span load();

    /** The first step loads, each further one moves by one index, and wraps. */
    Span stepForward();

    Span stepBack();

    /** The next entry up to max, reserved or not; the first may be the one that covers the index. */
    Span next(long max);

    Span nextMarked(long max, int mark);

    /** Lets others change the array; the iteration then goes on after the present entry. */
    void pause();

    /** Replaces or, with {@link TracedArray#ABSENT}, erases the present entry. */
    void store(long value);

    void mark(int mark);

    void unmark(int mark);

    void resetMarks();

    boolean isMarked(int mark);

    @Override
    void close();
}
