package org.quern.xarray;

import java.lang.ref.Reference;
import java.util.Objects;
import java.util.OptionalLong;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.vmap.AddressSpaceException;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.recycle.NodePool;
import org.quern.xarray.tree.Mirror;
import org.quern.xarray.tree.Tree;
import org.quern.xarray.tree.TreeDump;
import org.quern.xarray.tree.Writer;

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
        IllegalStateException.class})
public final class XArray<V> implements AutoCloseable {
    private final Mirror mirror = new Mirror();
    private final Tree tree;
    private final Writer writer;

    private XArray(XArrayConfig config) {
        tree = new Tree(config.name(), config.maxNodeBytes(), mirror);
        writer = new Writer(tree);
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
        return new XArray<>(Objects.requireNonNull(config, "config"));
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
        return (V) tree.loadContent(mirror, index);
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
        Objects.requireNonNull(value, "value");
        tree.lock().lock();
        try {
            long place = writer.locate(index);
            V old = content(place, index);
            put(place, index, value);
            return old;
        } finally {
            tree.unlock();
        }
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
        tree.lock().lock();
        try {
            long place = writer.locate(index);
            V old = content(place, index);
            if (old != null) {
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
    @SuppressWarnings("ReferenceEquality") // objects are compared by identity: that is the contract
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NodeAllocationException.class, AddressSpaceException.class, IllegalStateException.class})
    public boolean compareAndSet(long index, @Nullable V expected, @Nullable V update) {
        tree.lock().lock();
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

    @SuppressWarnings("unchecked") // only store puts objects there
    private @Nullable V content(long place, long index) {
        if (place == Writer.NOWHERE) {
            return null;
        }
        return (V) (place == Writer.HEAD ? mirror.headAcquire() : mirror.getAcquire(place, Geometry.leafSlot(index)));
    }

    private void put(long place, long index, V value) {
        if (!writer.put(place, index, Entry.OBJECT, value)) {
            throw noRoom(tree, index);
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
    public boolean find(long from, long max, Probe<V> probe) {
        try {
            return ObjectScan.find(tree, mirror, from, max, NodeLayout.PRESENT, Objects.requireNonNull(probe, "probe"));
        } finally {
            Reference.reachabilityFence(tree);
        }
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
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean find(long from, long max, Mark mark, Probe<V> probe) {
        try {
            return ObjectScan.find(tree, mirror, from, max, mark.bitmap(),
                    Objects.requireNonNull(probe, "probe"));
        } finally {
            Reference.reachabilityFence(tree);
        }
    }

    /**
     * Finds the first entry after an index; as {@link #find(long, long, Probe)}.
     *
     * @param index the index to go on from; after the last index of all there is nothing
     * @param max last index to look at, inclusive
     * @param probe receives index and object of the entry; untouched if there is none
     * @return whether there is one; false also after the last index of all, and if {@code max} is not above {@code index}
     * @throws NullPointerException if the probe is null
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean findAfter(long index, long max, Probe<V> probe) {
        return index != -1L && find(index + 1, max, probe);
    }

    /**
     * Finds the first entry with a mark after an index; as {@link #find(long, long, Mark, Probe)}.
     *
     * @param index the index to go on from; after the last index of all there is nothing
     * @param max last index to look at, inclusive
     * @param mark the mark
     * @param probe receives index and object of the entry; untouched if there is none
     * @return whether there is one; false also after the last index of all, and if {@code max} is not above {@code index}
     * @throws NullPointerException if the mark or the probe is null
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean findAfter(long index, long max, Mark mark, Probe<V> probe) {
        return index != -1L && find(index + 1, max, mark, probe);
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
        try {
            ObjectScan.forEach(tree, mirror, first, last, NodeLayout.PRESENT,
                    Objects.requireNonNull(consumer, "consumer"));
        } finally {
            Reference.reachabilityFence(tree);
        }
    }

    /**
     * Gives all entries with a mark to a consumer; as {@link #forEach(EntryConsumer)}. An entry that loses the mark before its turn is not delivered.
     *
     * @param mark the mark
     * @param consumer receives the entries
     * @throws NullPointerException if the mark or the consumer is null
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
     * @throws IllegalArgumentException if {@code last} is below {@code first}
     * @throws IllegalStateException if the array is closed, also by the consumer; not if nothing was left to look at by then
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            IllegalArgumentException.class, IllegalStateException.class})
    public void forEachMarked(long first, long last, Mark mark, EntryConsumer<? super V> consumer) {
        requireRange(first, last);
        try {
            ObjectScan.forEach(tree, mirror, first, last, mark.bitmap(),
                    Objects.requireNonNull(consumer, "consumer"));
        } finally {
            Reference.reachabilityFence(tree);
        }
    }

    /**
     * Sets a mark of an entry. Takes the lock, O(height); allocates no nodes.
     *
     * @param index any index
     * @param mark the mark
     * @return true if the entry did not have it; false if it had it or there is no entry
     * @throws NullPointerException if the mark is null
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IllegalStateException.class})
    public boolean mark(long index, Mark mark) {
        int number = mark.number();
        tree.lock().lock();
        try {
            return writer.mark(index, number);
        } finally {
            tree.unlock();
        }
    }

    /**
     * Clears a mark of an entry. Takes the lock, O(height); allocates no nodes.
     *
     * @param index any index
     * @param mark the mark
     * @return true if the entry had it
     * @throws NullPointerException if the mark is null
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, IllegalStateException.class})
    public boolean unmark(long index, Mark mark) {
        int number = mark.number();
        tree.lock().lock();
        try {
            return writer.unmark(index, number);
        } finally {
            tree.unlock();
        }
    }

    /**
     * Whether the entry at an index has a mark. Lock-free, O(height). Mark and content are not read as one: a mark may be seen shortly before its entry is erased.
     *
     * @param index any index
     * @param mark the mark
     * @return false also if there is no entry
     * @throws NullPointerException if the mark is null
     * @throws IllegalStateException if the array is closed
     */
    public boolean isMarked(long index, Mark mark) {
        return tree.isMarked(index, mark.number());
    }

    /**
     * Whether any entry has a mark. Lock-free, O(1).
     *
     * @param mark the mark
     * @return true if at least one has it
     * @throws NullPointerException if the mark is null
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, errors = {NullPointerException.class, IllegalStateException.class})
    public boolean anyMarked(Mark mark) {
        tree.requireOpen(tree.headAcquire());
        return tree.anyMarked(mark.number());
    }

    /**
     * Whether there is no entry at all. Lock-free, O(1).
     *
     * @return true if there is none
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalStateException.class)
    public boolean isEmpty() {
        long head = tree.headAcquire();
        tree.requireOpen(head);
        return head == Entry.ABSENT;
    }

    /**
     * Removes all entries and their marks, at one stroke for readers; the array can be used again. Takes the lock for a time proportional to the nodes. From
     * 256 nodes on, memory goes back to the system, which takes some 150 us for each 2 MiB.
     *
     * @throws IllegalStateException if the array is closed
     * @throws KernelException if the system does not take the memory back, as when all memory is locked; the entries are gone all the same
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalStateException.class, KernelException.class})
    public void clear() {
        tree.lock().lock();
        try {
            writer.clear();
        } finally {
            tree.unlock();
        }
    }

    /**
     * Removes everything and gives the memory back to the system. Everything but close, and searches of no index, then throws IllegalStateException, also reads
     * that are under way in
     * other threads and have not found their answer yet; none of them can crash. Idempotent. Takes the lock and waits
     * for the system, some microseconds and 0.26 us for each page. Addresses stay reserved until the array is unreachable.
     *
     * @throws KernelException if the system does not take the memory back, as when all memory is locked; the array is closed all the same
     */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "writer lock", errors = KernelException.class)
    public void close() {
        tree.lock().lock();
        try {
            writer.close();
        } finally {
            tree.unlock();
        }
    }

    /**
     * Size and shape. Takes the lock, O(1).
     *
     * @return a snapshot
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "writer lock", errors = IllegalStateException.class)
    public XArrayStats stats() {
        tree.lock().lock();
        try {
            tree.requireOpen(tree.headPlain());
            long nodes = tree.nodes().inUse();
            return new XArrayStats(tree.height(), nodes, nodes * NodeLayout.BYTES, tree.nodes().quarantined(),
                    tree.nodes().maxNodes());
        } finally {
            tree.unlock();
        }
    }

    /**
     * All nodes and entries as text, for people. Takes the lock for a time proportional to the entries.
     *
     * @return one line for each node and entry; equal arrays give equal text
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = IllegalStateException.class)
    public String dump() {
        tree.lock().lock();
        try {
            tree.requireOpen(tree.headPlain());
            return TreeDump.of(tree);
        } finally {
            tree.unlock();
        }
    }

    Tree tree() {
        return tree;
    }

    static void requireRange(long first, long last) {
        if (Long.compareUnsigned(first, last) > 0) {
            throw new IllegalArgumentException(
                    "first=" + Long.toUnsignedString(first) + ", last=" + Long.toUnsignedString(last)
                            + ": last must not be below first");
        }
    }

    static NodeAllocationException noRoom(Tree tree, long index) {
        NodePool nodes = tree.nodes();
        return new NodeAllocationException("array " + nodes.name() + ": no room for the nodes of index="
                + Long.toUnsignedString(index) + "; "
                + nodes.inUse() + " of maxNodes=" + nodes.maxNodes() + " in use, " + NodeLayout.BYTES + " bytes each");
    }
}
