package org.quern.xarray.model;

import org.quern.xarray.trace.Span;
import org.quern.xarray.trace.TracedArray;
import org.quern.xarray.trace.TracedCursor;

/** A cursor that remembers nothing but its index and the entry it delivered last. */
final class ModelCursor implements TracedCursor {
    private final Model model;
    private long index;
    private boolean fresh = true;
    private boolean ended;
    private Span present;

    ModelCursor(Model model, long index) {
        this.model = model;
        this.index = index;
    }

    @Override
    public long index() {
        return index;
    }

    @Override
    public Span load() {
        fresh = false;
        present = model.spanAt(index);
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
        Span found = model.ceiling(index);
        while (found != null && filter != TracedArray.PRESENT && !found.hasMark(filter)) {
            found = model.after(found);
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
        model.storeRun(index, index, 0, value);
    }

    @Override
    public void mark(int mark) {
        model.mark(index, mark);
    }

    @Override
    public void unmark(int mark) {
        model.unmark(index, mark);
    }

    @Override
    public void resetMarks() {
        model.resetMarks(index);
    }

    @Override
    public boolean isMarked(int mark) {
        return model.isMarked(index, mark);
    }

    @Override
    public void close() {
        // nothing to give back
    }
}
