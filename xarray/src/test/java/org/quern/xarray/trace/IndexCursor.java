package org.quern.xarray.trace;

/** A cursor that remembers nothing but its index and the entry it delivered last, and asks the array again for each step. */
public final class IndexCursor implements TracedCursor {
    private final TracedArray array;
    private long index;
    private boolean fresh = true;
    private boolean ended;
    private Span present;

    public IndexCursor(TracedArray array, long index) {
        this.array = array;
        this.index = index;
    }

    @Override
    public long index() {
        return index;
    }

    @Override
    public Span load() {
        fresh = false;
        present = array.spanAt(index);
        return present;
    }

    @Override
    public Span stepForward() {
        return step(1);
    }

    @Override
    public Span stepBack() {
        return step(-1);
    }

    private Span step(int by) {
        index += fresh ? 0 : by;
        return load();
    }

    @Override
    public Span next(long max) {
        return next(max, TracedArray.PRESENT);
    }

    @Override
    public Span nextMarked(long max, int mark) {
        return next(max, mark);
    }

    private Span next(long max, int filter) {
        if (!fresh) {
            skip();
        }
        if (ended) {
            return null;
        }
        Span found = array.nextSpan(index);
        while (found != null && filter != TracedArray.PRESENT && !found.hasMark(filter)) {
            found = found.last() == -1L ? null : array.nextSpan(found.last() + 1);
        }
        long at = found == null || found.covers(index) ? index : found.first();
        if (found == null || Long.compareUnsigned(at, max) > 0) {
            ended = true;
            return null;
        }
        index = at;
        fresh = false;
        present = found;
        return found;
    }

    private void skip() {
        long last = present == null ? index : present.last();
        ended |= last == -1L;
        index = last + 1;
        fresh = true;
    }

    @Override
    public void pause() {
        if (!fresh) {
            skip();
        }
    }

    @Override
    public void store(long value) {
        array.storeRun(index, index, 0, value);
    }

    @Override
    public void mark(int mark) {
        array.mark(index, mark);
    }

    @Override
    public void unmark(int mark) {
        array.unmark(index, mark);
    }

    @Override
    public void resetMarks() {
        array.resetMarks(index);
    }

    @Override
    public boolean isMarked(int mark) {
        return array.isMarked(index, mark);
    }

    @Override
    public void close() {
        // nothing to give back
    }
}
