package org.quern.xarray;

import java.util.function.LongConsumer;

import org.quern.kapi.Operation;
import org.quern.xarray.id.IdTree;
import org.quern.xarray.tree.WriterLock;

/**
 * Hands out identifiers and takes them back: the lowest free one, the next in a cycle, a certain one, or a block of neighbours. Identifiers are 0..2^63-1. An identifier is one
 * bit; where something has to be kept at it, an allocating {@link LongXArray} or {@link XArray} does both at once.
 *
 * <pre>
 *   ids = new IdAllocator()
 *   ids.allocate()            0
 *   ids.allocate()            1            taken: 0 1
 *   ids.free(0)                            taken:   1
 *   ids.allocate()            0            the lowest that is free, exactly
 *   ids.allocate(5, 9)        5
 * </pre>
 *
 * <p><b>Memory.</b> Fewer than 64 identifiers, all below 64, take no memory but this object. Above that there is a page of 1,024 bits wherever one is taken: 0.153 bytes an identifier where they are
 * dense, less than 500 bytes for one that stands alone. All of it is on the heap, without references that a collector would have to follow but one for each 1,024 identifiers;
 * nothing needs to be closed. Pages go with their last identifier.
 *
 * <p><b>Cost.</b> One word is read for each level: one level for the first 1,024 identifiers, one more for each factor of 64; full pages are passed over. So the time does not
 * depend on how many are taken.
 *
 * <p><b>Threads.</b> Any number of threads may call anything at any time. Changes exclude each other by one lock that spins, then parks, and is held for tens of nanoseconds;
 * for as long as the block is, in operations on blocks. That is what makes "lowest" and "none is free" exact. {@link #isAllocated}, {@link #nextAllocated} and {@link #forEach} take no
 * lock and wait for nobody. An identifier is not handed out again before it was freed; what a thread did before it freed one happens-before what another does after
 * it was given the same.
 */
@Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "allocator lock", errors = IllegalArgumentException.class)
public final class IdAllocator {
    /** What an allocation gives that finds nothing free. Not an identifier: those are not negative. */
    public static final long NONE = -1L;

    private final WriterLock lock = new WriterLock();
    private final IdTree tree = new IdTree();

    /** An allocator with nothing taken. */
    @Operation(threads = Operation.Threads.ANY)
    public IdAllocator() {}

    /**
     * Takes the lowest free identifier.
     *
     * @return it; {@link #NONE} if all 2^63 are taken, for which there is no memory
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "allocator lock")
    public long allocate() {
        return allocate(0, Long.MAX_VALUE);
    }

    /**
     * Takes the lowest free identifier of a range.
     *
     * @param min lowest that will do, 0..2^63-1
     * @param max highest that will do, inclusive
     * @return it, or {@link #NONE} if none of them is free; nothing has changed then
     * @throws IllegalArgumentException if {@code min} is negative or above {@code max}
     */
    public long allocate(long min, long max) {
        requireRange(min, max);
        lock.lock();
        try {
            return tree.takeLowest(min, max);
        } finally {
            lock.unlock();
        }
    }

    /** For {@link IdCycle}: from {@code start} on, and if nothing is free there, from {@code min}. */
    long allocateFrom(long start, long min, long max) {
        lock.lock();
        try {
            long id = start <= max ? tree.takeLowest(start, max) : NONE;
            return id == NONE && start > min ? tree.takeLowest(min, max) : id;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the lowest block of neighbours that are all free. Costs a step for each run of free identifiers that is too short, and one for each identifier of the block.
     *
     * @param count how many, at least 1
     * @param min lowest that will do, 0..2^63-1
     * @param max highest that will do, inclusive
     * @return the first one, or {@link #NONE} if there is no such block; nothing has changed then
     * @throws IllegalArgumentException if {@code count} is below 1, or {@code min} is negative or above {@code max}
     */
    public long allocateBlock(long count, long min, long max) {
        requireRange(min, max);
        if (count < 1) {
            throw new IllegalArgumentException("count=" + count + ": must be at least 1");
        }
        lock.lock();
        try {
            long first = tree.nextFree(min);
            while (first != IdTree.NONE && max - first >= count - 1) {
                long taken = tree.nextTaken(first);
                if (taken == IdTree.NONE || taken - first >= count) {
                    takeAll(first, first + count - 1);
                    return first;
                }
                first = tree.nextFree(taken);
            }
            return NONE;
        } finally {
            lock.unlock();
        }
    }

    /** All or, where memory runs out on the way, none. */
    private void takeAll(long first, long last) {
        long next = first;
        try {
            for (; next <= last && next >= 0; next++) {
                tree.take(next);
            }
        } catch (OutOfMemoryError e) {
            while (--next >= first) {
                tree.free(next);
            }
            throw e;
        }
    }

    /**
     * Takes a certain identifier.
     *
     * @param id 0..2^63-1
     * @return false if it was taken already
     * @throws IllegalArgumentException if it is negative
     */
    public boolean claim(long id) {
        requireId("id", id);
        lock.lock();
        try {
            if (tree.isTaken(id)) {
                return false;
            }
            tree.take(id);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives an identifier back.
     *
     * @param id 0..2^63-1
     * @return false if it was not taken; nothing has changed then
     * @throws IllegalArgumentException if it is negative
     */
    public boolean free(long id) {
        requireId("id", id);
        lock.lock();
        try {
            return tree.free(id);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives back every identifier of a range that is taken. Costs a step for each.
     *
     * @param first first one, 0..2^63-1
     * @param last last one, inclusive
     * @return how many were taken
     * @throws IllegalArgumentException if {@code first} is negative or above {@code last}
     */
    public long freeRange(long first, long last) {
        requireRange(first, last);
        lock.lock();
        try {
            long freed = 0;
            for (long id = tree.nextTaken(first); id != IdTree.NONE && id <= last; id = tree.nextTaken(id)) {
                tree.free(id);
                freed++;
            }
            return freed;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Identifiers in a cycle: each one after the one before, from the beginning again after the end. For identifiers that should not come back soon.
     *
     * @param min lowest, 0..2^63-1
     * @param max highest, inclusive
     * @return a cycle that begins at {@code min}; there may be any number of them, over any ranges
     * @throws IllegalArgumentException if {@code min} is negative or above {@code max}
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public IdCycle cycle(long min, long max) {
        requireRange(min, max);
        return new IdCycle(this, min, max);
    }

    /**
     * Whether an identifier is taken. Lock-free.
     *
     * @param id 0..2^63-1
     * @return true if it is
     * @throws IllegalArgumentException if it is negative
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public boolean isAllocated(long id) {
        requireId("id", id);
        return tree.isTaken(id);
    }

    /**
     * The first identifier that is taken, at or after one. Lock-free; one that is taken all the time is not passed over.
     *
     * @param from where to begin, 0..2^63-1
     * @return it, or {@link #NONE}
     * @throws IllegalArgumentException if {@code from} is negative
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public long nextAllocated(long from) {
        requireId("from", from);
        return tree.nextTaken(from);
    }

    /**
     * Gives every identifier that is taken to a consumer, ascending. Lock-free, and no snapshot: one that is taken all the time is delivered once. The consumer may change this
     * allocator; what it throws ends the iteration.
     *
     * @param consumer receives them
     * @throws NullPointerException if it is null and anything is taken
     */
    @Operation(threads = Operation.Threads.ANY, errors = NullPointerException.class)
    public void forEach(LongConsumer consumer) {
        for (long id = tree.nextTaken(0); id != IdTree.NONE; id = id == Long.MAX_VALUE
                ? IdTree.NONE
                : tree.nextTaken(id + 1)) {
            consumer.accept(id);
        }
    }

    /**
     * How many identifiers are taken.
     *
     * @return 0..2^63-1
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "allocator lock")
    public long count() {
        lock.lock();
        try {
            return tree.taken();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Pages of 1,024 bits that exist, 152 bytes each.
     *
     * @return 0 while nothing but identifiers below 64 has been taken since the allocator was empty
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "allocator lock")
    public long pages() {
        lock.lock();
        try {
            return tree.pages();
        } finally {
            lock.unlock();
        }
    }

    /** Gives everything back at one stroke, in constant time. */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "allocator lock")
    public void clear() {
        lock.lock();
        try {
            tree.clear();
        } finally {
            lock.unlock();
        }
    }

    private static void requireId(String what, long id) {
        if (id < 0) {
            throw new IllegalArgumentException(what + "=" + id + ": must be 0.." + Long.MAX_VALUE);
        }
    }

    private static void requireRange(long first, long last) {
        if (first < 0 || last < first) {
            throw new IllegalArgumentException(
                    "range " + first + ".." + last + ": must be within 0.." + Long.MAX_VALUE + ", lower end first");
        }
    }

    IdTree tree() {
        return tree;
    }
}
