package org.quern.kapi.raw;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/**
 * Memory at a known address, seen through a segment that has bounds and a scope. The only way by which memory that Quern
 * maps itself reaches code outside the hidden packages: after the scope is closed every access throws instead of
 * touching the memory.
 */
public final class ScopedMemory {
    private ScopedMemory() {}

    /**
     * A segment over {@code [address, address + bytes)} that lives as long as {@code scope}.
     *
     * <p>
     * Until the scope is closed the segment, and every slice of it, keeps {@code owner} strongly reachable; so an owner
     * that gives the memory back when it becomes unreachable does not do so under a segment in use.
     *
     * @param address the first byte; the caller vouches that the range is mapped while {@code owner} is reachable
     * @param bytes the length in bytes, 0 or more
     * @param scope whose closing ends the segment's life; shared arenas let every thread access the segment
     * @param owner what keeps the memory mapped
     * @return the segment; readable and writable
     * @throws IllegalStateException if the scope is closed already
     */
    @SuppressWarnings("restricted") // Safe because the range is mapped while owner is reachable, and the cleanup, which
    // the scope holds until it is closed, refers to owner.
    public static MemorySegment of(long address, long bytes, Arena scope, Object owner) {
        return MemorySegment.ofAddress(address).reinterpret(bytes, scope, new KeepAlive(owner));
    }

    /** A cleanup that cleans nothing: it is there to be held, and with it the owner. */
    private record KeepAlive(Object owner) implements Consumer<MemorySegment> {
        @Override
        public void accept(MemorySegment ended) {}
    }
}
