package org.quern.xarray;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.vmap.AddressSpaceException;
import org.quern.vmap.Selection;
import org.quern.xarray.entry.Entry;
import org.quern.xarray.entry.Extent;
import org.quern.xarray.entry.Geometry;
import org.quern.xarray.node.NodeLayout;
import org.quern.xarray.recycle.NodePool;
import org.quern.xarray.recycle.PackPool;
import org.quern.xarray.tree.LeafWriter;
import org.quern.xarray.tree.Mirror;
import org.quern.xarray.tree.NodeObserver;
import org.quern.xarray.tree.Packs;
import org.quern.xarray.tree.ReverseScan;
import org.quern.xarray.tree.Scan;
import org.quern.xarray.tree.Sieve;
import org.quern.xarray.tree.Tree;
import org.quern.xarray.tree.TreeDump;
import org.quern.xarray.tree.Writer;

/**
 * What {@link LongXArray} and {@link XArray} have in common: all that does not depend on what the entries hold. Threads, indices, memory and cost are described at
 * {@link LongXArray}.
 *
 * <p><b>Entries that span indices.</b> An entry of order <i>n</i> covers an aligned block of 2^n indices: a store, a mark or an erase through any of them acts on all.
 * <b>Reserved entries.</b> A reserved index is taken, but has no content: it reads as absent and searches pass over it, yet insert finds it busy, it has marks, the array
 * is not empty, and the next store needs no memory.
 */
@Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
        IllegalStateException.class})
public abstract sealed class AbstractXArray implements AutoCloseable permits LongXArray, XArray {
    final Tree tree;
    final Writer writer;
    final LeafWriter leaves;
    private final Allocation allocation;
    private final @Nullable MemoryBudget budget;

    AbstractXArray(XArrayConfig config, @Nullable Mirror mirror) {
        allocation = config.allocation();
        NodeListener listener = config.listener();
        NodeObserver observer = listener == null ? null : new NodeObserver() {
            @Override
            protected void nodeChanged(long base, int shift, int count, int valueCount) {
                listener.nodeChanged(new NodeView(base, shift, count, valueCount));
            }
        };
        tree = new Tree(config.name(), config.maxNodeBytes(), mirror, allocation != Allocation.NONE,
                allocation == Allocation.FROM_ONE, observer, config.sparse() && allocation == Allocation.NONE);
        budget = config.budget();
        if (budget != null) {
            tree.nodes().shareIn(budget.shared());
        }
        writer = new Writer(tree);
        leaves = tree.lock();
    }

    /** For readers of a tree that is there already. */
    AbstractXArray(Tree frozen) {
        allocation = Allocation.NONE;
        budget = null;
        tree = frozen;
        writer = new Writer(frozen);
        leaves = tree.lock();
    }

    /**
     * Takes the writer lock for several operations that are to be one step for other writers; it may wait for them. Reentrant: all operations of the array may be
     * called inside, also those that lock themselves. Close the scope in the thread that opened it, best by try-with-resources.
     *
     * @return the scope; the lock is held until it is closed
     * @throws IllegalStateException if the array is closed, or the caller is a listener of its nodes
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalStateException.class})
    public WriteScope lock() {
        tree.enter();
        return scope();
    }

    /**
     * Takes the writer lock if no other thread has it; as {@link #lock}, but never waits.
     *
     * @return the scope, or null
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {IllegalStateException.class})
    public @Nullable WriteScope tryLock() {
        return tree.tryEnter() ? scope() : null;
    }

    private WriteScope scope() {
        boolean open = false;
        try {
            tree.requireOpen(tree.headPlain());
            open = true;
            return new WriteScope(this);
        } finally {
            if (!open) {
                tree.unlock();
            }
        }
    }

    /**
     * Reserves an index where there is no entry. Takes the lock, O(height). After that a store at the index needs no memory, until somebody erases it.
     *
     * @param index any index
     * @return true if it is reserved now; false if there is an entry, reserved or not: it stays
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public boolean reserve(long index) {
        return reserve(index, 0);
    }

    /**
     * Reserves the block of 2^order indices around an index with one reserved entry, if none of them has an entry. Takes the lock, O(height) and a search.
     *
     * @param index any index
     * @param order 0..63
     * @return true if the block is reserved now; false if there is an entry in it: all stays as it was
     * @throws IllegalArgumentException if the order is out of range
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalArgumentException.class, NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public boolean reserve(long index, int order) {
        long base = Orders.base(index, order);
        tree.enter();
        try {
            if (isBusy(base) || (order > 0 && !isFree(base, Geometry.blockLast(base, order)))) {
                return false;
            }
            if (!writer.store(base, order, Entry.RESERVED, null)) {
                throw noRoom(base);
            }
            return true;
        } finally {
            tree.unlock();
        }
    }

    /**
     * Removes an entry if it is reserved, one that spans indices as a whole. Takes the lock, O(height); allocates no nodes.
     *
     * @param index any index
     * @return true if there was a reserved entry; false if there was none, or it has been stored to meanwhile
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalStateException.class})
    public boolean release(long index) {
        tree.enter();
        try {
            long place = writer.locate(index);
            if (writer.word(place, index) != Entry.RESERVED || (index == 0 && tree.zeroBusy())) {
                return false;
            }
            writer.remove(place, index);
            return true;
        } finally {
            tree.unlock();
        }
    }

    /**
     * Takes the content of an entry away and leaves the index reserved; its marks stay. Takes the lock, O(height); allocates no nodes.
     *
     * @param index any index
     * @return whether there was an entry with content
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalStateException.class})
    public boolean setReserved(long index) {
        tree.enter();
        try {
            long place = writer.locate(index);
            long word = writer.word(place, index);
            boolean content = word != Entry.ABSENT && word != Entry.RESERVED;
            if (content && index == 0 && tree.zeroBusy()) {
                writer.remove(place, index);
            } else if (content) {
                writer.put(place, index, Entry.RESERVED, null);
            }
            return content;
        } finally {
            tree.unlock();
        }
    }

    /**
     * Whether an index is reserved. Lock-free, allocates nothing, O(height).
     *
     * @param index any index
     * @return false if it is absent or has content
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {IllegalStateException.class})
    public boolean isReserved(long index) {
        long word = tree.word(index);
        tree.requireOpen(word);
        return word == Entry.RESERVED || (index == 0 && word == Entry.ABSENT && isZeroBusy());
    }

    /** Whether index 0 is taken for the sake of the others, also where there was no room for an entry that says so. */
    private boolean isZeroBusy() {
        return tree.zeroBusy() && !isEmpty();
    }

    /**
     * The order of the entry at an index: it covers 2^order indices. Lock-free, allocates nothing, O(height).
     *
     * @param index any index
     * @return 0..63, or -1 if there is no entry
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {IllegalStateException.class})
    public int orderAt(long index) {
        return Extent.order(tree.extentAt(index));
    }

    /**
     * First index of the entry at an index. Lock-free, allocates nothing, O(height).
     *
     * @param index any index
     * @return the first one that has this entry; {@code index} if there is no entry
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {IllegalStateException.class})
    public long baseOf(long index) {
        long extent = tree.extentAt(index);
        return extent == Extent.NONE ? index : Extent.base(extent, index);
    }

    /**
     * Last index of the entry at an index. Lock-free, allocates nothing, O(height).
     *
     * @param index any index
     * @return the last one that has this entry; {@code index} if there is no entry
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {IllegalStateException.class})
    public long lastOf(long index) {
        long extent = tree.extentAt(index);
        return extent == Extent.NONE ? index : Extent.last(extent, index);
    }

    /**
     * Removes every entry that overlaps the block of 2^order indices around an index; a larger one goes as a whole. Takes the lock for a time proportional to
     * the nodes removed; allocates no nodes.
     *
     * @param index any index
     * @param order 0..63
     * @return whether there was an entry
     * @throws IllegalArgumentException if the order is out of range
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalArgumentException.class, IllegalStateException.class})
    public boolean eraseRange(long index, int order) {
        Orders.require("order", order);
        tree.enter();
        try {
            return writer.eraseBlock(index, order);
        } finally {
            tree.unlock();
        }
    }

    /**
     * Removes exactly the indices of a range: an entry that stands across an end is split there, and what is outside keeps content and marks. Takes the lock for a
     * time proportional to the nodes removed; allocates nodes only to split, at most 20.
     *
     * @param first first index
     * @param last last index, inclusive
     * @throws IllegalArgumentException if {@code last} is below {@code first}
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalArgumentException.class, NodeAllocationException.class, IllegalStateException.class})
    public void clearRange(long first, long last) {
        requireRange(first, last);
        tree.enter();
        try {
            if (!writer.ranges().clear(first, last)) {
                throw noRoom(first);
            }
        } finally {
            tree.unlock();
        }
    }

    /**
     * Splits the entry at an index into equal ones: content and marks are the same at every index before, during and after. Takes the lock for a time proportional
     * to the nodes added: none if both orders have the same quotient by six, otherwise 2^(old mod 6) nodes for the first level, and 64 times as many for each
     * further one.
     *
     * @param index any index of the entry
     * @param newOrder order of the pieces, 0..63
     * @return false if there is no entry of a higher order
     * @throws IllegalArgumentException if the order is out of range
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalArgumentException.class, NodeAllocationException.class, IllegalStateException.class})
    public boolean split(long index, int newOrder) {
        return split(index, newOrder, true);
    }

    /**
     * Halves the entry at an index, and the half around the index again, until that is of the wanted order: one piece of each order in between and two of the
     * last. Content and marks are the same at every index before, during and after. Takes the lock; adds old/6 - target/6 nodes.
     *
     * @param index any index of the entry
     * @param targetOrder order of the piece at the index, 0..63
     * @return false if there is no entry of a higher order
     * @throws IllegalArgumentException if the order is out of range
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            IllegalArgumentException.class, NodeAllocationException.class, IllegalStateException.class})
    public boolean splitTo(long index, int targetOrder) {
        return split(index, targetOrder, false);
    }

    private boolean split(long index, int order, boolean uniform) {
        Orders.require("order", order);
        tree.enter();
        try {
            if (orderAt(index) <= order) {
                return false;
            }
            long place = writer.locate(index);
            if (uniform
                    ? !writer.ranges().split(place, index, order)
                    : !writer.ranges().splitTo(place, index, order)) {
                throw noRoom(index);
            }
            return true;
        } finally {
            tree.unlock();
        }
    }

    /**
     * Sets a mark of an entry. Takes the lock, O(height); allocates no nodes.
     *
     * @param index any index
     * @param mark the mark
     * @return true if the entry did not have it; false if it had it or there is no entry
     * @throws NullPointerException if the mark is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, UnsupportedOperationException.class, IllegalStateException.class})
    public boolean mark(long index, Mark mark) {
        int number = number(mark);
        tree.enter();
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
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, UnsupportedOperationException.class, IllegalStateException.class})
    public boolean unmark(long index, Mark mark) {
        int number = number(mark);
        tree.enter();
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
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {NullPointerException.class,
            UnsupportedOperationException.class, IllegalStateException.class})
    public boolean isMarked(long index, Mark mark) {
        return tree.isMarked(index, number(mark));
    }

    /**
     * Whether any entry has a mark. Lock-free, O(1).
     *
     * @param mark the mark
     * @return true if at least one has it
     * @throws NullPointerException if the mark is null
     * @throws UnsupportedOperationException if the array allocates and the mark is M0
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, errors = {NullPointerException.class,
            UnsupportedOperationException.class, IllegalStateException.class})
    public boolean anyMarked(Mark mark) {
        tree.requireOpen(tree.headAcquire());
        return tree.anyMarked(number(mark));
    }

    /**
     * The free indices and how they lie.
     *
     * @return a live view
     */
    @Operation(threads = Operation.Threads.ANY)
    public Holes holes() {
        return new Holes(this);
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
        tree.enter();
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
        tree.enter();
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
        tree.enter();
        try {
            tree.requireOpen(tree.headPlain());
            long nodes = tree.nodes().inUse();
            Packs packs = tree.packs();
            PackPool packed = packs == null ? null : packs.pool();
            return new XArrayStats(tree.height(), nodes + (packed == null ? 0 : packed.inUse()),
                    nodes * NodeLayout.BYTES + (packed == null ? 0 : packed.bytes() - packed.quarantinedBytes()),
                    tree.nodes().quarantined() + (packed == null ? 0 : packed.quarantined()),
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
        tree.enter();
        try {
            tree.requireOpen(tree.headPlain());
            return TreeDump.of(tree);
        } finally {
            tree.unlock();
        }
    }

    /**
     * Reserves the lowest free id of a limit. Takes the lock, O(height). Store to it when there is something to store, or release it.
     *
     * @param limit which ids
     * @return the id, or -1 if none is free
     * @throws NullPointerException if the limit is null
     * @throws UnsupportedOperationException if the array does not allocate
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, UnsupportedOperationException.class, NodeAllocationException.class,
            AddressSpaceException.class,
            IllegalStateException.class})
    public long tryAllocateReserved(Limit limit) {
        return claim(limit, null, 0, Entry.RESERVED, null);
    }

    /**
     * Reserves the next free id: from where the counter stands to the end of the limit, then from its beginning. Takes the lock, O(height).
     *
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
            NullPointerException.class, UnsupportedOperationException.class, NodeAllocationException.class,
            AddressSpaceException.class, IllegalStateException.class})
    public long tryAllocateReservedCyclic(Limit limit, CyclicCounter counter) {
        return claim(limit, Objects.requireNonNull(counter, "counter"), 0, Entry.RESERVED, null);
    }

    /**
     * Reserves the lowest free id of a limit; as {@link #tryAllocateReserved}, where it is wrong if there is none.
     *
     * @param limit which ids
     * @return the id
     * @throws NullPointerException if the limit is null
     * @throws UnsupportedOperationException if the array does not allocate
     * @throws IdSpaceExhaustedException if none is free
     * @throws NodeAllocationException if there is no room for nodes; nothing has changed
     * @throws AddressSpaceException if there is no address space for the first node; nothing has changed
     * @throws IllegalStateException if the array is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, lock = "writer lock", errors = {
            NullPointerException.class, UnsupportedOperationException.class, IdSpaceExhaustedException.class,
            NodeAllocationException.class, AddressSpaceException.class,
            IllegalStateException.class})
    public long allocateReserved(Limit limit) {
        return orExhausted(tryAllocateReserved(limit), limit);
    }

    /** Hands out the lowest free id, or block of ids, or with a counter the next one; -1 if there is none. */
    final long claim(Limit limit, @Nullable CyclicCounter counter, int order, long word, @Nullable Object content) {
        if (allocation == Allocation.NONE) {
            throw new UnsupportedOperationException(
                    "array " + tree.nodes().name() + " does not allocate: see XArrayConfig.allocating");
        }
        long min = Math.max(limit.min(), allocation == Allocation.FROM_ONE ? 1 : 0);
        tree.enter();
        try {
            tree.requireOpen(tree.headPlain());
            long from = counter == null ? min : Math.max(min, counter.next());
            long id = lowestFree(from, limit.max(), order);
            boolean restarted = id < 0 && from > min;
            if (restarted) {
                id = lowestFree(min, limit.max(), order);
            }
            if (id >= 0) {
                if (!writer.store(id, order, word, content)) {
                    throw noRoom(id);
                }
                if (counter != null) {
                    counter.handedOut(id, restarted);
                }
            }
            return id;
        } finally {
            tree.unlock();
        }
    }

    private long lowestFree(long min, long max, int order) {
        if (order == 0) {
            return writer.lowestFree(min, max);
        }
        long further = ~(-1L << order);
        long base = Geometry.blockBase(min, order);
        base = base < min ? base + further + 1 : base;
        while (base >= 0 && base <= max - further) {
            long busy = firstEntry(base, base | further);
            if (busy < 0) {
                return base;
            }
            base = Geometry.blockLast(lastOf(busy), order) + 1;
        }
        return -1;
    }

    /** Last index of the entry that was just read at an index. Costs nothing while no entry spans indices. */
    final long lastOfRead(long index) {
        return tree.spanningPlain() ? lastOf(index) : index;
    }

    /** Whether the entry that was just read at an index begins there. */
    final boolean beginsAt(long index) {
        return !tree.spanningPlain() || baseOf(index) == index;
    }

    /** The first and the last index of a range with an entry, reserved or not; false if there is none. */
    final boolean bounds(long first, long last, long[] low, long[] high) {
        return Scan.run(tree, Deliveries.FIRST_INDEX, first, last, NodeLayout.PRESENT, low)
                && ReverseScan.run(tree, Deliveries.FIRST_INDEX, first, last, NodeLayout.PRESENT, high)
                && Long.compareUnsigned(low[0], high[0]) <= 0;
    }

    /** The first index with an entry, reserved or not, from one to another, both below 2^63; -1 if there is none. */
    private long firstEntry(long first, long last) {
        long[] found = {-1};
        return Scan.run(tree, Deliveries.FIRST_INDEX, first, last, NodeLayout.PRESENT, found) ? found[0] : -1;
    }

    private boolean isFree(long first, long last) {
        long[] found = {-1};
        return !Scan.run(tree, Deliveries.FIRST_INDEX, first, last, NodeLayout.PRESENT, found);
    }

    final long orExhausted(long id, Limit limit) {
        if (id < 0) {
            throw new IdSpaceExhaustedException("array " + tree.nodes().name() + ": no id free in " + limit.min() + ".."
                    + limit.max());
        }
        return id;
    }

    /** Whether insert finds an entry, reserved or not. Called with the lock. */
    final boolean isBusy(long index) {
        long word = writer.word(writer.locate(index), index);
        return isBusy(word, index);
    }

    final boolean isBusy(long word, long index) {
        return word != Entry.ABSENT || (index == 0 && allocation == Allocation.FROM_ONE);
    }

    /** The mark's number, if this array has it. */
    final int number(Mark mark) {
        int number = mark.number();
        if (number < tree.firstMark()) {
            throw new UnsupportedOperationException(
                    "mark=" + mark + ": array " + tree.nodes().name() + " allocates and keeps free ids in its place");
        }
        return number;
    }

    /** What looks for a combination of marks, if this array has them. */
    final Sieve sieve(Selection selection) {
        if (!Sieve.fits(selection)) {
            throw new IllegalArgumentException("selection=" + selection + ": speaks of bits that are no marks");
        }
        if ((selection.bits() & Mark.M0.bit()) != 0) {
            number(Mark.M0); // refused if the array lacks it
        }
        return new Sieve(selection);
    }

    /** Where nodes keep the bits of a mark, if this array has it. */
    final long bitmap(Mark mark) {
        return NodeLayout.marks(number(mark));
    }

    final Tree tree() {
        return tree;
    }

    final Writer writer() {
        return writer;
    }

    static void requireRange(long first, long last) {
        if (Long.compareUnsigned(first, last) > 0) {
            throw new IllegalArgumentException(
                    "first=" + Long.toUnsignedString(first) + ", last=" + Long.toUnsignedString(last)
                            + ": last must not be below first");
        }
    }

    final NodeAllocationException noRoom(long index) {
        NodePool nodes = tree.nodes();
        return new NodeAllocationException("array " + nodes.name() + ": no room for the nodes of index="
                + Long.toUnsignedString(index) + "; "
                + nodes.inUse() + " of maxNodes=" + nodes.maxNodes() + " in use, " + NodeLayout.BYTES + " bytes each"
                + (budget == null ? "" : "; budget: " + budget));
    }
}
