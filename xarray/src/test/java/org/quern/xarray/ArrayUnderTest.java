package org.quern.xarray;

import java.util.TreeMap;

import org.quern.xarray.entry.Entry;
import org.quern.xarray.tree.Tree;

import static org.assertj.core.api.Assertions.assertThat;

/** What the two kinds of array have in common, with numbers for contents, so that one suite tests both. Contents are 0..2^63-1, absent is -1. */
interface ArrayUnderTest extends AutoCloseable {
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

    Tree tree();

    /** What both kinds of array can do with an index alone. */
    AbstractXArray untyped();

    /** @return what was there, {@link LongXArray#RESERVED} for a reservation */
    long compareAndExchange(long index, long expected, long update);

    void store(long index, int order, long value);

    void fill(long first, long last, long value);

    long tryAllocate(long value, Limit limit, CyclicCounter counter);

    /** Adjacent slots of one node as one entry. */
    void storeRun(long base, int level, int slots, long value);

    @Override
    void close();

    /** What is in it, by unsigned index. */
    default TreeMap<Long, Long> contents() {
        TreeMap<Long, Long> map = new TreeMap<>(Long::compareUnsigned);
        forEach(0, -1L, null, map::put);
        return map;
    }

    private static void run(AbstractXArray array, long base, int level, int slots, long word, Object content) {
        array.tree().enter();
        try {
            assertThat(array.writer().storeRun(base, 6 * level, slots, word, content)).isTrue();
        } finally {
            array.tree().unlock();
        }
    }

    static ArrayUnderTest longs(XArrayConfig config) {
        return new Longs(LongXArray.create(config));
    }

    static ArrayUnderTest objects(XArrayConfig config) {
        return new Objects(XArray.create(config));
    }

    record Longs(LongXArray array) implements ArrayUnderTest {
        @Override
        public AbstractXArray untyped() {
            return array;
        }

        @Override
        public long compareAndExchange(long index, long expected, long update) {
            return array.compareAndExchange(index, expected, update);
        }

        @Override
        public void store(long index, int order, long value) {
            array.store(index, order, value);
        }

        @Override
        public void fill(long first, long last, long value) {
            array.fill(first, last, value);
        }

        @Override
        public long tryAllocate(long value, Limit limit, CyclicCounter counter) {
            return counter == null
                    ? array.tryAllocate(value, limit)
                    : array.tryAllocateCyclic(value, limit, counter);
        }

        @Override
        public void storeRun(long base, int level, int slots, long value) {
            run(array, base, level, slots, Entry.value(value), null);
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
        public Tree tree() {
            return array.tree();
        }

        @Override
        public void close() {
            array.close();
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

        @Override
        public AbstractXArray untyped() {
            return array;
        }

        /** Objects have no word for a reservation: those have operations of their own. */
        @Override
        public long compareAndExchange(long index, long expected, long update) {
            if (update == LongXArray.RESERVED) {
                long witness = array.isReserved(index) ? LongXArray.RESERVED : load(index);
                if (witness == expected && !array.setReserved(index)) {
                    array.reserve(index);
                }
                return witness;
            }
            if (expected == LongXArray.RESERVED) {
                boolean done = update == LongXArray.ABSENT ? array.release(index) : array.fulfil(index, box(update));
                return done ? LongXArray.RESERVED : array.isReserved(index) ? LongXArray.RESERVED : load(index);
            }
            Probe<Box> witness = new Probe<>();
            array.compareAndExchange(index, box(expected), box(update), witness);
            return witness.isReserved() ? LongXArray.RESERVED : value(witness.value());
        }

        @Override
        public void store(long index, int order, long value) {
            array.store(index, order, box(value));
        }

        @Override
        public void fill(long first, long last, long value) {
            array.fill(first, last, box(value));
        }

        @Override
        public long tryAllocate(long value, Limit limit, CyclicCounter counter) {
            return counter == null
                    ? array.tryAllocate(box(value), limit)
                    : array.tryAllocateCyclic(box(value), limit, counter);
        }

        @Override
        public void storeRun(long base, int level, int slots, long value) {
            run(array, base, level, slots, Entry.OBJECT, box(value));
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
        public Tree tree() {
            return array.tree();
        }

        @Override
        public void close() {
            array.close();
        }
    }
}
