package org.quern.xarray;

import org.quern.xarray.trace.Span;
import org.quern.xarray.trace.TracedArray;
import org.quern.xarray.trace.TracedCursor;

import static org.assertj.core.api.Assertions.assertThat;

/** A write cursor as a trace sees it. What the cursor says of its entry is compared with what the array says. */
final class CursorTarget implements TracedCursor {
    private final ArrayTarget target;
    private final ArrayUnderTest array;
    private final WriteScope scope;
    private final AbstractWriteCursor cursor;

    CursorTarget(ArrayTarget target, ArrayUnderTest array, long index) {
        this.target = target;
        this.array = array;
        this.scope = array.array().lock();
        this.cursor = array.writeCursor(scope, index);
    }

    private Span here() {
        Span span = target.spanAt(cursor.index());
        assertThat(array.value(cursor)).isEqualTo(span == null ? TracedArray.ABSENT : span.value());
        assertThat(cursor.base()).isEqualTo(span == null ? cursor.index() : span.first());
        assertThat(cursor.last()).isEqualTo(span == null ? cursor.index() : span.last());
        assertThat(cursor.unchanged()).isEqualTo(span != null);
        return span;
    }

    @Override
    public long index() {
        return cursor.index();
    }

    @Override
    public Span load() {
        cursor.load();
        return here();
    }

    @Override
    public Span stepForward() {
        cursor.stepForward();
        return here();
    }

    @Override
    public Span stepBack() {
        cursor.stepBack();
        return here();
    }

    @Override
    public Span next(long max) {
        return cursor.next(max) ? here() : null;
    }

    @Override
    public Span nextMarked(long max, int mark) {
        return cursor.nextMarked(max, Mark.values()[mark]) ? here() : null;
    }

    @Override
    public void pause() {
        cursor.pause();
        cursor.resume();
    }

    @Override
    public void store(long value) {
        if (value == TracedArray.ABSENT) {
            cursor.erase();
        } else {
            array.store(cursor, value);
        }
    }

    @Override
    public void mark(int mark) {
        cursor.mark(Mark.values()[mark]);
    }

    @Override
    public void unmark(int mark) {
        cursor.unmark(Mark.values()[mark]);
    }

    @Override
    public void resetMarks() {
        cursor.resetMarks();
    }

    @Override
    public boolean isMarked(int mark) {
        return cursor.isMarked(Mark.values()[mark]);
    }

    @Override
    public void close() {
        cursor.close();
        scope.close();
    }
}
