package org.quern.xarray;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.quern.xarray.entry.Extent;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.trace.IndexCursor;
import org.quern.xarray.trace.Span;
import org.quern.xarray.trace.TracedArray;
import org.quern.xarray.trace.TracedCursor;
import org.quern.xarray.tree.Scan;

/** An array as a trace sees it. */
final class ArrayTarget implements TracedArray {
    private static final Mark[] MARKS = Mark.values();

    private final ArrayUnderTest array;
    private final AbstractXArray untyped;
    private final Kind kind;
    /** The recorded structure remembers in the array that a cycle went round; ours does in the counter, so there is one for all cycles of a trace. */
    private final CyclicCounter counter = CyclicCounter.of32Bits();

    private boolean hasRuns;

    ArrayTarget(Function<XArrayConfig, ArrayUnderTest> factory, XArrayConfig config, Kind kind) {
        array = factory.apply(config.allocating(switch (kind) {
            case PLAIN -> Allocation.NONE;
            case ALLOCATING -> Allocation.FROM_ZERO;
            case ALLOCATING_FROM_ONE -> Allocation.FROM_ONE;
        }));
        untyped = array.array();
        this.kind = kind;
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
        if (value != ABSENT) {
            return array.store(index, value);
        }
        if (kind == Kind.PLAIN) {
            return array.erase(index);
        }
        long old = array.load(index);
        if (!untyped.setReserved(index)) {
            untyped.reserve(index);
        }
        return old;
    }

    @Override
    public long erase(long index) {
        return array.erase(index);
    }

    @Override
    public boolean insert(long index, long value) {
        return value == RESERVED ? untyped.reserve(index) : array.insert(index, value);
    }

    @Override
    public long compareAndExchange(long index, long expected, long update) {
        return array.compareAndExchange(index, expected, update);
    }

    @Override
    public void reserve(long index) {
        untyped.reserve(index);
    }

    @Override
    public void release(long index) {
        untyped.release(index);
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
    public void resetMarks(long index) {
        for (int mark = kind == Kind.PLAIN ? 0 : 1; mark < MARKS.length; mark++) {
            unmark(index, mark);
        }
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
        return value == ABSENT ? untyped.tryAllocateReserved(limit) : array.tryAllocate(value, limit);
    }

    @Override
    public Cycle allocateCyclic(long min, long max, long next, long value) {
        Limit limit = new Limit(min, max);
        counter.moveTo(next);
        long id = value == ABSENT
                ? untyped.tryAllocateReservedCyclic(limit, counter)
                : array.tryAllocateCyclic(value, limit, counter);
        return new Cycle(id, counter.next(), counter.wrapped());
    }

    @Override
    public int orderAt(long index) {
        return untyped.orderAt(index);
    }

    @Override
    public void fill(long first, long last, long value) {
        if (value == ABSENT) {
            untyped.clearRange(first, last);
        } else {
            array.fill(first, last, value);
        }
    }

    @Override
    public void storeRun(long first, long last, int level, long value) {
        if (value != ABSENT) {
            int slots = (int) (last - first >>> 6 * level) + 1;
            hasRuns |= Integer.bitCount(slots) != 1 || (first >>> 6 * level & slots - 1) != 0;
            array.storeRun(first, 6 * level, slots, value);
            return;
        }
        for (Span span = nextSpan(first); span != null
                && Long.compareUnsigned(span.first(), last) <= 0; span = span.last() == -1L
                        ? null
                        : nextSpan(span.last() + 1)) {
            array.erase(span.first());
        }
    }

    @Override
    public void storeOrder(long index, int order, long value) {
        array.store(index, order, value);
    }

    @Override
    public void eraseOrder(long index, int order) {
        untyped.eraseRange(index, order);
    }

    /** Pieces keep the content of the whole; other content is a second step, piece by piece. */
    @Override
    public void split(long index, int order, long value) {
        if (untyped.orderAt(index) < 0) {
            return;
        }
        long first = untyped.baseOf(index);
        long last = untyped.lastOf(index);
        untyped.split(index, order);
        for (long piece = first;; piece = untyped.lastOf(piece) + 1) {
            array.store(piece, value);
            if (untyped.lastOf(piece) == last) {
                return;
            }
        }
    }

    @Override
    public List<Span> conflicts(long index, int order) {
        long last = Orders.last(Orders.base(index, order), order);
        List<Span> found = new ArrayList<>();
        for (Span span = nextSpan(Orders.base(index, order)); span != null
                && Long.compareUnsigned(span.first(), last) <= 0; span = span.last() == -1L
                        ? null
                        : nextSpan(span.last() + 1)) {
            found.add(span);
        }
        return found;
    }

    @Override
    public void prepareAndFill(long index, int order, long firstValue) {
        long first = Orders.base(index, order);
        for (long i = 0; i < 1L << order; i++) {
            array.store(first + i, firstValue + i);
        }
    }

    @Override
    public void prepare(long index, int order) {
        // nothing that can be seen
    }

    @Override
    public TracedCursor cursor(long index) {
        return new IndexCursor(this, index);
    }

    @Override
    public Span spanAt(long index) {
        long extent = array.tree().extentAt(index);
        if (extent == Extent.NONE) {
            return null;
        }
        long value = array.load(index);
        int marks = 0;
        for (int mark = kind == Kind.PLAIN ? 0 : 1; mark < MARKS.length; mark++) {
            marks |= isMarked(index, mark) ? 1 << mark : 0;
        }
        return new Span(Extent.base(extent, index), Extent.last(extent, index), (int) (extent & 63) / 6,
                value == ABSENT ? RESERVED : value, marks);
    }

    @Override
    public Span nextSpan(long from) {
        long[] found = new long[1];
        return Scan.run(array.tree(), Deliveries.FIRST_INDEX, from, -1L, NodeLayout.PRESENT, found)
                ? spanAt(found[0])
                : null;
    }

    @Override
    public List<Span> spans() {
        List<Span> all = new ArrayList<>();
        for (Span span = nextSpan(0); span != null; span = span.last() == -1L ? null : nextSpan(span.last() + 1)) {
            all.add(span);
        }
        return all;
    }

    @Override
    public long nodes() {
        return array.stats().nodes();
    }

    @Override
    public int top() {
        int height = array.stats().height();
        return height == 0 ? -1 : (height - 1) * 6;
    }

    @Override
    public void check() {
        List<String> defects = TreeChecker.defects(array.tree(), hasRuns);
        if (!defects.isEmpty()) {
            throw new AssertionError(String.join("\n", defects));
        }
    }

    @Override
    public void close() {
        array.close();
    }
}
