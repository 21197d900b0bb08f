package org.quern.xarray;

import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongFunction;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;
import org.quern.vmap.AddressSpaceException;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.LeafWriter;
import org.quern.xarray.tree.Mirror;
import org.quern.xarray.tree.ReverseScan;
import org.quern.xarray.tree.Scan;

/**
 * A sparse array of objects: an object at each index of the unsigned 64-bit range, or nothing. The tree is off the heap, the references are in a table on the
 * heap, and each is dropped when its entry is erased or replaced.
 *
 * <p>Threads, indices, memory and cost are as in {@link LongXArray}. What a thread did to an object before it stored it is seen by whoever loads it. Objects are
 * compared by identity, and null is not an object. How long an object lives after its entry was erased is the user's business: a reader may hold it still.
 *
 * @param <V> type of the objects
 */
@Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
        UnsupportedOperationException.class, IllegalStateException.class})
public final class XArray<V> extends AbstractXArray {
    private static final int ANY_TAG = -1;

    private final Mirror mirror;
    private final Cells cells = new Cells();

    private XArray(XArrayConfig config, Mirror mirror) {
        super(config, mirror);
        this.mirror = mirror;
    }

    /**
     * An empty array with the default configuration.
     *
     * @param <V> type of the objects
     * @return the array
     */
    @Operation(threads = Operation.Threads.ANY)
    public static <V> XArray<V> create() {
        return create(XArrayConfig.defaults());
    }

    /**
     * An empty array.
     *
     * @param config name and limits
     * @param <V> type of the objects
     * @return the array
     * @throws NullPointerException if the configuration is null
     */
    @Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
    public static <V> XArray<V> create(XArrayConfig config) {
        return new XArray<>(Objects.requireNonNull(config, "config"), new Mirror());
    }

    /**
     * Reads an entry. Lock-free, allocates nothing, O(height).
     *
     * @param index any index
     * @return its object, or null
     * @throws IllegalStateException if the array is closed
     */
    @SuppressWarnings("unchecked") // only store puts objects there
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = IllegalStateException.class)
    public @Nullable V load(long index) {
        return (V) mirror.objectOf(tree.loadContent(mirror, index));
    }

    /**
     * Sets an entry. It keeps the marks of the one it replaces; a new one has none. Takes the lock, O(height). The first node of all also waits for the system
     * to reserve memory, some 30 us.
     *
     * @param index any index
     * @param value an object
     * @return the old object, or null
     * @throws NullPointerException if the object is null
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public @Nullable V store(long index, V value) {
        Object old = leaves.put(mirror, index, Objects.requireNonNull(value, "value"));
        return LeafWriter.isRefused(old) ? storeWhole(index, value) : object(old);
    }

    private @Nullable V storeWhole(long index, V value) {
        tree.enter();
        try {
            return storeAt(writer.locate(index), index, value);
        } finally {
            tree.unlock();
        }
    }

    /** As store, by who holds the lock and knows where the index lives. */
    @Nullable
    V storeAt(long place, long index, V value) {
        V old = content(place, index);
        put(place, index, value);
        return old;
    }

    /**
     * Removes an entry and its marks; the array no longer refers to the object when this returns. Takes the lock, O(height); allocates no nodes. Once for 64
     * nodes that went it recycles them.
     *
     * @param index any index
     * @return the old object, or null if there was none
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = IllegalStateException.class)
    public @Nullable V erase(long index) {
        Object old = leaves.remove(mirror, index);
        return LeafWriter.isRefused(old) ? eraseWhole(index) : object(old);
    }

    private @Nullable V eraseWhole(long index) {
        tree.enter();
        try {
            long place = writer.locate(index);
            V old = content(place, index);
            if (writer.word(place, index) != Entry.ABSENT) {
                writer.remove(place, index);
            }
            return old;
        } finally {
            tree.unlock();
        }
    }

    /**
     * Sets an entry if there is none. Takes the lock, O(height). The first node of all also waits for the system to reserve memory, some 30 us.
     *
     * @param index any index
     * @param value an object
     * @return false if there is an entry; it stays
     * @throws NullPointerException if the object is null
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public boolean insert(long index, V value) {
        return compareAndSet(index, null, Objects.requireNonNull(value, "value"));
    }

    /**
     * Sets, replaces or removes an entry if it is what is expected, by identity: null stands for no entry on both sides. A replaced entry keeps its marks. Takes
     * the lock, O(height); allocates nothing if the comparison fails. The first node of all also waits for the system to reserve memory, some 30 us.
     *
     * @param index any index
     * @param expected an object or null
     * @param update an object or null
     * @return whether the entry was as expected and now is as updated
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NodeAllocationException.class, AddressSpaceException.class, IllegalStateException.class})
    public boolean compareAndSet(long index, @Nullable V expected, @Nullable V update) {
        Object found = leaves.exchange(mirror, index, expected, update);
        return LeafWriter.isRefused(found)
                ? exchange(index, expected, ANY_TAG, update, null)
                : isObject(found, expected);
    }

    /**
     * As {@link #compareAndSet}, but says what was there.
     *
     * @param index any index
     * @param expected an object or null
     * @param update an object or null
     * @param witness receives the index and what was there: an object, null for none, {@link Probe#isReserved}
     * @return whether the entry was as expected and now is as updated
     * @throws NullPointerException if the probe is null
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public boolean compareAndExchange(long index, @Nullable V expected, @Nullable V update, Probe<V> witness) {
        return exchange(index, expected, ANY_TAG, update, Objects.requireNonNull(witness, "witness"));
    }

    /** The update may have a tag. */
    @SuppressWarnings("ReferenceEquality") // objects are compared by identity: that is the contract
    boolean exchange(long index, @Nullable V expected, int expectedTag, @Nullable Object update,
            @Nullable Probe<V> witness) {
        tree.enter();
        try {
            long place = writer.locate(index);
            V found = content(place, index);
            boolean busy = found == null && isBusy(writer.word(place, index), index);
            if (witness != null) {
                witness.set(index, found, busy);
            }
            if (found != expected || (busy && update != null)
                    || (found != null && expectedTag != ANY_TAG && tag(place, index) != expectedTag)) {
                return false;
            }
            if (update != null) {
                put(place, index, update);
            } else if (expected != null) {
                writer.remove(place, index);
            }
            return !busy;
        } finally {
            tree.unlock();
        }
    }

    @SuppressWarnings("ReferenceEquality") // objects are compared by identity: that is the contract
    private boolean isObject(@Nullable Object content, @Nullable V expected) {
        return mirror.objectOf(content) == expected;
    }

    private @Nullable V content(long place, long index) {
        return object(writer.content(mirror, place, index));
    }

    @SuppressWarnings("unchecked") // only store puts objects there
    private @Nullable V object(@Nullable Object content) {
        return (V) mirror.objectOf(content);
    }

    private int tag(long place, long index) {
        return mirror.tagOf(writer.content(mirror, place, index));
    }

    private void put(long place, long index, Object value) {
        if (!writer.put(place, index, Entry.OBJECT, value)) {
            throw noRoom(index);
        }
    }

    /**
     * Finds the first entry at or after an index. Lock-free, allocates nothing, O(height). An entry that is there all the time is not passed over.
     *
     * @param from where to begin
     * @param max last index to look at, inclusive
     * @param probe receives index and object of the entry; untouched if there is none
     * @return whether there is one; false also if {@code max} is below {@code from}
     * @throws NullPointerException if the probe is null
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    @SuppressWarnings("unchecked") // only store puts objects there
    public boolean find(long from, long max, Probe<V> probe) {
        Objects.requireNonNull(probe, "probe");
        Object here = Long.compareUnsigned(from, max) <= 0 ? Scan.contentAtHand(tree, mirror, from) : null;
        Object object = mirror.objectOf(here);
        if (object != null) {
            probe.set(from, (V) object, mirror.tagOf(here));
            return true;
        }
        return Scan.run(tree, Deliveries.toProbe(), from, max, NodeLayout.PRESENT, probe);
    }

    /**
     * Finds the first entry with a mark at or after an index. Lock-free, allocates nothing, O(height) whatever lies between.
     *
     * @param from where to begin
     * @param max last index to look at, inclusive
     * @param mark the mark
     * @param probe receives index and object of the entry; untouched if there is none
     * @return whether there is one; false also if {@code max} is below {@code from}
     * @throws NullPointerException if the mark or the probe is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean find(long from, long max, Mark mark, Probe<V> probe) {
        return Scan.run(tree, Deliveries.toProbe(), from, max, bitmap(mark),
                Objects.requireNonNull(probe, "probe"));
    }

    /**
     * Finds the first entry after an index, which is never one around it; as {@link #find(long, long, Probe)}.
     *
     * @param index the index to go on from; after the last index of all there is nothing
     * @param max last index to look at, inclusive
     * @param probe receives index and object of the entry; untouched if there is none
     * @return whether there is one; false also after the last index of all, and if {@code max} is not above {@code index}
     * @throws NullPointerException if the probe is null
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean findAfter(long index, long max, Probe<V> probe) {
        long last = lastOf(index);
        return last != -1L && find(last + 1, max, probe);
    }

    /**
     * Finds the first entry with a mark after an index, which is never one around it; as {@link #find(long, long, Mark, Probe)}.
     *
     * @param index the index to go on from; after the last index of all there is nothing
     * @param max last index to look at, inclusive
     * @param mark the mark
     * @param probe receives index and object of the entry; untouched if there is none
     * @return whether there is one; false also after the last index of all, and if {@code max} is not above {@code index}
     * @throws NullPointerException if the mark or the probe is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean findAfter(long index, long max, Mark mark, Probe<V> probe) {
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
        Probe<V> probe = new Probe<>();
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
        Probe<V> probe = new Probe<>();
        return find(from, max, mark, probe) ? OptionalLong.of(probe.index()) : OptionalLong.empty();
    }

    /**
     * Gives all entries to a consumer, ascending. Lock-free, allocates nothing; waits for nothing but the consumer, which runs in the calling thread, without
     * a lock. O(leaves), and O(height) for each leaf.
     *
     * <p>Not a snapshot: an entry that is there from beginning to end is delivered exactly once, one that comes or goes meanwhile may or may not be, and
     * each object is read when its turn comes. The consumer may change this array in any way; what it throws ends the iteration.
     *
     * @param consumer receives the entries
     * @throws NullPointerException if the consumer is null
     * @throws IllegalStateException if the array is closed, also by the consumer; not if nothing was left to look at by then
     */
    public void forEach(EntryConsumer<? super V> consumer) {
        forEach(0, -1L, consumer);
    }

    /**
     * Gives the entries of a range to a consumer; as {@link #forEach(EntryConsumer)}.
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
    public void forEach(long first, long last, EntryConsumer<? super V> consumer) {
        requireRange(first, last);
        Scan.run(tree, Deliveries.<V>toConsumer(), first, last, NodeLayout.PRESENT,
                Objects.requireNonNull(consumer, "consumer"));
    }

    /**
     * Gives all entries with a mark to a consumer; as {@link #forEach(EntryConsumer)}. An entry that loses the mark before its turn is not delivered.
     *
     * @param mark the mark
     * @param consumer receives the entries
     * @throws NullPointerException if the mark or the consumer is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed, also by the consumer; not if nothing was left to look at by then
     */
    public void forEachMarked(Mark mark, EntryConsumer<? super V> consumer) {
        forEachMarked(0, -1L, mark, consumer);
    }

    /**
     * Gives the entries of a range that have a mark to a consumer; as {@link #forEachMarked(Mark, EntryConsumer)}.
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
    public void forEachMarked(long first, long last, Mark mark, EntryConsumer<? super V> consumer) {
        requireRange(first, last);
        Scan.run(tree, Deliveries.<V>toConsumer(), first, last, bitmap(mark),
                Objects.requireNonNull(consumer, "consumer"));
    }

    /**
     * Gives entries to a predicate until it says no; as {@link #forEach(EntryConsumer)}.
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
    public boolean forEachWhile(long first, long last, EntryPredicate<? super V> predicate) {
        requireRange(first, last);
        return Scan.run(tree, Deliveries.<V>toPredicate(), first, last, NodeLayout.PRESENT,
                Objects.requireNonNull(predicate, "predicate"));
    }

    /**
     * Gives entries with a mark to a predicate until it says no; as {@link #forEachWhile(long, long, EntryPredicate)}.
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
    public boolean forEachMarkedWhile(long first, long last, Mark mark, EntryPredicate<? super V> predicate) {
        requireRange(first, last);
        return Scan.run(tree, Deliveries.<V>toPredicate(), first, last, bitmap(mark),
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
     * Copies the first entries of a range, each once. Lock-free; no snapshot. An entry that begins before the range is reported at {@code first}.
     *
     * @param first first index
     * @param last last index, inclusive
     * @param mark only entries with this mark, or null for all
     * @param indices receives the indices
     * @param values receives the objects
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
    public int copyRange(long first, long last, @Nullable Mark mark, long[] indices, @Nullable Object[] values,
            int offset,
            int most) {
        Objects.checkFromIndexSize(offset, most, Math.min(indices.length, values.length));
        int[] copied = new int[1];
        EntryPredicate<? super V> copy = (index, value) -> {
            indices[offset + copied[0]] = index;
            values[offset + copied[0]] = value;
            return ++copied[0] < most;
        };
        requireRange(first, last);
        if (most > 0) {
            Scan.run(tree, Deliveries.<V>toPredicate(), first, last, mark == null ? NodeLayout.PRESENT : bitmap(mark),
                    copy);
        }
        return copied[0];
    }

    /**
     * Sets the block of 2^order indices around an index. Where a larger entry covers it, that entry changes its content as a whole, and keeps order and marks;
     * otherwise all entries in the block go, and one entry with the union of their marks takes their place. For readers, each index goes straight from old to new, but
     * not all at the same moment. Takes the lock, O(height) and a time proportional to the nodes that go.
     *
     * @param index any index of the block
     * @param order 0..63
     * @param value an object
     * @return the old object at the block's first index, or null
     * @throws IllegalArgumentException if the order is out of range
     * @throws NullPointerException if the object is null
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IllegalArgumentException.class, NodeAllocationException.class,
            AddressSpaceException.class,
            IllegalStateException.class})
    public @Nullable V store(long index, int order, V value) {
        Objects.requireNonNull(value, "value");
        long base = Orders.base(index, order);
        tree.enter();
        try {
            V old = content(writer.locate(base), base);
            if (!writer.store(base, order, Entry.OBJECT, value)) {
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
     * @param value an object
     * @throws IllegalArgumentException if {@code last} is below {@code first}
     * @throws NullPointerException if the object is null
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IllegalArgumentException.class, NodeAllocationException.class,
            AddressSpaceException.class,
            IllegalStateException.class})
    public void fill(long first, long last, V value) {
        requireRange(first, last);
        Objects.requireNonNull(value, "value");
        tree.enter();
        try {
            if (!writer.ranges().fill(first, last, Entry.OBJECT, value)) {
                throw noRoom(first);
            }
        } finally {
            tree.unlock();
        }
    }

    /**
     * Sets an entry at the lowest free id of a limit. Takes the lock, O(height).
     *
     * @param value an object
     * @param limit which ids
     * @return the id
     * @throws NullPointerException if an argument is null
     * @throws UnsupportedOperationException if the array does not allocate
     * @throws IdSpaceExhaustedException if none is free
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, UnsupportedOperationException.class,
            IdSpaceExhaustedException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public long allocate(V value, Limit limit) {
        return orExhausted(tryAllocate(value, limit), limit);
    }

    /**
     * Sets an entry at the lowest free id of a limit, where it is normal that there is none. Takes the lock, O(height).
     *
     * @param value an object
     * @param limit which ids
     * @return the id, or -1 if none is free
     * @throws NullPointerException if an argument is null
     * @throws UnsupportedOperationException if the array does not allocate
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, UnsupportedOperationException.class,
            NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public long tryAllocate(V value, Limit limit) {
        Objects.requireNonNull(value, "value");
        return claim(limit, null, 0, Entry.OBJECT, value);
    }

    /**
     * Sets an entry at the next free id: from where the counter stands to the end of the limit, then from its beginning. Takes the lock, O(height).
     *
     * @param value an object
     * @param limit which ids
     * @param counter goes on after the id, and says whether it has come round; unchanged if none is free
     * @return the id, or -1 if none is free
     * @throws NullPointerException if an argument is null
     * @throws UnsupportedOperationException if the array does not allocate
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, UnsupportedOperationException.class,
            NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public long tryAllocateCyclic(V value, Limit limit, CyclicCounter counter) {
        Objects.requireNonNull(value, "value");
        return claim(limit, Objects.requireNonNull(counter, "counter"), 0, Entry.OBJECT, value);
    }

    /**
     * Sets an entry at the next free id; as {@link #tryAllocateCyclic}, where it is wrong if there is none.
     *
     * @param value an object
     * @param limit which ids
     * @param counter goes on after the id, and says whether it has come round; unchanged if none is free
     * @return the id
     * @throws NullPointerException if an argument is null
     * @throws UnsupportedOperationException if the array does not allocate
     * @throws IdSpaceExhaustedException if none is free
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, UnsupportedOperationException.class,
            IdSpaceExhaustedException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public long allocateCyclic(V value, Limit limit, CyclicCounter counter) {
        return orExhausted(tryAllocateCyclic(value, limit, counter), limit);
    }

    /**
     * Sets one entry at the lowest aligned block of 2^order free ids. Takes the lock for a time proportional to the blocks that are not free below it.
     *
     * @param value an object
     * @param order 0..62
     * @param limit which ids; the block lies in it as a whole
     * @return the first id, or -1 if no block is free
     * @throws NullPointerException if an argument is null
     * @throws IllegalArgumentException if the order is out of range
     * @throws UnsupportedOperationException if the array does not allocate
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IllegalArgumentException.class, UnsupportedOperationException.class,
            NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public long tryAllocateBlock(V value, int order, Limit limit) {
        Objects.requireNonNull(value, "value");
        Orders.require("order", order);
        return claim(limit, null, order, Entry.OBJECT, value);
    }

    /**
     * Builds the content from its id: the id is reserved, the function called without the lock, and what it gives is stored; so nobody ever sees an entry that
     * does not know its id. If the function throws, the id is given back.
     *
     * @param content gives an object for an id
     * @param limit which ids
     * @return the id
     * @throws NullPointerException if an argument, or what the function gives, is null
     * @throws UnsupportedOperationException if the array does not allocate
     * @throws IdSpaceExhaustedException if none is free
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed, or somebody took the id meanwhile
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, UnsupportedOperationException.class,
            IdSpaceExhaustedException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public long allocate(LongFunction<? extends V> content, Limit limit) {
        Objects.requireNonNull(content, "content");
        long id = allocateReserved(limit);
        boolean stored = false;
        try {
            stored = fulfil(id, content.apply(id));
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
     * @param value an object
     * @return false if it is not reserved; nothing has changed
     * @throws NullPointerException if the object is null
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IllegalStateException.class})
    public boolean fulfil(long index, V value) {
        Objects.requireNonNull(value, "value");
        tree.enter();
        try {
            long place = writer.locate(index);
            boolean reserved = writer.word(place, index) == Entry.RESERVED;
            if (reserved) {
                put(place, index, value);
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
    public ReadCursor<V> cursor(long index) {
        return new ReadCursor<>(this, index);
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
    public WriteCursor<V> writeCursor(WriteScope scope, long index) {
        return new WriteCursor<>(this, scope, index);
    }

    /**
     * Finds the last entry at or before an index. Lock-free, allocates nothing, O(height). An entry that is there all the time is not passed over.
     *
     * @param from where to begin
     * @param min lowest index to look at, inclusive
     * @param probe receives index and object of the entry; untouched if there is none. One that spans indices is found by its first, or by {@code min} if that is inside it
     * @return whether there is one; false also if {@code from} is below {@code min}
     * @throws NullPointerException if the probe is null
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean findLast(long from, long min, Probe<V> probe) {
        return ReverseScan.run(tree, Deliveries.toProbe(), min, from, NodeLayout.PRESENT,
                Objects.requireNonNull(probe, "probe"));
    }

    /**
     * Finds the last entry with a mark at or before an index; as {@link #findLast(long, long, Probe)}, whatever lies between.
     *
     * @param from where to begin
     * @param min lowest index to look at, inclusive
     * @param mark the mark
     * @param probe receives index and object of the entry; untouched if there is none
     * @return whether there is one; false also if {@code from} is below {@code min}
     * @throws NullPointerException if the mark or the probe is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean findLast(long from, long min, Mark mark, Probe<V> probe) {
        return ReverseScan.run(tree, Deliveries.toProbe(), min, from, bitmap(mark),
                Objects.requireNonNull(probe, "probe"));
    }

    /**
     * Finds the last entry before an index, which is never one around it; as {@link #findLast(long, long, Probe)}.
     *
     * @param index the index to go on from; before 0 there is nothing
     * @param min lowest index to look at, inclusive
     * @param probe receives index and object of the entry; untouched if there is none
     * @return whether there is one; false also before 0, and if {@code min} is not below {@code index}
     * @throws NullPointerException if the probe is null
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean findBefore(long index, long min, Probe<V> probe) {
        long base = baseOf(index);
        return base != 0 && findLast(base - 1, min, probe);
    }

    /**
     * Finds the last entry with a mark before an index, which is never one around it; as {@link #findLast(long, long, Mark, Probe)}.
     *
     * @param index the index to go on from; before 0 there is nothing
     * @param min lowest index to look at, inclusive
     * @param mark the mark
     * @param probe receives index and object of the entry; untouched if there is none
     * @return whether there is one; false also before 0, and if {@code min} is not below {@code index}
     * @throws NullPointerException if the mark or the probe is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean findBefore(long index, long min, Mark mark, Probe<V> probe) {
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
        Probe<V> probe = new Probe<>();
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
        Probe<V> probe = new Probe<>();
        return findLast(from, min, mark, probe) ? OptionalLong.of(probe.index()) : OptionalLong.empty();
    }

    /**
     * Operations on many indices at once.
     *
     * @return scratch space for one thread
     */
    @Operation(threads = Operation.Threads.ANY)
    public Batch<V> batch() {
        return new Batch<>(this);
    }

    /**
     * The entries as a view that can be narrowed to a range or a mark, turned round, and streamed.
     *
     * @return all entries, ascending
     */
    @Operation(threads = Operation.Threads.ANY)
    public Entries<V> entries() {
        return new Entries<>(Section.all(this));
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
    public Entries<V> entries(long first, long last) {
        return entries().range(first, last);
    }

    /**
     * The array as a map: the indices, in unsigned order, are the keys. Live; size is counted, O(entries). Iterators are weakly consistent; no null is accepted or given. Changes take the
     * lock, each for one entry, and keep the marks of what they replace.
     *
     * <p>A reserved index is absent. An entry that spans indices is one mapping, of its first index; its other indices are absent, and to put there is refused with
     * IllegalStateException.
     *
     * @return a view
     */
    @Operation(threads = Operation.Threads.ANY)
    public ConcurrentNavigableMap<Long, V> asMap() {
        return new XArrayMap<>(this, null);
    }

    /**
     * The entries with a mark as a map, as {@link #asMap()}: the others are absent. It removes and replaces; to put a new mapping is refused with UnsupportedOperationException, for it
     * would have no mark.
     *
     * @param mark the mark
     * @return a view
     * @throws NullPointerException if the mark is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     */
    @Operation(threads = Operation.Threads.ANY, errors = {NullPointerException.class,
            UnsupportedOperationException.class})
    public ConcurrentNavigableMap<Long, V> asMap(Mark mark) {
        number(mark);
        return new XArrayMap<>(this, mark);
    }

    /**
     * Sets, replaces or removes an entry by a function, as one step. A reserved index counts as absent; marks stay.
     *
     * Computing takes no lock and may call the array. Where others change the entry 64 times meanwhile, the function runs once more with the writer lock held, so that it comes to
     * an end: it must not wait for another writer of this array. Then O(height) under the lock to set the entry.
     *
     * @param index any index
     * @param function gets the index and its object or null, gives the new object or null to remove
     * @return the new object, or null
     * @throws NullPointerException if the function is null
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed, or the function itself changes the entry again and again
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public @Nullable V compute(long index, EntryFunction<V> function) {
        return AtomicUpdate.compute(tree, cells, index, Objects.requireNonNull(function, "function"));
    }

    /**
     * Gives the object at an index, making it first if there is none; as {@link #compute}.
     *
     * @param index any index
     * @param function gets the index, gives its object or null to leave it absent
     * @return the object that is there now, or null
     * @throws NullPointerException if the function is null
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed, or the function itself changes the entry again and again
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public @Nullable V computeIfAbsent(long index, LongFunction<? extends @Nullable V> function) {
        Objects.requireNonNull(function, "function");
        V there = load(index);
        return there != null ? there : compute(index, (at, old) -> old != null ? old : function.apply(at));
    }

    /**
     * Replaces or removes an entry by a function, if there is one; as {@link #compute}.
     *
     * @param index any index
     * @param function gets the index and its object, gives the new object or null to remove; not called if there is none
     * @return the new object, or null
     * @throws NullPointerException if the function is null
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed, or the function itself changes the entry again and again
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public @Nullable V computeIfPresent(long index, EntryFunction<V> function) {
        Objects.requireNonNull(function, "function");
        return compute(index, (at, old) -> old == null ? null : function.apply(at, old));
    }

    /**
     * Combines the object at an index with another, or stores that if there is none; as {@link #compute}.
     *
     * @param index any index
     * @param value an object
     * @param function gets the object that is there and {@code value}, gives the new one or null to remove
     * @return the new object, or null
     * @throws NullPointerException if the function or the object is null
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed, or the function itself changes the entry again and again
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public @Nullable V merge(long index, V value, BiFunction<? super V, ? super V, ? extends @Nullable V> function) {
        Objects.requireNonNull(value, "value");
        Objects.requireNonNull(function, "function");
        return compute(index, (at, old) -> old == null ? value : function.apply(old, value));
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
    public Snapshot<V> snapshot() {
        tree.enter();
        try {
            return new Snapshot<>(this);
        } finally {
            tree.unlock();
        }
    }

    /**
     * Runs a function while an entry cannot change: as long as it runs, no other thread stores, erases or marks anything here. So a reference can be counted, or the object be
     * claimed in another way, with no need to look again. Takes the lock; the function must not wait for a writer of this array.
     *
     * @param index any index
     * @param function gets the object; not called if there is none
     * @param <R> type of its result
     * @return its result, or null if there is no entry
     * @throws NullPointerException if the function is null
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IllegalStateException.class})
    public <R> @Nullable R withEntry(long index, Function<? super V, ? extends @Nullable R> function) {
        Objects.requireNonNull(function, "function");
        tree.enter();
        try {
            V value = load(index);
            return value == null ? null : function.apply(value);
        } finally {
            tree.unlock();
        }
    }

    /** Sets an entry if it is what is expected, by identity; a reserved index is absent. */
    boolean swap(long index, @Nullable V expected, @Nullable V update) {
        Object found = leaves.exchange(mirror, index, expected, update);
        return LeafWriter.isRefused(found) ? swapWhole(index, expected, update) : isObject(found, expected);
    }

    @SuppressWarnings("ReferenceEquality") // objects are compared by identity: that is the contract
    private boolean swapWhole(long index, @Nullable V expected, @Nullable V update) {
        tree.enter();
        try {
            long place = writer.locate(index);
            if (content(place, index) != expected) {
                return false;
            }
            if (update != null) {
                put(place, index, update);
            } else if (expected != null) {
                writer.remove(place, index);
            }
            return true;
        } finally {
            tree.unlock();
        }
    }

    /**
     * The entries with their tags: numbers 0..3 that a user keeps with an object. What stores an object in any other way gives it tag 0.
     *
     * @return a live view
     */
    @Operation(threads = Operation.Threads.ANY)
    public TaggedEntries<V> tagged() {
        return new TaggedEntries<>(this, mirror);
    }

    private final class Cells implements AtomicUpdate.Cells<V> {
        @Override
        public @Nullable V get(long index) {
            return load(index);
        }

        @Override
        public boolean swap(long index, @Nullable V expected, @Nullable V update) {
            return XArray.this.swap(index, expected, update);
        }
    }
}
