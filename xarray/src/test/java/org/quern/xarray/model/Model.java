package org.quern.xarray.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

import org.quern.xarray.trace.Span;
import org.quern.xarray.trace.TracedArray;
import org.quern.xarray.trace.TracedCursor;

/**
 * The slow obvious array: disjoint entries in a sorted map, no tree. It predicts every answer, and from {@link Shape} the number of nodes.
 *
 * <p>Two rules carry it. <b>Writing</b> content to a range that one entry contains changes that entry's content and nothing else; otherwise the entries inside the range become
 * one, with the union of their marks. <b>Erasing</b> a range removes every entry that overlaps it, entirely.
 *
 * <p>An array that allocates from 1 shows a reserved entry at index 0 as long as it holds anything; that entry is {@link #implicit}, never in the map.
 */
public final class Model implements TracedArray {
    private static final Span IMPLICIT = new Span(0, 0, 0, RESERVED, 0);

    private final Kind kind;
    private final TreeMap<Long, Span> spans = new TreeMap<>(Long::compareUnsigned);
    private final Ids ids = new Ids(this);
    /** Entries that have each mark: anyMarked has to be as fast as what it is compared with. */
    private final int[] marked = new int[3];
    /** A reservation at index 0 of an empty array takes a node, until something is removed. */
    private boolean rooted;

    public Model(Kind kind) {
        this.kind = kind;
    }

    @Override
    public Kind kind() {
        return kind;
    }

    // What is there

    @Override
    public Span spanAt(long index) {
        var floor = spans.floorEntry(index);
        if (floor != null && floor.getValue().covers(index)) {
            return floor.getValue();
        }
        return index == 0 && implicit() ? IMPLICIT : null;
    }

    boolean implicit() {
        return kind == Kind.ALLOCATING_FROM_ONE && !spans.isEmpty() && spans.firstKey() != 0;
    }

    /** The first entry that ends at or after an index, null if there is none: it may cover the index. */
    Span ceiling(long index) {
        Span here = spanAt(index);
        if (here != null) {
            return here;
        }
        var next = spans.ceilingEntry(index);
        return next == null ? null : next.getValue();
    }

    /** The entries of a range, those that stick out included. */
    Collection<Span> overlapping(long first, long last) {
        return view(first, last).values();
    }

    private NavigableMap<Long, Span> view(long first, long last) {
        Span straddling = spanAt(first);
        long from = straddling == null || straddling == IMPLICIT ? first : straddling.first();
        return spans.subMap(from, true, last, true);
    }

    @Override
    public List<Span> spans() {
        List<Span> all = new ArrayList<>(spans.size() + 1);
        if (implicit()) {
            all.add(IMPLICIT);
        }
        all.addAll(spans.values());
        return all;
    }

    public int size() {
        return spans.size();
    }

    // The two rules

    private void put(Span span) {
        Span old = spans.put(span.first(), span);
        count(old == null ? 0 : old.marks(), -1);
        count(span.marks(), 1);
    }

    private void count(int marks, int change) {
        for (int mark = 0; mark < 3; mark++) {
            marked[mark] += change * (marks >>> mark & 1);
        }
    }

    private void content(Span span, long value) {
        put(new Span(span.first(), span.last(), span.level(), value, span.marks()));
    }

    /** The first rule. */
    void write(long first, long last, int level, long value) {
        Span here = spanAt(first);
        if (here != null && here != IMPLICIT && here.covers(last) && here.level() >= level) {
            content(here, value);
            return;
        }
        rooted |= value == RESERVED && first == 0 && last == 0 && spans.isEmpty();
        int marks = 0;
        for (Span inside : overlapping(first, last)) {
            marks |= inside.marks();
        }
        drop(first, last);
        put(new Span(first, last, level, value, marks));
    }

    /** The second rule. */
    void wipe(long first, long last) {
        if (drop(first, last)) {
            rooted = false;
        }
    }

    private boolean drop(long first, long last) {
        NavigableMap<Long, Span> gone = view(first, last);
        if (gone.isEmpty()) {
            return false;
        }
        for (Span span : gone.values()) {
            count(span.marks(), -1);
        }
        gone.clear();
        return true;
    }

    // Normal operations

    private static long visible(Span span) {
        return span == null || span.value() == RESERVED ? ABSENT : span.value();
    }

    private static long raw(Span span) {
        return span == null ? ABSENT : span.value();
    }

    private void set(long index, long value) {
        if (value == ABSENT) {
            wipe(index, index);
        } else {
            write(index, index, 0, value);
        }
    }

    @Override
    public long load(long index) {
        return visible(spanAt(index));
    }

    @Override
    public long store(long index, long value) {
        long old = load(index);
        set(index, value == ABSENT && kind != Kind.PLAIN ? RESERVED : value);
        return old;
    }

    @Override
    public long erase(long index) {
        long old = load(index);
        wipe(index, index);
        return old;
    }

    private boolean isFree(long index) {
        return spanAt(index) == null && (index != 0 || kind != Kind.ALLOCATING_FROM_ONE);
    }

    @Override
    public boolean insert(long index, long value) {
        if (!isFree(index)) {
            return false;
        }
        set(index, value);
        return true;
    }

    @Override
    public long compareAndExchange(long index, long expected, long update) {
        long witness = raw(spanAt(index));
        if (witness == expected) {
            set(index, update);
        }
        return witness;
    }

    @Override
    public void reserve(long index) {
        insert(index, RESERVED);
    }

    @Override
    public void release(long index) {
        if (raw(spanAt(index)) == RESERVED) {
            wipe(index, index);
        }
    }

    @Override
    public boolean isEmpty() {
        return spans.isEmpty();
    }

    @Override
    public void clear() {
        drop(0, -1L);
        rooted = false;
    }

    // Marks

    private void marks(long index, int and, int or) {
        Span span = spanAt(index);
        if (span != null && span != IMPLICIT) {
            put(new Span(span.first(), span.last(), span.level(), span.value(), span.marks() & and | or));
        }
    }

    @Override
    public void mark(long index, int mark) {
        marks(index, -1, 1 << mark);
    }

    @Override
    public void unmark(long index, int mark) {
        marks(index, ~(1 << mark), 0);
    }

    void resetMarks(long index) {
        marks(index, 0, 0);
    }

    @Override
    public boolean isMarked(long index, int mark) {
        Span span = spanAt(index);
        return span != null && span.hasMark(mark);
    }

    @Override
    public boolean anyMarked(int mark) {
        return marked[mark] != 0;
    }

    // Searches

    @Override
    public Hit find(long from, long max, int filter) {
        for (Span span = ceiling(from); span != null; span = after(span)) {
            long index = span.covers(from) ? from : span.first();
            if (Long.compareUnsigned(index, max) > 0) {
                return null;
            }
            if (span.value() != RESERVED && (filter == PRESENT || span.hasMark(filter))) {
                return new Hit(index, span.value());
            }
        }
        return null;
    }

    @Override
    public Hit findAfter(long index, long max, int filter) {
        Span here = spanAt(index);
        long last = here == null ? index : here.last();
        return last == -1L ? null : find(last + 1, max, filter);
    }

    Span after(Span span) {
        var next = spans.higherEntry(span.last());
        return next == null ? null : next.getValue();
    }

    @Override
    public int orderAt(long index) {
        Span span = spanAt(index);
        return span == null ? -1 : Orders.reported(this, span);
    }

    // Identifiers

    @Override
    public long allocate(long min, long max, long value) {
        return ids.allocate(min, max, value);
    }

    @Override
    public Cycle allocateCyclic(long min, long max, long next, long value) {
        return ids.cyclic(min, max, next, value);
    }

    // Ranges and orders

    @Override
    public void fill(long first, long last, long value) {
        Ranges.fill(this, first, last, value);
    }

    @Override
    public void storeRun(long first, long last, int level, long value) {
        if (value == ABSENT) {
            wipe(first, last);
        } else {
            write(first, last, level, value);
        }
    }

    @Override
    public void storeOrder(long index, int order, long value) {
        long first = Orders.first(index, order);
        write(first, Orders.last(first, order), order / 6, value);
    }

    @Override
    public void eraseOrder(long index, int order) {
        long first = Orders.first(index, order);
        wipe(first, Orders.last(first, order));
    }

    @Override
    public void split(long index, int order, long value) {
        Span whole = spanAt(index);
        if (whole == null) {
            return;
        }
        drop(whole.first(), whole.last());
        long first = whole.first();
        for (long last = 0; last != whole.last(); first = last + 1) {
            last = Orders.last(first, order);
            put(new Span(first, last, order / 6, value, whole.marks()));
        }
    }

    @Override
    public List<Span> conflicts(long index, int order) {
        long first = Orders.first(index, order);
        List<Span> found = new ArrayList<>(overlapping(first, Orders.last(first, order)));
        if (first == 0 && implicit()) {
            found.addFirst(IMPLICIT);
        }
        return found;
    }

    @Override
    public void prepareAndFill(long index, int order, long firstValue) {
        long first = Orders.first(index, order);
        for (long i = 0; i < 1L << order; i++) {
            set(first + i, firstValue + i);
        }
    }

    @Override
    public void prepare(long index, int order) {
        // nothing that can be seen
    }

    @Override
    public TracedCursor cursor(long index) {
        return new ModelCursor(this, index);
    }

    // Shape

    boolean rooted() {
        return rooted;
    }

    @Override
    public long nodes() {
        return Shape.nodes(this);
    }

    @Override
    public int top() {
        return Shape.top(this);
    }

    @Override
    public void close() {
        // nothing to give back
    }
}
