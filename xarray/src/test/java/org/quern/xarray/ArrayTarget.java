package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;

import org.quern.xarray.trace.Span;
import org.quern.xarray.trace.TracedArray;
import org.quern.xarray.trace.TracedCursor;

/** An array as a trace sees it. What the array cannot do yet throws {@link NotThereYet}, so that a replay says so instead of passing over it. */
final class ArrayTarget implements TracedArray {
    private static final Mark[] MARKS = Mark.values();

    /** The operation is not there yet. */
    static final class NotThereYet extends RuntimeException {
        private static final long serialVersionUID = 1;

        NotThereYet(String operation) {
            super(operation + " is not there yet");
        }
    }

    private final ArrayUnderTest array;
    private final Kind kind;

    ArrayTarget(ArrayUnderTest array, Kind kind) {
        this.array = array;
        this.kind = kind;
        if (kind != Kind.PLAIN) {
            throw new NotThereYet("an allocating array");
        }
    }

    @Override
    public Kind kind() {
        return kind;
    }

    private static Mark mark(int number) {
        return number == PRESENT ? null : MARKS[number];
    }

    @Override
    public long load(long index) {
        return array.load(index);
    }

    @Override
    public long store(long index, long value) {
        return value == ABSENT ? array.erase(index) : array.store(index, value);
    }

    @Override
    public long erase(long index) {
        return array.erase(index);
    }

    @Override
    public boolean insert(long index, long value) {
        if (value == RESERVED) {
            throw new NotThereYet("insertReserved");
        }
        return array.insert(index, value);
    }

    @Override
    public long compareAndExchange(long index, long expected, long update) {
        if (expected == RESERVED) {
            throw new NotThereYet("compareAndExchange of reserved entries");
        }
        long witness = array.load(index);
        if (array.compareAndSet(index, expected, update) != (witness == expected)) {
            throw new AssertionError("compareAndSet disagrees with load");
        }
        return witness;
    }

    @Override
    public void reserve(long index) {
        throw new NotThereYet("reserve");
    }

    @Override
    public void release(long index) {
        throw new NotThereYet("release");
    }

    @Override
    public void mark(long index, int mark) {
        array.mark(index, mark(mark));
    }

    @Override
    public void unmark(long index, int mark) {
        array.unmark(index, mark(mark));
    }

    @Override
    public boolean isMarked(long index, int mark) {
        return array.isMarked(index, mark(mark));
    }

    @Override
    public boolean anyMarked(int mark) {
        return array.anyMarked(mark(mark));
    }

    @Override
    public boolean isEmpty() {
        return array.isEmpty();
    }

    @Override
    public void clear() {
        array.clear();
    }

    @Override
    public Hit find(long from, long max, int filter) {
        LongProbe probe = new LongProbe();
        return array.find(from, max, mark(filter), probe) ? new Hit(probe.index(), probe.value()) : null;
    }

    @Override
    public Hit findAfter(long index, long max, int filter) {
        LongProbe probe = new LongProbe();
        return array.findAfter(index, max, mark(filter), probe) ? new Hit(probe.index(), probe.value()) : null;
    }

    @Override
    public long allocate(long min, long max, long value) {
        throw new UnsupportedOperationException("not an allocating array");
    }

    @Override
    public Cycle allocateCyclic(long min, long max, long next, long value) {
        throw new UnsupportedOperationException("not an allocating array");
    }

    @Override
    public int orderAt(long index) {
        throw new NotThereYet("orderAt");
    }

    @Override
    public void fill(long first, long last, long value) {
        throw new NotThereYet("fill");
    }

    @Override
    public void storeRun(long first, long last, int level, long value) {
        throw new NotThereYet("a store of a range");
    }

    @Override
    public void storeOrder(long index, int order, long value) {
        throw new NotThereYet("store with an order");
    }

    @Override
    public void eraseOrder(long index, int order) {
        throw new NotThereYet("eraseRange");
    }

    @Override
    public void split(long index, int order, long value) {
        throw new NotThereYet("split");
    }

    @Override
    public List<Span> conflicts(long index, int order) {
        throw new NotThereYet("nextConflict");
    }

    @Override
    public void prepareAndFill(long index, int order, long firstValue) {
        throw new NotThereYet("prepareRange");
    }

    @Override
    public void prepare(long index, int order) {
        throw new NotThereYet("prepareRange");
    }

    @Override
    public TracedCursor cursor(long index) {
        throw new NotThereYet("a cursor");
    }

    @Override
    public Span spanAt(long index) {
        long value = array.load(index);
        return value == ABSENT ? null : span(index, value);
    }

    private Span span(long index, long value) {
        int marks = 0;
        for (Mark mark : MARKS) {
            marks |= array.isMarked(index, mark) ? 1 << mark.ordinal() : 0;
        }
        return new Span(index, index, 0, value, marks);
    }

    @Override
    public List<Span> spans() {
        List<Span> all = new ArrayList<>();
        array.forEach(0, -1L, null, (index, value) -> all.add(span(index, value)));
        return all;
    }

    @Override
    public long nodes() {
        return array.stats().nodes();
    }

    @Override
    public int top() {
        return (array.stats().height() - 1) * 6;
    }

    @Override
    public void close() {
        TreeChecker.check(array.tree());
        array.close();
    }
}
