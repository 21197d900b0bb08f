package org.quern.vmap.slab;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A chunk that is handed out front to back and never taken back piece by piece: a bump pointer.
 *
 * <pre>
 *   begin            next                 end
 *     |##a##|###b###|.|-- not handed out --|       '.' alignment
 * </pre>
 *
 * Invariants: {@code begin <= next <= end}; no byte is handed out twice. Thread-safe, lock-free. The pointer publishes
 * nothing (the memory behind it is zero since before the chunk was made), so its compare-and-set has no partner.
 */
public final class ScratchChunk {
    /** What {@link #take} returns when the chunk has no room. */
    public static final long NONE = -1;

    private final long end;
    private final AtomicLong next;

    /**
     * A chunk of which nothing is handed out.
     *
     * @param begin the first byte's address
     * @param bytes its size
     */
    public ScratchChunk(long begin, long bytes) {
        this.end = begin + bytes;
        this.next = new AtomicLong(begin);
    }

    /**
     * Takes bytes.
     *
     * @param bytes 0 or more, at most the size of a chunk
     * @param alignment a power of two, at most the size of a chunk
     * @return the first byte's address, or {@link #NONE}
     */
    public long take(long bytes, long alignment) {
        long at;
        long from;
        do {
            at = next.get();
            from = (at + alignment - 1) & -alignment;
            if (from + bytes > end) {
                return NONE;
            }
        } while (!next.compareAndSet(at, from + bytes));
        return from;
    }
}
