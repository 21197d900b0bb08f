package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;

import org.quern.xarray.entry.Extent;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.trace.Span;
import org.quern.xarray.trace.TracedArray;
import org.quern.xarray.trace.TracedCursor;
import org.quern.xarray.tree.Scan;

import static org.assertj.core.api.Assertions.assertThat;

/** An array as a trace sees it. */
final class ArrayTarget implements TracedArray {
    private static final Mark[] MARKS = Mark.values();

    private final ArrayUnderTest array;
    private final Kind kind;
    private final CyclicCounter counter = CyclicCounter.of32Bits();

    ArrayTarget(ArrayUnderTest array, Kind kind) {
        this.array = array;
        this.kind = kind;
    }

    @Override
    public Kind kind() {
        return kind;
    }

    ArrayUnderTest array() {
        return array;
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
        if (value == ABSENT && kind == Kind.PLAIN) {
            return array.erase(index);
        }
        if (value == ABSENT) {
            long old = array.load(index);
            if (!array.array().setReserved(index)) {
                array.array().reserve(index);
            }
            return old;
        }
        return array.store(index, value);
    }

    @Override
    public long erase(long index) {
        return array.erase(index);
    }

    @Override
    public boolean insert(long index, long value) {
        return value == RESERVED || value == ABSENT ? array.array().reserve(index) : array.insert(index, value);
    }

    @Override
    public long compareAndExchange(long index, long expected, long update) {
        return array.compareAndExchange(index, expected, update);
    }

    @Override
    public void reserve(long index) {
        array.array().reserve(index);
    }

    @Override
    public void release(long index) {
        array.array().release(index);
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
        Limit limit = new Limit(min, max);
        return value == ABSENT || value == RESERVED
                ? array.array().tryAllocateReserved(limit)
                : array.tryAllocate(value, limit);
    }

    @Override
    public Cycle allocateCyclic(long min, long max, long next, long value) {
        Limit limit = new Limit(min, max);
        counter.moveTo(next);
        long id = value == ABSENT || value == RESERVED
                ? array.array().tryAllocateReservedCyclic(limit, counter)
                : array.tryAllocateCyclic(value, limit, counter);
        return new Cycle(id, counter.next(), id >= 0 && counter.wrapped());
    }

    @Override
    public int orderAt(long index) {
        return array.array().orderAt(index);
    }

    @Override
    public void fill(long first, long last, long value) {
        if (value == ABSENT) {
            array.array().clearRange(first, last);
        } else {
            array.fill(first, last, value);
        }
    }

    @Override
    public void storeRun(long first, long last, int level, long value) {
        int shift = 6 * level;
        if (value != ABSENT) {
            array.storeRun(first, shift, (int) (last - first >>> shift) + 1, value);
            return;
        }
        for (long at = first, end = first - 1; end != last; at = end + 1) {
            end = Orders.last(at, shift);
            array.array().eraseRange(at, shift);
        }
    }

    @Override
    public void storeOrder(long index, int order, long value) {
        array.store(index, order, value);
    }

    @Override
    public void eraseOrder(long index, int order) {
        array.array().eraseRange(index, order);
    }

    @Override
    public void split(long index, int order, long value) {
        Span whole = spanAt(index);
        if (whole == null) {
            return;
        }
        array.array().split(index, order);
        for (long at = whole.first(), last = at - 1; last != whole.last(); at = last + 1) {
            last = Orders.last(at, order);
            array.store(at, value);
        }
    }

    @Override
    public List<Span> conflicts(long index, int order) {
        List<Span> all = new ArrayList<>();
        try (WriteScope scope = array.array().lock(); AbstractWriteCursor cursor = array.writeCursor(scope, index)) {
            cursor.moveTo(index, order);
            while (cursor.nextConflict()) {
                Span span = spanAt(cursor.base());
                assertThat(span.value()).isEqualTo(array.value(cursor));
                assertThat(Extent.order(array.tree().extentAt(span.first()))).isEqualTo(cursor.order());
                all.add(span);
            }
            assertThat(cursor.index()).isEqualTo(Orders.base(index, order));
        }
        return all;
    }

    @Override
    public void prepareAndFill(long index, int order, long firstValue) {
        long first = Orders.base(index, order);
        long last = Orders.last(index, order);
        try (WriteScope scope = array.array().lock(); AbstractWriteCursor cursor = array.writeCursor(scope, first)) {
            Prepared prepared = cursor.prepareRange(first, last);
            long value = firstValue;
            do {
                cursor.stepForward();
                array.store(cursor, value++);
            } while (cursor.index() != last);
            prepared.close();
        }
    }

    @Override
    public void prepare(long index, int order) {
        boolean empty = array.isEmpty();
        try (WriteScope scope = array.array().lock(); AbstractWriteCursor cursor = array.writeCursor(scope, index)) {
            cursor.prepareRange(Orders.base(index, order), Orders.last(index, order));
        }
        assertThat(array.isEmpty()).isEqualTo(empty);
    }

    @Override
    public TracedCursor cursor(long index) {
        return new CursorTarget(this, array, index);
    }

    @Override
    public Span spanAt(long index) {
        long extent = array.tree().extentAt(index);
        if (extent == Extent.NONE) {
            return null;
        }
        int marks = 0;
        for (Mark mark : MARKS) {
            marks |= (kind == Kind.PLAIN || mark != Mark.M0) && array.isMarked(index, mark) ? 1 << mark.ordinal() : 0;
        }
        long value = array.array().isReserved(index) ? RESERVED : array.load(index);
        return new Span(Extent.base(extent, index), Extent.last(extent, index), (int) (extent & 63) / 6, value, marks);
    }

    private List<Span> spans(long first, long last) {
        List<Span> all = new ArrayList<>();
        long[] found = new long[1];
        long from = first;
        while (Scan.run(array.tree(), Deliveries.FIRST_INDEX, from, last, NodeLayout.PRESENT, found)) {
            Span span = spanAt(found[0]);
            all.add(span);
            if (Long.compareUnsigned(span.last(), last) >= 0) {
                break;
            }
            from = span.last() + 1;
        }
        return all;
    }

    @Override
    public List<Span> spans() {
        return spans(0, -1L);
    }

    @Override
    public long nodes() {
        return array.stats().nodes();
    }

    @Override
    public int top() {
        return Math.max(-1, (array.stats().height() - 1) * 6);
    }

    @Override
    public void check() {
        assertThat(TreeChecker.defects(array.tree(), true)).isEmpty();
    }

    @Override
    public void close() {
        check();
        array.close();
    }
}
