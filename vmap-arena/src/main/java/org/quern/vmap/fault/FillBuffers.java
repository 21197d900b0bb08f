package org.quern.vmap.fault;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ArrayBlockingQueue;

import org.quern.kapi.raw.ScopedMemory;
import org.quern.vmap.reserve.Reservation;

/**
 * Memory in which handlers build content before it is published. A handler sees it through a segment that is confined to
 * its thread and ends with its call; so a buffer can be used again, and a handler that kept the segment cannot write into
 * the content of another page.
 */
final class FillBuffers {
    private static final int KEPT = 32;

    private final long bytes;
    private final ArrayBlockingQueue<MemorySegment> free = new ArrayBlockingQueue<>(KEPT);

    FillBuffers(long bytes) {
        this.bytes = bytes;
    }

    MemorySegment take() {
        MemorySegment kept = free.poll();
        return kept == null ? Arena.ofAuto().allocate(bytes, Reservation.PAGE_BYTES) : kept;
    }

    void giveBack(MemorySegment buffer) {
        free.offer(buffer); // beyond what is kept it is left to the collector
    }

    /** The buffer, zeroed, as a handler may see it until {@code call} is closed. */
    static MemorySegment lend(MemorySegment buffer, long length, Arena call) {
        buffer.asSlice(0, Reservation.roundUpToPages(length)).fill((byte) 0); // whole pages are published
        // Safe because the memory is the buffer's, which the scope keeps reachable, and the length is within it.
        return ScopedMemory.of(buffer.address(), length, call, buffer);
    }
}
