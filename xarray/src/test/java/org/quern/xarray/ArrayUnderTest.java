package org.quern.xarray;

import java.util.TreeMap;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.tree.Tree;

/** What the two kinds of array have in common, with numbers for contents, so that one suite tests both. Contents are 0..2^63-1, absent is -1. */
interface ArrayUnderTest extends AutoCloseable {
    long RESERVED = LongXArray.RESERVED;

    long load(long index);

    long store(long index, long value);

    long erase(long index);

    boolean insert(long index, long value);

    boolean compareAndSet(long index, long expected, long update);

    boolean find(long from, long max, Mark mark, LongProbe probe);

    boolean findAfter(long index, long max, Mark mark, LongProbe probe);

    void forEach(long first, long last, Mark mark, LongEntryConsumer consumer);

    boolean mark(long index, Mark mark);

    boolean unmark(long index, Mark mark);

    boolean isMarked(long index, Mark mark);

    boolean anyMarked(Mark mark);

    boolean isEmpty();

    void clear();

    XArrayStats stats();

    String dump();

    AbstractXArray array();

    AbstractEntries<?> entries();

    void forEach(AbstractEntries<?> entries, LongEntryConsumer consumer);

    /** What a batch reads. */
    long[] loadAll(long... indices);

    void storeAll(long[] indices, long[] values);

    boolean[] insertAll(long[] indices, long[] values);

    int eraseAll(long... indices);

    /** What was there: {@link #RESERVED} for a reserved entry. */
    long compareAndExchange(long index, long expected, long update);

    long store(long index, int order, long value);

    void fill(long first, long last, long value);

    boolean fulfil(long index, long value);

    long tryAllocate(long value, Limit limit);

    long tryAllocateCyclic(long value, Limit limit, CyclicCounter counter);

    long tryAllocateBlock(long value, int order, Limit limit);

    /** One entry of a run of slots, as the kernel's range store makes them: only the engine can. */
    void storeRun(long first, int shift, int slots, long value);

    AbstractWriteCursor writeCursor(WriteScope scope, long index);

    /** Content of a cursor: {@link #RESERVED} for a reserved entry. */
    long value(AbstractWriteCursor cursor);

    long store(AbstractWriteCursor cursor, long value);

    default Tree tree() {
        return array().tree();
    }

    @Override
    default void close() {
        array().close();
    }

    /** What is in it, by unsigned index. */
    default TreeMap<Long, Long> contents() {
        TreeMap<Long, Long> map = new TreeMap<>(Long::compareUnsigned);
        forEach(0, -1L, null, map::put);
        return map;
    }

    private static int count(boolean... set) {
        int count = 0;
        for (boolean one : set) {
            count += one ? 1 : 0;
        }
        return count;
    }

    static ArrayUnderTest longs(XArrayConfig config) {
        LongXArray array = LongXArray.create(config);
        array.batch(); // from here on the leaves are mapped
        return new Longs(array);
    }

    static ArrayUnderTest objects(XArrayConfig config) {
        Objects objects = new Objects(XArray.create(config));
        objects.array().batch();
        return objects;
    }

    record Longs(LongXArray array) implements ArrayUnderTest {
        @Override
        public AbstractEntries<?> entries() {
            return array.entries();
        }

        @Override
        public void forEach(AbstractEntries<?> entries, LongEntryConsumer consumer) {
            ((LongEntries) entries).forEach(consumer);
        }

        @Override
        public long[] loadAll(long... indices) {
            long[] values = new long[indices.length];
            array.batch().load(indices, values);
            return values;
        }

        @Override
        public void storeAll(long[] indices, long[] values) {
            array.batch().store(indices, values, indices.length);
        }

        @Override
        public boolean[] insertAll(long[] indices, long[] values) {
            boolean[] inserted = new boolean[indices.length];
            int count = array.batch().insert(indices, values, indices.length, inserted);
            return count == count(inserted) ? inserted : new boolean[0];
        }

        @Override
        public int eraseAll(long... indices) {
            return array.batch().erase(indices);
        }

        @Override
        public long load(long index) {
            return array.load(index);
        }

        @Override
        public long store(long index, long value) {
            return array.store(index, value);
        }

        @Override
        public long erase(long index) {
            return array.erase(index);
        }

        @Override
        public boolean insert(long index, long value) {
            return array.insert(index, value);
        }

        @Override
        public boolean compareAndSet(long index, long expected, long update) {
            return array.compareAndSet(index, expected, update);
        }

        @Override
        public boolean find(long from, long max, Mark mark, LongProbe probe) {
            return mark == null ? array.find(from, max, probe) : array.find(from, max, mark, probe);
        }

        @Override
        public boolean findAfter(long index, long max, Mark mark, LongProbe probe) {
            return mark == null ? array.findAfter(index, max, probe) : array.findAfter(index, max, mark, probe);
        }

        @Override
        public void forEach(long first, long last, Mark mark, LongEntryConsumer consumer) {
            if (mark == null) {
                array.forEach(first, last, consumer);
            } else {
                array.forEachMarked(first, last, mark, consumer);
            }
        }

        @Override
        public boolean mark(long index, Mark mark) {
            return array.mark(index, mark);
        }

        @Override
        public boolean unmark(long index, Mark mark) {
            return array.unmark(index, mark);
        }

        @Override
        public boolean isMarked(long index, Mark mark) {
            return array.isMarked(index, mark);
        }

        @Override
        public boolean anyMarked(Mark mark) {
            return array.anyMarked(mark);
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
        public XArrayStats stats() {
            return array.stats();
        }

        @Override
        public String dump() {
            return array.dump();
        }

        @Override
        public LongWriteCursor writeCursor(WriteScope scope, long index) {
            return array.writeCursor(scope, index);
        }

        @Override
        public long value(AbstractWriteCursor cursor) {
            return cursor.isReserved() ? RESERVED : ((LongWriteCursor) cursor).value();
        }

        @Override
        public long store(AbstractWriteCursor cursor, long value) {
            return ((LongWriteCursor) cursor).store(value);
        }

        @Override
        public long compareAndExchange(long index, long expected, long update) {
            return array.compareAndExchange(index, expected, update);
        }

        @Override
        public long store(long index, int order, long value) {
            return array.store(index, order, value);
        }

        @Override
        public void fill(long first, long last, long value) {
            array.fill(first, last, value);
        }

        @Override
        public boolean fulfil(long index, long value) {
            return array.fulfil(index, value);
        }

        @Override
        public long tryAllocate(long value, Limit limit) {
            return array.tryAllocate(value, limit);
        }

        @Override
        public long tryAllocateCyclic(long value, Limit limit, CyclicCounter counter) {
            return array.tryAllocateCyclic(value, limit, counter);
        }

        @Override
        public long tryAllocateBlock(long value, int order, Limit limit) {
            return array.tryAllocateBlock(value, order, limit);
        }

        @Override
        @SuppressWarnings("try") // the scope is held, not used
        public void storeRun(long first, int shift, int slots, long value) {
            try (WriteScope scope = array.lock()) {
                array.writer().storeRun(first, shift, slots, Entry.value(value), null);
            }
        }
    }

    /** Objects with a number in them; equal numbers may be different objects, so each number has one. */
    record Objects(XArray<Objects.Box> array, java.util.Map<Long, Box> boxes) implements ArrayUnderTest {
        record Box(long value) {}

        Objects(XArray<Box> array) {
            this(array, new java.util.concurrent.ConcurrentHashMap<>());
        }

        private Box box(long value) {
            return value == LongXArray.ABSENT ? null : boxes.computeIfAbsent(value, Box::new);
        }

        private static long value(Box box) {
            return box == null ? LongXArray.ABSENT : box.value;
        }

        @Override
        public AbstractEntries<?> entries() {
            return array.entries();
        }

        @Override
        @SuppressWarnings("unchecked")
        public void forEach(AbstractEntries<?> entries, LongEntryConsumer consumer) {
            ((Entries<Box>) entries).forEach((index, box) -> consumer.accept(index, box.value));
        }

        private Box[] boxes(long... values) {
            return java.util.Arrays.stream(values).mapToObj(this::box).toArray(Box[]::new);
        }

        @Override
        public long[] loadAll(long... indices) {
            Box[] values = new Box[indices.length];
            array.batch().load(indices, values, indices.length);
            return java.util.Arrays.stream(values).mapToLong(Objects::value).toArray();
        }

        @Override
        public void storeAll(long[] indices, long[] values) {
            array.batch().store(indices, boxes(values), indices.length);
        }

        @Override
        public boolean[] insertAll(long[] indices, long[] values) {
            boolean[] inserted = new boolean[indices.length];
            int count = array.batch().insert(indices, boxes(values), indices.length, inserted);
            return count == count(inserted) ? inserted : new boolean[0];
        }

        @Override
        public int eraseAll(long... indices) {
            return array.batch().erase(indices);
        }

        @Override
        public long load(long index) {
            return value(array.load(index));
        }

        @Override
        public long store(long index, long value) {
            return value(array.store(index, box(value)));
        }

        @Override
        public long erase(long index) {
            return value(array.erase(index));
        }

        @Override
        public boolean insert(long index, long value) {
            return array.insert(index, box(value));
        }

        @Override
        public boolean compareAndSet(long index, long expected, long update) {
            return array.compareAndSet(index, box(expected), box(update));
        }

        private boolean hit(boolean found, Probe<Box> from, LongProbe to) {
            if (found) {
                to.set(from.index(), value(from.value()));
            }
            return found;
        }

        @Override
        public boolean find(long from, long max, Mark mark, LongProbe probe) {
            Probe<Box> box = new Probe<>();
            return hit(mark == null ? array.find(from, max, box) : array.find(from, max, mark, box), box, probe);
        }

        @Override
        public boolean findAfter(long index, long max, Mark mark, LongProbe probe) {
            Probe<Box> box = new Probe<>();
            return hit(mark == null ? array.findAfter(index, max, box) : array.findAfter(index, max, mark, box), box,
                    probe);
        }

        @Override
        public void forEach(long first, long last, Mark mark, LongEntryConsumer consumer) {
            if (mark == null) {
                array.forEach(first, last, (index, box) -> consumer.accept(index, box.value));
            } else {
                array.forEachMarked(first, last, mark, (index, box) -> consumer.accept(index, box.value));
            }
        }

        @Override
        public boolean mark(long index, Mark mark) {
            return array.mark(index, mark);
        }

        @Override
        public boolean unmark(long index, Mark mark) {
            return array.unmark(index, mark);
        }

        @Override
        public boolean isMarked(long index, Mark mark) {
            return array.isMarked(index, mark);
        }

        @Override
        public boolean anyMarked(Mark mark) {
            return array.anyMarked(mark);
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
        public XArrayStats stats() {
            return array.stats();
        }

        @Override
        public String dump() {
            return array.dump();
        }

        @Override
        public WriteCursor<Box> writeCursor(WriteScope scope, long index) {
            return array.writeCursor(scope, index);
        }

        @Override
        @SuppressWarnings("unchecked")
        public long value(AbstractWriteCursor cursor) {
            return cursor.isReserved() ? RESERVED : value(((WriteCursor<Box>) cursor).value());
        }

        @Override
        @SuppressWarnings("unchecked")
        public long store(AbstractWriteCursor cursor, long value) {
            return value(((WriteCursor<Box>) cursor).store(box(value)));
        }

        @Override
        public long compareAndExchange(long index, long expected, long update) {
            Probe<Box> witness = new Probe<>();
            if (expected == RESERVED) {
                boolean reserved = update == RESERVED
                        ? array.isReserved(index)
                        : update == LongXArray.ABSENT ? array.release(index) : array.fulfil(index, box(update));
                return reserved ? RESERVED : value(array.load(index));
            }
            if (update == RESERVED) {
                long found = array.isReserved(index) ? RESERVED : load(index);
                if (found == expected) {
                    boolean done = expected == LongXArray.ABSENT ? array.reserve(index) : array.setReserved(index);
                    return done ? found : RESERVED;
                }
                return found;
            }
            array.compareAndExchange(index, box(expected), box(update), witness);
            return witness.isReserved() ? RESERVED : value(witness.value());
        }

        @Override
        public long store(long index, int order, long value) {
            return value(array.store(index, order, box(value)));
        }

        @Override
        public void fill(long first, long last, long value) {
            array.fill(first, last, box(value));
        }

        @Override
        public boolean fulfil(long index, long value) {
            return array.fulfil(index, box(value));
        }

        @Override
        public long tryAllocate(long value, Limit limit) {
            return array.tryAllocate(box(value), limit);
        }

        @Override
        public long tryAllocateCyclic(long value, Limit limit, CyclicCounter counter) {
            return array.tryAllocateCyclic(box(value), limit, counter);
        }

        @Override
        public long tryAllocateBlock(long value, int order, Limit limit) {
            return array.tryAllocateBlock(box(value), order, limit);
        }

        @Override
        @SuppressWarnings("try") // the scope is held, not used
        public void storeRun(long first, int shift, int slots, long value) {
            try (WriteScope scope = array.lock()) {
                array.writer().storeRun(first, shift, slots, Entry.OBJECT, box(value));
            }
        }
    }
}
