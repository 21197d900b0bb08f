package org.quern.vmap.fault;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;

import org.quern.kapi.raw.ScopedMemory;
import org.quern.vmap.reserve.Reservation;

/**
 * Memory in which handlers build content before it is published. A handler sees it through a segment that is confined to
 * its thread and ends with its call; so a buffer can be used again, and a handler that kept the segment cannot write into
 * the content of another page. Shared by all areas; of each size up to 4 MiB are kept.
 */
final class FillBuffers {
    private static final long KEPT_BYTES = 4 << 20;
    private static final Map<Long, FillBuffers> OF_SIZE = new ConcurrentHashMap<>(); // a dozen: powers of two

    private final long bytes;
    private final ArrayBlockingQueue<MemorySegment> free;

    private FillBuffers(long bytes) {
        this.bytes = bytes;
        this.free = new ArrayBlockingQueue<>((int) Math.max(1, Math.min(64, KEPT_BYTES / bytes)));
    }

    /** The process's buffers of a size. */
    static FillBuffers of(long bytes) {
        return OF_SIZE.computeIfAbsent(bytes, FillBuffers::new);
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
