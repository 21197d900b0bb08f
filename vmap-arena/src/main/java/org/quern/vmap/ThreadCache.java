package org.quern.vmap;

import org.quern.kapi.Operation;
import org.quern.vmap.heap.Magazines;
import org.quern.vmap.heap.OwnedMagazines;
import org.quern.vmap.heap.SizeClasses;
import org.quern.vmap.heap.ThreadMagazines;

/**
 * Free blocks of a {@link SizeClassAllocator} that one thread keeps for itself: the fastest way to take and give back, since
 * nothing need be looked up. Made by {@link SizeClassAllocator#cache}, for the thread that calls it, which may be a virtual
 * one; to be closed by the same.
 *
 * <p>
 * Blocks belong to the allocator, not to the cache: they may be given back anywhere, and live on when the cache is
 * closed. It keeps at most 64 blocks of a size, and 1 MiB.
 */
@Operation(threads = Operation.Threads.OWNER)
public final class ThreadCache implements AutoCloseable {
    private final SizeClassAllocator allocator;
    private final ThreadMagazines threads;
    private final OwnedMagazines owned;
    private final Magazines magazines; // of owned
    private final long owner;
    private boolean closed;

    ThreadCache(SizeClassAllocator allocator, ThreadMagazines threads, OwnedMagazines owned) {
        this.allocator = allocator;
        this.threads = threads;
        this.owned = owned;
        this.magazines = owned.magazines();
        this.owner = Thread.currentThread().threadId();
    }

    /**
     * As {@link SizeClassAllocator#take}.
     *
     * @param bytes 1 or more
     * @return the block's offset, or 0 if there is no memory
     * @throws IllegalArgumentException if {@code bytes} is not positive
     * @throws WrongThreadException if another thread calls
     * @throws IllegalStateException if this cache is closed
     * @throws ArenaClosedException if the allocator is closed
     */
    @Operation(threads = Operation.Threads.OWNER, blocks = Operation.Blocks.FOR_MEMORY, lock = "class latch", errors = {
            IllegalArgumentException.class, WrongThreadException.class, IllegalStateException.class,
            ArenaClosedException.class})
    public long take(long bytes) {
        if (Thread.currentThread().threadId() == owned.ownerOpaque() && SizeClasses.covers(bytes)) {
            return Magazines.offsetOf(magazines.take(SizeClasses.of(bytes)));
        }
        checkOwner();
        return Magazines.offsetOf(allocator.takeEntrySlowly(bytes));
    }

    /**
     * As {@link SizeClassAllocator#giveBack}.
     *
     * @param offset what any {@code take} of the allocator returned
     * @throws IllegalArgumentException if no block can begin at {@code offset}
     * @throws StaleHandleException if no block in use begins there
     * @throws MemoryErrorException in checked mode, see there
     * @throws WrongThreadException if another thread calls
     * @throws IllegalStateException if this cache is closed
     * @throws ArenaClosedException if the allocator is closed
     */
    @Operation(threads = Operation.Threads.OWNER, blocks = Operation.Blocks.FOR_MEMORY, lock = "class latch", errors = {
            IllegalArgumentException.class, StaleHandleException.class, MemoryErrorException.class,
            WrongThreadException.class, IllegalStateException.class, ArenaClosedException.class})
    public void giveBack(long offset) {
        if (Thread.currentThread().threadId() != owned.ownerOpaque() || !magazines.giveBack(offset)) {
            checkOwner();
            allocator.giveBackSlowly(offset);
        }
    }

    private void checkOwner() {
        if (Thread.currentThread().threadId() != owner) {
            throw new WrongThreadException("cache of " + allocator + ": belongs to thread " + owner + ", not to "
                    + Thread.currentThread());
        }
        if (closed) {
            throw new IllegalStateException("cache of " + allocator + ": is closed");
        }
    }

    /**
     * Hands the free blocks over to the allocator. Idempotent.
     *
     * @throws WrongThreadException if another thread calls
     */
    @Override
    @Operation(threads = Operation.Threads.OWNER, blocks = Operation.Blocks.FOR_MEMORY, lock = "class latch", errors = WrongThreadException.class)
    public void close() {
        if (Thread.currentThread().threadId() == owner && closed) {
            return;
        }
        checkOwner();
        closed = true;
        threads.close(owned);
    }
}
