package org.quern.xarray;

import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.LongBinaryOperator;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.vmap.AddressSpaceException;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Packed;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.LeafWriter;
import org.quern.xarray.tree.RangeLoad;
import org.quern.xarray.tree.ReverseScan;
import org.quern.xarray.tree.Scan;
import org.quern.xarray.tree.Tree;

/**
 * A sparse array of numbers, off the heap: a value 0..2^63-1 at each index of the unsigned 64-bit range, or nothing.
 *
 * <p>Made for dense or clustered indices: packet flows by number, page frames, file blocks, ids. An entry costs 9.14 bytes where the indices are dense, up to
 * 6,336 bytes where each stands alone; the collector sees none of it.
 *
 * <p><b>Threads.</b> Any number of threads may call anything at any time. Reads - load, find, forEach, isMarked, anyMarked, isEmpty - take no lock, write
 * nothing, allocate
 * nothing and never wait for a writer, not even for one that was stopped in the middle. Writes exclude each other by one lock,
 * the writer lock, that spins, then parks; stats and dump take it too. Where several threads write, stores, erases and comparisons that change nothing outside one leaf of
 * 64 indices exclude only each other there, and whoever takes the writer lock waits for them. It is held for tens of nanoseconds as a rule, by clear, close and dump for as long as
 * the array is
 * large; no callback runs under it. Load,
 * store, erase, insert and compareAndSet are linearizable for each index. Searches and iterations are not snapshots; see {@link #forEach(LongEntryConsumer)}.
 *
 * <p><b>Indices</b> are unsigned: {@code -1L} is the last one, 2^64-1, and ranges are inclusive at both ends. Use {@link Long#compareUnsigned} to compare them.
 *
 * <p><b>Memory.</b> Nodes of 576 bytes in a reservation of the array's own, made with the first node; an array with no index but 0 has none. The limit of
 * {@link XArrayConfig#maxNodeBytes} bounds it: an operation that would exceed it throws {@link NodeAllocationException} and changes nothing; so does the first
 * one where
 * the system has no address space, with {@link AddressSpaceException}. {@link #close} gives the memory back at once, {@link #clear} from 256 nodes on. A read
 * may fault
 * where the system has swapped a node out, or beside a close.
 *
 * <p><b>Cost.</b> Where indices are dense from 0 on, a load reads one word that says where its leaf is - they lie on the heap, 2 or 4 bytes for 64 indices -, and the entry. Elsewhere it reads one word for each level: one if the highest index in the array is below 64, two below 4,096, three below 262,144, at most
 * eleven. Store and erase do the
 * same under the lock. {@code docs/xarray.md} has figures.
 */
@Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
        UnsupportedOperationException.class, IllegalStateException.class})
public final class LongXArray extends AbstractXArray {
    /** What an index without entry reads as. Not a value: values are not negative. */
    public static final long ABSENT = -1L;

    /** What a reserved index is, where that matters; it reads as {@link #ABSENT}. Not a value. */
    public static final long RESERVED = -2L;

    private LongXArray(XArrayConfig config) {
        super(config, null);
    }

    /** For readers of a tree that is there already. */
    LongXArray(Tree frozen) {
        super(frozen);
    }

    /**
     * An empty array with the default configuration.
     *
     * @return the array
     */
    @Operation(threads = Operation.Threads.ANY)
    public static LongXArray create() {
        return create(XArrayConfig.defaults());
    }

    /**
     * An empty array.
     *
     * @param config name and limits
     * @return the array
     * @throws NullPointerException if the configuration is null
     */
    @Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
    public static LongXArray create(XArrayConfig config) {
        return new LongXArray(Objects.requireNonNull(config, "config"));
    }

    /**
     * Reads an entry. Lock-free, allocates nothing, O(height).
     *
     * @param index any index
     * @return its value, or {@link #ABSENT}
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = IllegalStateException.class)
    public long load(long index) {
        long word = tree.load(index);
        return Entry.isValue(word) ? Entry.toValue(word) : absent(index, word);
    }

    private long absent(long index, long loaded) {
        long word = Packed.isPacked(loaded) ? tree.word(index) : loaded;
        tree.requireOpen(word);
        return Entry.isValue(word) ? Entry.toValue(word) : ABSENT;
    }

    /**
     * Sets an entry. It keeps the marks of the one it replaces; a new one has none. Takes the lock, O(height). The first node of all also waits for the system
     * to reserve memory, some 30 us.
     *
     * @param index any index
     * @param value 0..2^63-1
     * @return the old value, or {@link #ABSENT}
     * @throws IllegalArgumentException if the value is negative
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalArgumentException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public long store(long index, long value) {
        requireValue("value", value);
        long old = leaves.put(index, Entry.value(value));
        return old != LeafWriter.REFUSED ? toValue(old) : storeWhole(index, value);
    }

    private long storeWhole(long index, long value) {
        tree.enter();
        try {
            return storeAt(writer.locate(index), index, value);
        } finally {
            tree.unlock();
        }
    }

    /** As store, by who holds the lock and knows where the index lives. */
    long storeAt(long place, long index, long value) {
        long old = writer.word(place, index);
        put(place, index, Entry.value(value));
        return toValue(old);
    }

    /**
     * Removes an entry and its marks. Takes the lock, O(height); allocates no nodes. Once for 64 nodes that went it recycles them.
     *
     * @param index any index
     * @return the old value, or {@link #ABSENT} if there was none
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = IllegalStateException.class)
    public long erase(long index) {
        long old = leaves.remove(index);
        return old != LeafWriter.REFUSED ? toValue(old) : eraseWhole(index);
    }

    private long eraseWhole(long index) {
        tree.enter();
        try {
            long place = writer.locate(index);
            long old = writer.word(place, index);
            if (old != Entry.ABSENT) {
                writer.remove(place, index);
            }
            return toValue(old);
        } finally {
            tree.unlock();
        }
    }

    /**
     * Sets an entry if there is none. Takes the lock, O(height). The first node of all also waits for the system to reserve memory, some 30 us.
     *
     * @param index any index
     * @param value 0..2^63-1
     * @return false if there is an entry; it stays
     * @throws IllegalArgumentException if the value is negative
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalArgumentException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public boolean insert(long index, long value) {
        requireValue("value", value);
        return replace(index, Entry.ABSENT, Entry.value(value));
    }

    /**
     * Sets, replaces or removes an entry if it is what is expected: {@link #ABSENT} stands for no entry on both sides. A replaced entry keeps its marks. Takes
     * the lock, O(height); allocates nothing if the comparison fails. The first node of all also waits for the system to reserve memory, some 30 us.
     *
     * @param index any index
     * @param expected 0..2^63-1 or {@link #ABSENT}
     * @param update 0..2^63-1 or {@link #ABSENT}
     * @return whether the entry was as expected and now is as updated
     * @throws IllegalArgumentException if a number is below {@link #ABSENT}
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalArgumentException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public boolean compareAndSet(long index, long expected, long update) {
        return replace(index, toWord("expected", expected), toWord("update", update));
    }

    /**
     * As {@link #compareAndSet}, but says what was there: also that the index is reserved, which is neither absent nor a value.
     *
     * @param index any index
     * @param expected 0..2^63-1, {@link #ABSENT} or {@link #RESERVED}
     * @param update 0..2^63-1, {@link #ABSENT} or {@link #RESERVED}
     * @return what was there; the entry was set if that is {@code expected}
     * @throws IllegalArgumentException if a number is below {@link #RESERVED}
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalArgumentException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public long compareAndExchange(long index, long expected, long update) {
        long witness = exchange(index, toAnyWord("expected", expected), toAnyWord("update", update));
        return witness == Entry.RESERVED ? RESERVED : toValue(witness);
    }

    private boolean replace(long index, long expected, long update) {
        return exchange(index, expected, update) == expected;
    }

    /** The word that was there. */
    private long exchange(long index, long expected, long update) {
        long found = leaves.exchange(index, expected, update);
        return found != LeafWriter.REFUSED ? found : exchangeWhole(index, expected, update);
    }

    private long exchangeWhole(long index, long expected, long update) {
        tree.enter();
        try {
            long place = writer.locate(index);
            long word = writer.word(place, index);
            if (word != expected) {
                return word;
            }
            if (expected == Entry.ABSENT && update != Entry.ABSENT && isBusy(word, index)) {
                return Entry.RESERVED; // index 0 where ids begin at 1
            }
            if (update != Entry.ABSENT) {
                put(place, index, update);
            } else if (expected != Entry.ABSENT) {
                writer.remove(place, index);
            }
            return word;
        } finally {
            tree.unlock();
        }
    }

    private void put(long place, long index, long word) {
        if (!writer.put(place, index, word, null)) {
            throw noRoom(index);
        }
    }

    /**
     * Finds the first entry at or after an index. Lock-free, allocates nothing, O(height). An entry that is there all the time is not passed over.
     *
     * @param from where to begin
     * @param max last index to look at, inclusive
     * @param probe receives index and value of the entry; untouched if there is none
     * @return whether there is one; false also if {@code max} is below {@code from}
     * @throws NullPointerException if the probe is null
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean find(long from, long max, LongProbe probe) {
        Objects.requireNonNull(probe, "probe");
        long here = Long.compareUnsigned(from, max) <= 0 ? tree.load(from) : Entry.ABSENT;
        if (Entry.isValue(here)) {
            probe.set(from, Entry.toValue(here));
            return true;
        }
        return Scan.run(tree, Deliveries.TO_LONG_PROBE, from, max, NodeLayout.PRESENT, probe);
    }

    /**
     * Finds the first entry with a mark at or after an index. Lock-free, allocates nothing, O(height) whatever lies between.
     *
     * @param from where to begin
     * @param max last index to look at, inclusive
     * @param mark the mark
     * @param probe receives index and value of the entry; untouched if there is none
     * @return whether there is one; false also if {@code max} is below {@code from}
     * @throws NullPointerException if the mark or the probe is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean find(long from, long max, Mark mark, LongProbe probe) {
        return Scan.run(tree, Deliveries.TO_LONG_PROBE, from, max, bitmap(mark),
                Objects.requireNonNull(probe, "probe"));
    }

    /**
     * Finds the first entry after an index, which is never one around it; as {@link #find(long, long, LongProbe)}.
     *
     * @param index the index to go on from; after the last index of all there is nothing
     * @param max last index to look at, inclusive
     * @param probe receives index and value of the entry; untouched if there is none
     * @return whether there is one; false also after the last index of all, and if {@code max} is not above {@code index}
     * @throws NullPointerException if the probe is null
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean findAfter(long index, long max, LongProbe probe) {
        long last = lastOf(index);
        return last != -1L && find(last + 1, max, probe);
    }

    /**
     * Finds the first entry with a mark after an index, which is never one around it; as {@link #find(long, long, Mark, LongProbe)}.
     *
     * @param index the index to go on from; after the last index of all there is nothing
     * @param max last index to look at, inclusive
     * @param mark the mark
     * @param probe receives index and value of the entry; untouched if there is none
     * @return whether there is one; false also after the last index of all, and if {@code max} is not above {@code index}
     * @throws NullPointerException if the mark or the probe is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean findAfter(long index, long max, Mark mark, LongProbe probe) {
        long last = lastOf(index);
        return last != -1L && find(last + 1, max, mark, probe);
    }

    /**
     * Index of the first entry at or after an index, where allocating the answer does not matter. Lock-free, O(height).
     *
     * @param from where to begin
     * @param max last index to look at, inclusive
     * @return an unsigned number, or empty
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = IllegalStateException.class)
    public OptionalLong nextIndex(long from, long max) {
        LongProbe probe = new LongProbe();
        return find(from, max, probe) ? OptionalLong.of(probe.index()) : OptionalLong.empty();
    }

    /**
     * Index of the first entry with a mark at or after an index, where allocating the answer does not matter. Lock-free, O(height).
     *
     * @param from where to begin
     * @param max last index to look at, inclusive
     * @param mark the mark
     * @return an unsigned number, or empty
     * @throws NullPointerException if the mark is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public OptionalLong nextIndex(long from, long max, Mark mark) {
        LongProbe probe = new LongProbe();
        return find(from, max, mark, probe) ? OptionalLong.of(probe.index()) : OptionalLong.empty();
    }

    /**
     * Gives all entries to a consumer, ascending. Lock-free, allocates nothing; waits for nothing but the consumer, which runs in the calling thread, without
     * a lock. O(leaves), and O(height) for each leaf.
     *
     * <p>Not a snapshot: an entry that is there from beginning to end is delivered exactly once, one that comes or goes meanwhile may or may not be, and
     * each value is read when its turn comes. The consumer may change this array in any way; what it throws ends the iteration.
     *
     * @param consumer receives the entries
     * @throws NullPointerException if the consumer is null
     * @throws IllegalStateException if the array is closed, also by the consumer; not if nothing was left to look at by then
     */
    public void forEach(LongEntryConsumer consumer) {
        forEach(0, -1L, consumer);
    }

    /**
     * Gives the entries of a range to a consumer; as {@link #forEach(LongEntryConsumer)}.
     *
     * @param first first index
     * @param last last index, inclusive
     * @param consumer receives the entries
     * @throws NullPointerException if the consumer is null
     * @throws IllegalArgumentException if {@code last} is below {@code first}
     * @throws IllegalStateException if the array is closed, also by the consumer; not if nothing was left to look at by then
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            IllegalArgumentException.class, IllegalStateException.class})
    public void forEach(long first, long last, LongEntryConsumer consumer) {
        requireRange(first, last);
        Scan.run(tree, Deliveries.TO_LONG_CONSUMER, first, last, NodeLayout.PRESENT,
                Objects.requireNonNull(consumer, "consumer"));
    }

    /**
     * Gives all entries with a mark to a consumer; as {@link #forEach(LongEntryConsumer)}. An entry that loses the mark before its turn is not delivered.
     *
     * @param mark the mark
     * @param consumer receives the entries
     * @throws NullPointerException if the mark or the consumer is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed, also by the consumer; not if nothing was left to look at by then
     */
    public void forEachMarked(Mark mark, LongEntryConsumer consumer) {
        forEachMarked(0, -1L, mark, consumer);
    }

    /**
     * Gives the entries of a range that have a mark to a consumer; as {@link #forEachMarked(Mark, LongEntryConsumer)}.
     *
     * @param first first index
     * @param last last index, inclusive
     * @param mark the mark
     * @param consumer receives the entries
     * @throws NullPointerException if the mark or the consumer is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalArgumentException if {@code last} is below {@code first}
     * @throws IllegalStateException if the array is closed, also by the consumer; not if nothing was left to look at by then
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            UnsupportedOperationException.class, IllegalArgumentException.class, IllegalStateException.class})
    public void forEachMarked(long first, long last, Mark mark, LongEntryConsumer consumer) {
        requireRange(first, last);
        Scan.run(tree, Deliveries.TO_LONG_CONSUMER, first, last, bitmap(mark),
                Objects.requireNonNull(consumer, "consumer"));
    }

    /**
     * Gives entries to a predicate until it says no; as {@link #forEach(LongEntryConsumer)}.
     *
     * @param first first index
     * @param last last index, inclusive
     * @param predicate receives the entries; true to go on
     * @return true if it said no, false if there was nothing left
     * @throws NullPointerException if the predicate is null
     * @throws IllegalArgumentException if {@code last} is below {@code first}
     * @throws IllegalStateException if the array is closed, also by the predicate; not if nothing was left to look at by then
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            IllegalArgumentException.class, IllegalStateException.class})
    public boolean forEachWhile(long first, long last, LongEntryPredicate predicate) {
        requireRange(first, last);
        return Scan.run(tree, Deliveries.TO_LONG_PREDICATE, first, last, NodeLayout.PRESENT,
                Objects.requireNonNull(predicate, "predicate"));
    }

    /**
     * Gives entries with a mark to a predicate until it says no; as {@link #forEachWhile(long, long, LongEntryPredicate)}.
     *
     * @param first first index
     * @param last last index, inclusive
     * @param mark the mark
     * @param predicate receives the entries; true to go on
     * @return true if it said no, false if there was nothing left
     * @throws NullPointerException if the mark or the predicate is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalArgumentException if {@code last} is below {@code first}
     * @throws IllegalStateException if the array is closed, also by the predicate; not if nothing was left to look at by then
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            UnsupportedOperationException.class, IllegalArgumentException.class, IllegalStateException.class})
    public boolean forEachMarkedWhile(long first, long last, Mark mark, LongEntryPredicate predicate) {
        requireRange(first, last);
        return Scan.run(tree, Deliveries.TO_LONG_PREDICATE, first, last, bitmap(mark),
                Objects.requireNonNull(predicate, "predicate"));
    }

    /**
     * The number of entries of a range, each counted once, reserved ones not. Lock-free; O(leaves), and O(height) for each 64. No snapshot.
     *
     * @param first first index
     * @param last last index, inclusive
     * @return how many there are
     * @throws IllegalArgumentException if {@code last} is below {@code first}
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {IllegalArgumentException.class,
            IllegalStateException.class})
    public long count(long first, long last) {
        return entries(first, last).count();
    }

    /**
     * Reads adjacent indices, present or not; the fastest way to read where most are there. Lock-free, allocates nothing, O(height) for each 4,096 indices and a fraction of a nanosecond for each.
     * Each index reads what {@link #load} would have given at some time during the call; together they are no snapshot.
     *
     * @param first the first index
     * @param values receives for each index its value, or {@link #ABSENT}
     * @param offset where to begin there
     * @param count how many, 0 or more
     * @throws NullPointerException if the array is null
     * @throws IndexOutOfBoundsException if the array has no room for so many at the offset
     * @throws IllegalArgumentException if there are not so many indices from {@code first} on
     * @throws IllegalStateException if the array is closed; what was read before that is in {@code values}
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            IndexOutOfBoundsException.class, IllegalArgumentException.class, IllegalStateException.class})
    public void loadRange(long first, long[] values, int offset, int count) {
        Objects.checkFromIndexSize(offset, count, values.length);
        if (count > 0) {
            requireRange(first, first + count - 1);
            RangeLoad.values(tree, first, count, values, offset);
        }
    }

    /**
     * Copies the first entries of a range, each once. Lock-free; no snapshot. An entry that begins before the range is reported at {@code first}. Places of the arrays behind those
     * that were copied, as far as {@code most} goes, may have been written to.
     *
     * @param first first index
     * @param last last index, inclusive
     * @param mark only entries with this mark, or null for all
     * @param indices receives the indices
     * @param values receives the values
     * @param offset where to begin in both arrays
     * @param most how many at most, 0 or more
     * @return how many were copied
     * @throws NullPointerException if an array is null
     * @throws IndexOutOfBoundsException if an array has no room for so many at the offset
     * @throws IllegalArgumentException if {@code last} is below {@code first}
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            IndexOutOfBoundsException.class, IllegalArgumentException.class, UnsupportedOperationException.class,
            IllegalStateException.class})
    public int copyRange(long first, long last, @Nullable Mark mark, long[] indices, long[] values, int offset,
            int most) {
        Objects.checkFromIndexSize(offset, most, Math.min(indices.length, values.length));
        requireRange(first, last);
        long bitmap = mark == null ? NodeLayout.PRESENT : bitmap(mark);
        LongCopy copy = new LongCopy(indices, values, offset, most);
        if (most > 0) {
            Scan.run(tree, Deliveries.TO_LONG_COPY, first, last, bitmap, copy);
        }
        return copy.copied();
    }

    /**
     * Sets the block of 2^order indices around an index. Where a larger entry covers it, that entry changes its content as a whole, and keeps order and marks;
     * otherwise all entries in the block go, and one entry with the union of their marks takes their place. For readers, each index goes straight from old to new, but
     * not all at the same moment. Takes the lock, O(height) and a time proportional to the nodes that go.
     *
     * @param index any index of the block
     * @param order 0..63
     * @param value 0..2^63-1
     * @return the old value at the block's first index, or {@link #ABSENT}
     * @throws IllegalArgumentException if the order is out of range or the value is negative
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalArgumentException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public long store(long index, int order, long value) {
        requireValue("value", value);
        long base = Orders.base(index, order);
        tree.enter();
        try {
            long old = toValue(writer.word(writer.locate(base), base));
            if (!writer.store(base, order, Entry.value(value), null)) {
                throw noRoom(index);
            }
            return old;
        } finally {
            tree.unlock();
        }
    }

    /**
     * Sets exactly the indices of a range, with as few entries as possible: aligned blocks of powers of two, each with the marks of all that it replaces. An
     * entry that stands across an end is split there, and what is outside keeps content and marks. For readers, each index goes straight from old to new,
     * but not all at the same moment. Takes the lock for a time proportional to the nodes that go; adds at most 22 nodes.
     *
     * @param first first index
     * @param last last index, inclusive
     * @param value 0..2^63-1
     * @throws IllegalArgumentException if {@code last} is below {@code first} or the value is negative
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalArgumentException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public void fill(long first, long last, long value) {
        requireRange(first, last);
        requireValue("value", value);
        tree.enter();
        try {
            if (!writer.ranges().fill(first, last, Entry.value(value), null)) {
                throw noRoom(first);
            }
        } finally {
            tree.unlock();
        }
    }

    /**
     * Sets an entry at the lowest free id of a limit. Takes the lock, O(height).
     *
     * @param value 0..2^63-1
     * @param limit which ids
     * @return the id
     * @throws NullPointerException if the limit is null
     * @throws IllegalArgumentException if the value is negative
     * @throws UnsupportedOperationException if the array does not allocate
     * @throws IdSpaceExhaustedException if none is free
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IllegalArgumentException.class, UnsupportedOperationException.class,
            IdSpaceExhaustedException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public long allocate(long value, Limit limit) {
        return orExhausted(tryAllocate(value, limit), limit);
    }

    /**
     * Sets an entry at the lowest free id of a limit, where it is normal that there is none. Takes the lock, O(height).
     *
     * @param value 0..2^63-1
     * @param limit which ids
     * @return the id, or -1 if none is free
     * @throws NullPointerException if the limit is null
     * @throws IllegalArgumentException if the value is negative
     * @throws UnsupportedOperationException if the array does not allocate
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IllegalArgumentException.class, UnsupportedOperationException.class,
            NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public long tryAllocate(long value, Limit limit) {
        requireValue("value", value);
        return claim(limit, null, 0, Entry.value(value), null);
    }

    /**
     * Sets an entry at the next free id: from where the counter stands to the end of the limit, then from its beginning. Takes the lock, O(height).
     *
     * @param value 0..2^63-1
     * @param limit which ids
     * @param counter goes on after the id, and says whether it has come round; unchanged if none is free
     * @return the id, or -1 if none is free
     * @throws NullPointerException if the limit or the counter is null
     * @throws IllegalArgumentException if the value is negative
     * @throws UnsupportedOperationException if the array does not allocate
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IllegalArgumentException.class, UnsupportedOperationException.class,
            NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public long tryAllocateCyclic(long value, Limit limit, CyclicCounter counter) {
        requireValue("value", value);
        return claim(limit, Objects.requireNonNull(counter, "counter"), 0, Entry.value(value), null);
    }

    /**
     * Sets an entry at the next free id; as {@link #tryAllocateCyclic}, where it is wrong if there is none.
     *
     * @param value 0..2^63-1
     * @param limit which ids
     * @param counter goes on after the id, and says whether it has come round; unchanged if none is free
     * @return the id
     * @throws NullPointerException if the limit or the counter is null
     * @throws IllegalArgumentException if the value is negative
     * @throws UnsupportedOperationException if the array does not allocate
     * @throws IdSpaceExhaustedException if none is free
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IllegalArgumentException.class, UnsupportedOperationException.class,
            IdSpaceExhaustedException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public long allocateCyclic(long value, Limit limit, CyclicCounter counter) {
        return orExhausted(tryAllocateCyclic(value, limit, counter), limit);
    }

    /**
     * Sets one entry at the lowest aligned block of 2^order free ids. Takes the lock for a time proportional to the blocks that are not free below it.
     *
     * @param value 0..2^63-1
     * @param order 0..62
     * @param limit which ids; the block lies in it as a whole
     * @return the first id, or -1 if no block is free
     * @throws NullPointerException if the limit is null
     * @throws IllegalArgumentException if the order is out of range or the value is negative
     * @throws UnsupportedOperationException if the array does not allocate
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IllegalArgumentException.class, UnsupportedOperationException.class,
            NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public long tryAllocateBlock(long value, int order, Limit limit) {
        requireValue("value", value);
        Orders.require("order", order);
        return claim(limit, null, order, Entry.value(value), null);
    }

    /**
     * Builds the content from its id: the id is reserved, the function called without the lock, and what it gives is stored; so nobody ever sees an entry that
     * does not know its id. If the function throws, the id is given back.
     *
     * @param content gives 0..2^63-1 for an id
     * @param limit which ids
     * @return the id
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if the function gives a negative value
     * @throws UnsupportedOperationException if the array does not allocate
     * @throws IdSpaceExhaustedException if none is free
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed, or somebody took the id meanwhile
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IllegalArgumentException.class, UnsupportedOperationException.class,
            IdSpaceExhaustedException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public long allocate(LongUnaryOperator content, Limit limit) {
        Objects.requireNonNull(content, "content");
        long id = allocateReserved(limit);
        boolean stored = false;
        try {
            stored = fulfil(id, content.applyAsLong(id));
        } finally {
            if (!stored) {
                release(id);
            }
        }
        if (!stored) {
            throw new IllegalStateException("array " + tree.nodes().name() + ": id=" + id
                    + " was stored to or erased while its content was built");
        }
        return id;
    }

    /**
     * Stores to an index if it is reserved. Takes the lock, O(height); needs no memory. The entry keeps the marks of the reservation.
     *
     * @param index any index
     * @param value 0..2^63-1
     * @return false if it is not reserved; nothing has changed
     * @throws IllegalArgumentException if the value is negative
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public boolean fulfil(long index, long value) {
        requireValue("value", value);
        tree.enter();
        try {
            long place = writer.locate(index);
            boolean reserved = writer.word(place, index) == Entry.RESERVED;
            if (reserved) {
                put(place, index, Entry.value(value));
            }
            return reserved;
        } finally {
            tree.unlock();
        }
    }

    /**
     * A cursor that reads.
     *
     * @param index where it begins; not looked at yet
     * @return a cursor for the calling thread
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalStateException.class)
    public LongReadCursor cursor(long index) {
        return new LongReadCursor(this, index);
    }

    /**
     * A cursor that may change the array while it is locked.
     *
     * @param scope of this array
     * @param index where it begins; not looked at yet
     * @return a cursor for the calling thread
     * @throws NullPointerException if the scope is null
     * @throws IllegalArgumentException if the scope is of another array
     * @throws IllegalStateException if the scope is closed or of another thread, or the array is closed
     */
    @Operation(threads = Operation.Threads.OWNER, lock = "writer lock", errors = {NullPointerException.class,
            IllegalArgumentException.class, IllegalStateException.class})
    public LongWriteCursor writeCursor(WriteScope scope, long index) {
        return new LongWriteCursor(this, scope, index);
    }

    static void requireValue(String what, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(what + "=" + value + ": must be 0.." + Long.MAX_VALUE);
        }
    }

    private static long toWord(String what, long value) {
        if (value < ABSENT) {
            throw new IllegalArgumentException(what + "=" + value + ": must be 0.." + Long.MAX_VALUE + ", or ABSENT");
        }
        return value == ABSENT ? Entry.ABSENT : Entry.value(value);
    }

    private static long toAnyWord(String what, long value) {
        if (value < RESERVED) {
            throw new IllegalArgumentException(
                    what + "=" + value + ": must be 0.." + Long.MAX_VALUE + ", ABSENT or RESERVED");
        }
        return value == RESERVED ? Entry.RESERVED : toWord(what, value);
    }

    private static long toValue(long word) {
        return Entry.isValue(word) ? Entry.toValue(word) : ABSENT;
    }

    /**
     * Finds the last entry at or before an index. Lock-free, allocates nothing, O(height). An entry that is there all the time is not passed over.
     *
     * @param from where to begin
     * @param min lowest index to look at, inclusive
     * @param probe receives index and value of the entry; untouched if there is none. One that spans indices is found by its first, or by {@code min} if that is inside it
     * @return whether there is one; false also if {@code from} is below {@code min}
     * @throws NullPointerException if the probe is null
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean findLast(long from, long min, LongProbe probe) {
        return ReverseScan.run(tree, Deliveries.TO_LONG_PROBE, min, from, NodeLayout.PRESENT,
                Objects.requireNonNull(probe, "probe"));
    }

    /**
     * Finds the last entry with a mark at or before an index; as {@link #findLast(long, long, LongProbe)}, whatever lies between.
     *
     * @param from where to begin
     * @param min lowest index to look at, inclusive
     * @param mark the mark
     * @param probe receives index and value of the entry; untouched if there is none
     * @return whether there is one; false also if {@code from} is below {@code min}
     * @throws NullPointerException if the mark or the probe is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean findLast(long from, long min, Mark mark, LongProbe probe) {
        return ReverseScan.run(tree, Deliveries.TO_LONG_PROBE, min, from, bitmap(mark),
                Objects.requireNonNull(probe, "probe"));
    }

    /**
     * Finds the last entry before an index, which is never one around it; as {@link #findLast(long, long, LongProbe)}.
     *
     * @param index the index to go on from; before 0 there is nothing
     * @param min lowest index to look at, inclusive
     * @param probe receives index and value of the entry; untouched if there is none
     * @return whether there is one; false also before 0, and if {@code min} is not below {@code index}
     * @throws NullPointerException if the probe is null
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean findBefore(long index, long min, LongProbe probe) {
        long base = baseOf(index);
        return base != 0 && findLast(base - 1, min, probe);
    }

    /**
     * Finds the last entry with a mark before an index, which is never one around it; as {@link #findLast(long, long, Mark, LongProbe)}.
     *
     * @param index the index to go on from; before 0 there is nothing
     * @param min lowest index to look at, inclusive
     * @param mark the mark
     * @param probe receives index and value of the entry; untouched if there is none
     * @return whether there is one; false also before 0, and if {@code min} is not below {@code index}
     * @throws NullPointerException if the mark or the probe is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean findBefore(long index, long min, Mark mark, LongProbe probe) {
        long base = baseOf(index);
        return base != 0 && findLast(base - 1, min, mark, probe);
    }

    /**
     * Index of the last entry at or before an index, where allocating the answer does not matter. Lock-free, O(height).
     *
     * @param from where to begin
     * @param min lowest index to look at, inclusive
     * @return an unsigned number, or empty
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = IllegalStateException.class)
    public OptionalLong previousIndex(long from, long min) {
        LongProbe probe = new LongProbe();
        return findLast(from, min, probe) ? OptionalLong.of(probe.index()) : OptionalLong.empty();
    }

    /**
     * Index of the last entry with a mark at or before an index, where allocating the answer does not matter. Lock-free, O(height).
     *
     * @param from where to begin
     * @param min lowest index to look at, inclusive
     * @param mark the mark
     * @return an unsigned number, or empty
     * @throws NullPointerException if the mark is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public OptionalLong previousIndex(long from, long min, Mark mark) {
        LongProbe probe = new LongProbe();
        return findLast(from, min, mark, probe) ? OptionalLong.of(probe.index()) : OptionalLong.empty();
    }

    /**
     * Operations on many indices at once.
     *
     * @return scratch space for one thread
     */
    @Operation(threads = Operation.Threads.ANY)
    public LongBatch batch() {
        return new LongBatch(this);
    }

    /**
     * The entries as a view that can be narrowed to a range or a mark, turned round, and streamed.
     *
     * @return all entries, ascending
     */
    @Operation(threads = Operation.Threads.ANY)
    public LongEntries entries() {
        return new LongEntries(Section.all(this));
    }

    /**
     * The entries of a range; as {@link #entries()}.
     *
     * @param first first index
     * @param last last index, inclusive
     * @return the entries, ascending
     * @throws IllegalArgumentException if {@code last} is below {@code first}
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public LongEntries entries(long first, long last) {
        return entries().range(first, last);
    }

    /**
     * Adds to a value as one step; where there is none, to 0. Takes the lock, O(height).
     *
     * @param index any index
     * @param delta what to add, of either sign
     * @return the old value, or {@link #ABSENT} if there was none
     * @throws ArithmeticException if the sum is not 0..2^63-1; nothing has changed
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            ArithmeticException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public long getAndAdd(long index, long delta) {
        long found = leaves.add(index, delta);
        return found != LeafWriter.REFUSED ? Entry.toValue(found) : getAndAddWhole(index, delta);
    }

    private long getAndAddWhole(long index, long delta) {
        tree.enter();
        try {
            long place = writer.locate(index);
            long old = toValue(writer.word(place, index));
            long sum = Math.max(old, 0) + delta;
            if (sum < 0) { // from 0..2^63-1 one addition cannot come round further
                throw new ArithmeticException("index=" + Long.toUnsignedString(index) + ", delta=" + delta + ": "
                        + Math.max(old, 0) + " + delta must be 0..2^63-1");
            }
            put(place, index, Entry.value(sum));
            return old;
        } finally {
            tree.unlock();
        }
    }

    /**
     * Combines a value with an operand as one step; where there is none, the operand is stored. Takes the lock, O(height). The operator runs under it, and holds up other writers: it
     * must not wait for any. It may read this array, and must not change it.
     *
     * @param index any index
     * @param operand 0..2^63-1
     * @param operator gets old value and operand, gives the new value, 0..2^63-1
     * @return the new value
     * @throws NullPointerException if the operator is null
     * @throws IllegalArgumentException if the operand, or what the operator gives, is negative; nothing has changed
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed, or the operator changed the entry
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IllegalArgumentException.class, NodeAllocationException.class,
            AddressSpaceException.class, IllegalStateException.class})
    public long accumulate(long index, long operand, LongBinaryOperator operator) {
        requireValue("operand", operand);
        Objects.requireNonNull(operator, "operator");
        tree.enter();
        try {
            long old = load(index);
            long result = old == ABSENT ? operand : operator.applyAsLong(old, operand);
            requireValue("result of the operator", result);
            long place = writer.locate(index);
            if (toValue(writer.word(place, index)) != old) {
                throw new IllegalStateException("array " + tree.nodes().name() + ", index="
                        + Long.toUnsignedString(index) + ": the operator changed the entry that it computes");
            }
            put(place, index, Entry.value(result));
            return result;
        } finally {
            tree.unlock();
        }
    }

    /**
     * Raises a value as one step: stores if there is none or a smaller one. Takes the lock, O(height).
     *
     * @param index any index
     * @param value 0..2^63-1
     * @return whether it was stored
     * @throws IllegalArgumentException if the value is negative
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalArgumentException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public boolean setIfGreater(long index, long value) {
        requireValue("value", value);
        tree.enter();
        try {
            long place = writer.locate(index);
            boolean greater = value > toValue(writer.word(place, index));
            if (greater) {
                put(place, index, Entry.value(value));
            }
            return greater;
        } finally {
            tree.unlock();
        }
    }

    /**
     * A copy of all entries on the heap, with orders and marks, that can be serialised. Of one moment: it takes the lock for as long as it copies, O(entries).
     *
     * @return the copy; at most some 2^31 entries
     * @throws OutOfMemoryError if the heap has no room for it
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            OutOfMemoryError.class, IllegalStateException.class})
    public LongSnapshot snapshot() {
        tree.enter();
        try {
            return new LongSnapshot(this);
        } finally {
            tree.unlock();
        }
    }

    /**
     * Runs a function while an entry cannot change: as long as it runs, no other thread stores, erases or marks anything here. What the value stands for can be claimed
     * inside - a reference counted, a page pinned - with no need to look again. Takes the lock; the function must not wait for a writer of this array.
     *
     * @param index any index
     * @param function gets the value; not called if there is none
     * @param <R> type of its result
     * @return its result, or null if there is no entry
     * @throws NullPointerException if the function is null
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IllegalStateException.class})
    public <R> @Nullable R withEntry(long index, LongFunction<? extends @Nullable R> function) {
        Objects.requireNonNull(function, "function");
        tree.enter();
        try {
            long value = load(index);
            return value == ABSENT ? null : function.apply(value);
        } finally {
            tree.unlock();
        }
    }
}
