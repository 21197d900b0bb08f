package org.quern.xarray;

import java.lang.ref.Reference;
import java.util.Objects;
import java.util.OptionalLong;

import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.vmap.AddressSpaceException;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.tree.Tree;
import org.quern.xarray.tree.TreeDump;
import org.quern.xarray.tree.Writer;

/**
 * A sparse array of numbers, off the heap: a value 0..2^63-1 at each index of the unsigned 64-bit range, or nothing.
 *
 * <p>Made for dense or clustered indices: packet flows by number, page frames, file blocks, ids. An entry costs 9.14 bytes where the indices are dense, up to
 * 6,336 bytes where each stands alone; the collector sees none of it.
 *
 * <p><b>Threads.</b> Any number of threads may call anything at any time. Reads - load, find, forEach, isMarked, anyMarked, isEmpty - take no lock, write
 * nothing, allocate
 * nothing and never wait for a writer, not even for one that was stopped in the middle. Writes exclude each other by one lock,
 * the writer lock, that spins, then parks; stats and dump take it too. It is held for tens of nanoseconds as a rule, by clear, close and dump for as long as
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
 * <p><b>Cost.</b> A load reads one word for each level: one if the highest index in the array is below 64, two below 4,096, three below 262,144, at most
 * eleven. Store and erase do the
 * same under the lock. {@code docs/xarray.md} has figures.
 */
@Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
        IllegalStateException.class})
public final class LongXArray implements AutoCloseable {
    /** What an index without entry reads as. Not a value: values are not negative. */
    public static final long ABSENT = -1L;

    private final Tree tree;
    private final Writer writer;

    private LongXArray(XArrayConfig config) {
        tree = new Tree(config.name(), config.maxNodeBytes(), null);
        writer = new Writer(tree);
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
        return Entry.isValue(word) ? Entry.toValue(word) : absent(word);
    }

    private long absent(long word) {
        tree.requireOpen(word);
        return ABSENT;
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
        tree.lock().lock();
        try {
            long place = writer.locate(index);
            long old = writer.word(place, index);
            put(place, index, Entry.value(value));
            return toValue(old);
        } finally {
            tree.unlock();
        }
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
        tree.lock().lock();
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

    private boolean replace(long index, long expected, long update) {
        tree.lock().lock();
        try {
            long place = writer.locate(index);
            if (writer.word(place, index) != expected) {
                return false;
            }
            if (update != Entry.ABSENT) {
                put(place, index, update);
            } else if (expected != Entry.ABSENT) {
                writer.remove(place, index);
            }
            return true;
        } finally {
            tree.unlock();
        }
    }

    private void put(long place, long index, long word) {
        if (!writer.put(place, index, word, null)) {
            throw XArray.noRoom(tree, index);
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
        try {
            return LongScan.find(tree, from, max, NodeLayout.PRESENT, Objects.requireNonNull(probe, "probe"));
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
     * @param probe receives index and value of the entry; untouched if there is none
     * @return whether there is one; false also if {@code max} is below {@code from}
     * @throws NullPointerException if the mark or the probe is null
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean find(long from, long max, Mark mark, LongProbe probe) {
        try {
            return LongScan.find(tree, from, max, mark.bitmap(),
                    Objects.requireNonNull(probe, "probe"));
        } finally {
            Reference.reachabilityFence(tree);
        }
    }

    /**
     * Finds the first entry after an index; as {@link #find(long, long, LongProbe)}.
     *
     * @param index the index to go on from; after the last index of all there is nothing
     * @param max last index to look at, inclusive
     * @param probe receives index and value of the entry; untouched if there is none
     * @return whether there is one; false also after the last index of all, and if {@code max} is not above {@code index}
     * @throws NullPointerException if the probe is null
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean findAfter(long index, long max, LongProbe probe) {
        return index != -1L && find(index + 1, max, probe);
    }

    /**
     * Finds the first entry with a mark after an index; as {@link #find(long, long, Mark, LongProbe)}.
     *
     * @param index the index to go on from; after the last index of all there is nothing
     * @param max last index to look at, inclusive
     * @param mark the mark
     * @param probe receives index and value of the entry; untouched if there is none
     * @return whether there is one; false also after the last index of all, and if {@code max} is not above {@code index}
     * @throws NullPointerException if the mark or the probe is null
     * @throws IllegalStateException if the array is closed; a search of no index at all does not look
     */
    public boolean findAfter(long index, long max, Mark mark, LongProbe probe) {
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
        XArray.requireRange(first, last);
        try {
            LongScan.forEach(tree, first, last, NodeLayout.PRESENT, Objects.requireNonNull(consumer, "consumer"));
        } finally {
            Reference.reachabilityFence(tree);
        }
    }

    /**
     * Gives all entries with a mark to a consumer; as {@link #forEach(LongEntryConsumer)}. An entry that loses the mark before its turn is not delivered.
     *
     * @param mark the mark
     * @param consumer receives the entries
     * @throws NullPointerException if the mark or the consumer is null
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
     * @throws IllegalArgumentException if {@code last} is below {@code first}
     * @throws IllegalStateException if the array is closed, also by the consumer; not if nothing was left to look at by then
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            IllegalArgumentException.class, IllegalStateException.class})
    public void forEachMarked(long first, long last, Mark mark, LongEntryConsumer consumer) {
        XArray.requireRange(first, last);
        try {
            LongScan.forEach(tree, first, last, mark.bitmap(),
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

    private static void requireValue(String what, long value) {
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

    private static long toValue(long word) {
        return word == Entry.ABSENT ? ABSENT : Entry.toValue(word);
    }
}
