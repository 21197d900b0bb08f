package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

import org.quern.kapi.Availability;
import org.quern.kapi.Operation;
import org.quern.kapi.linux.Fcntl;
import org.quern.kapi.linux.Memfd;
import org.quern.kapi.linux.Mman;
import org.quern.vmap.map.FileSpan;
import org.quern.vmap.map.MapFailure;
import org.quern.vmap.reserve.Reservation;

/**
 * The memory of a ring buffer, mapped twice in a row, so that a record that wraps around lies in one piece: what stands
 * behind the end is the beginning.
 *
 * <pre>
 *     address:   base            base + capacity      base + 2 capacity
 *                |  0 | 1 | 2 | 3 | 0' | 1' | 2' | 3' |                 page k' is page k
 *                            |--- record ---|                           one segment, no seam
 * </pre>
 *
 * Memory only: who writes where is the business of the queue built on it. It has no order of its own; positions are
 * published by the queue. Known as magic or virtual ring buffer.
 *
 * <p>
 * Thread-safe. Cost: opening some 60 us and four mappings of the process's budget; {@link #at} a mask and a slice.
 */
@Operation(threads = Operation.Threads.ANY)
public final class MirroredRing implements AutoCloseable {
    private final long capacity;
    private final Arena scope = Arena.ofShared();
    private final MemorySegment twice;

    private MirroredRing(FileSpan span) {
        this.capacity = span.bytes() / 2;
        this.twice = span.segment(0, span.bytes(), scope);
    }

    /**
     * Whether this system can map pages at chosen places.
     *
     * @return the verdict; not PRESENT where only the JDK's own mapping is to be had
     */
    public static Availability availability() {
        for (Availability needed : new Availability[]{Mman.availability(), Memfd.availability(),
                Fcntl.availability()}) {
            if (!needed.isPresent()) {
                return needed;
            }
        }
        return Mman.availability();
    }

    /**
     * Opens a ring in a memory file of its own.
     *
     * @param name for diagnosis, at most 249 bytes of UTF-8
     * @param capacityBytes 1..2^40, rounded up to a power of two of at least a page
     * @return the ring, all zeros
     * @throws IllegalArgumentException if a parameter is out of range
     * @throws MemoryFileException UNAVAILABLE, MAPPINGS_SPENT or REFUSED
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {
            IllegalArgumentException.class, MemoryFileException.class})
    public static MirroredRing open(String name, long capacityBytes) {
        if (capacityBytes < 1 || capacityBytes > 1L << 40) {
            throw new IllegalArgumentException("capacityBytes=" + capacityBytes + ": must be 1..2^40");
        }
        long capacity = Math.max(Reservation.PAGE_BYTES, Long.highestOneBit(2 * capacityBytes - 1));
        try (MemoryFile file = MemoryFile.create(name, capacity)) {
            return open(file);
        }
    }

    /**
     * Opens a ring over a memory file, which several processes may do with the same one.
     *
     * @param file its size is the capacity, a power of two; may be closed afterwards
     * @return the ring, with what the file holds
     * @throws IllegalArgumentException if the size is not a power of two, or less than a page
     * @throws MemoryFileException CLOSED, TRUNCATED, UNAVAILABLE, MAPPINGS_SPENT or REFUSED
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {
            IllegalArgumentException.class, MemoryFileException.class})
    public static MirroredRing open(MemoryFile file) {
        Objects.requireNonNull(file, "file");
        long capacity = file.bytes();
        if (Long.bitCount(capacity) != 1 || capacity < Reservation.PAGE_BYTES) {
            throw new IllegalArgumentException("file of " + capacity + " bytes: must be a power of two, at least "
                    + Reservation.PAGE_BYTES);
        }
        try {
            file.backing().check();
            return new MirroredRing(file.backing()
                    .using(fd -> FileSpan.mapRepeatedly(file.backing().name(), fd, capacity, 2)));
        } catch (MapFailure e) {
            throw MemoryFileException.of(e);
        }
    }

    /**
     * The bytes after which the ring begins again.
     *
     * @return a power of two, at least a page
     */
    public long capacity() {
        return capacity;
    }

    /**
     * The piece that begins at a position, in one segment also where it wraps around.
     *
     * @param position any number; taken modulo the capacity
     * @param length 0..capacity
     * @return a slice, in the ring's scope
     * @throws IllegalArgumentException if the length is out of range
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalArgumentException.class)
    public MemorySegment at(long position, long length) {
        if (length < 0 || length > capacity) {
            throw new IllegalArgumentException("length=" + length + ": must be 0.." + capacity);
        }
        return twice.asSlice(position & (capacity - 1), length);
    }

    /**
     * Both copies, for code that masks positions itself.
     *
     * @return a segment of twice the capacity; throws IllegalStateException after {@link #close}
     */
    public MemorySegment twice() {
        return twice;
    }

    /**
     * Ends the segments. Waits until no thread is inside an access. The memory goes when nobody can reach the ring and no
     * other process has the file. Closing twice does nothing.
     *
     * @throws RangeBusyException if a system call of another thread uses a segment; calling close again completes it
     */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.BRIEFLY, lock = "scope", errors = RangeBusyException.class)
    public void close() {
        if (!PageSpace.endScope(scope)) {
            throw new RangeBusyException("a ring of " + capacity + " bytes is in use by a call of another thread",
                    null);
        }
    }
}
