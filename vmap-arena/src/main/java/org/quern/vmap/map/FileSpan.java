package org.quern.vmap.map;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.channels.FileChannel;

import org.quern.kapi.linux.Mman;
import org.quern.kapi.raw.ScopedMemory;
import org.quern.vmap.reserve.Reservation;

/**
 * A part of a file, mapped shared at one place: what one process writes the others see.
 *
 * <p>
 * Invariants.
 * <ol>
 * <li>Every byte may be read and written until this object is unreachable, provided the file does not shrink; a file that
 * is sealed cannot. The part is unmapped exactly once, when this object is unreachable.
 * <li>Made by the system's calls it has guards on both sides; made through a {@link FileChannel} it has none, and is
 * otherwise the same.
 * </ol>
 *
 * <p>
 * Thread-safe: the state is final. Cost: two system calls, 30 us; three mappings of the budget.
 */
public final class FileSpan {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final int ZEROS_AT_ONCE = 1 << 20;

    private final long base;
    private final long bytes;
    private final boolean holes; // whether the system takes pages of the file back by address

    private FileSpan(long base, long bytes, boolean holes) {
        this.base = base;
        this.bytes = bytes;
        this.holes = holes;
    }

    /**
     * Maps by the system's calls, between guards.
     *
     * @param name what a failure calls it
     * @param fd the file, open for reading and writing
     * @param fileOffset where in the file, a multiple of the page size
     * @param bytes a multiple of the page size
     * @param alignment of the first byte, a power of two
     * @param at the address of the first byte, or 0 for anywhere
     * @return the span
     * @throws MapFailure if the system or the budget refuses; EEXIST if something is mapped at {@code at}
     */
    public static FileSpan map(String name, int fd, long fileOffset, long bytes, long alignment, long at)
            throws MapFailure {
        return over(name, GuardedSpan.reserve(name, bytes, alignment, at, 1), fd, fileOffset, bytes, 1);
    }

    /**
     * Maps the same part of a file several times, one after the other: what is written to one copy stands in all.
     *
     * @param name what a failure calls it
     * @param fd the file, open for reading and writing
     * @param bytes a multiple of the page size: the length of one copy
     * @param copies how many
     * @return a span of {@code copies * bytes} bytes
     * @throws MapFailure if the system or the budget refuses
     */
    public static FileSpan mapRepeatedly(String name, int fd, long bytes, int copies) throws MapFailure {
        return over(name, GuardedSpan.reserve(name, bytes * copies, Reservation.PAGE_BYTES, 0, copies), fd, 0, bytes,
                copies);
    }

    private static FileSpan over(String name, GuardedSpan span, int fd, long fileOffset, long bytes, int copies)
            throws MapFailure {
        FileSpan made = null;
        try {
            for (int copy = 0; copy < copies; copy++) {
                int result = span.mapFile(copy * bytes, bytes, fd, fileOffset);
                if (result < 0) {
                    throw MapFailure.system(name, "mmap of " + bytes + " bytes of fd " + fd, result);
                }
            }
            made = new FileSpan(span.base(), span.bytes(), true);
            CLEANER.register(made, span::release);
            return made;
        } finally {
            if (made == null) {
                span.release();
            }
        }
    }

    /**
     * Maps by what every Java has; without guards, and at no chosen place.
     *
     * @param name what a failure calls it
     * @param channel open for reading and writing; may be closed afterwards
     * @param fileOffset where in the file, a multiple of the page size
     * @param bytes a multiple of the page size
     * @return the span
     * @throws MapFailure if the file cannot be mapped
     */
    public static FileSpan map(String name, FileChannel channel, long fileOffset, long bytes) throws MapFailure {
        try {
            Arena mapping = Arena.ofAuto();
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_WRITE, fileOffset, bytes, mapping);
            FileSpan span = new FileSpan(mapped.address(), bytes, false);
            CLEANER.register(span, new Keep(mapped)); // mapped, and with it the mapping, lives as long as the span
            return span;
        } catch (IOException | IllegalArgumentException | OutOfMemoryError e) {
            throw new MapFailure(MapFailure.Kind.REFUSED,
                    name + ": cannot map " + bytes + " bytes of the file: " + e.getMessage());
        }
    }

    /** Held by the cleaner, holds a mapping of the JDK until the span is unreachable; the collector does the rest. */
    private record Keep(MemorySegment mapped) implements Runnable {
        @Override
        public void run() {}
    }

    /**
     * The first byte's address. Who uses it keeps this object reachable for as long.
     *
     * @return a multiple of the page size
     */
    public long base() {
        return base;
    }

    /**
     * The size.
     *
     * @return bytes
     */
    public long bytes() {
        return bytes;
    }

    /**
     * A part as a segment that throws once {@code scope} is closed. It keeps this object reachable until then.
     *
     * @param offset its first byte
     * @param length bytes
     * @param scope the life of the segment
     * @return the segment
     */
    public MemorySegment segment(long offset, long length, Arena scope) {
        checkPart(offset, length);
        // Safe because the part lies in the span, and the scope holds this object until it is closed.
        return ScopedMemory.of(base + offset, length, scope, this);
    }

    /**
     * Gives the file's pages back to the system, for every process that maps them; they read as zeros from now on. Where
     * only the JDK maps, zeros are written instead and the memory stays.
     *
     * @param offset a multiple of the page size
     * @param length a multiple of the page size
     */
    public void discard(long offset, long length) {
        checkPart(offset, length);
        if (length == 0) {
            return;
        }
        try {
            if (holes) {
                // Safe because the part lies in the span, which stays mapped while this object is reachable (fence
                // below), and MADV_REMOVE leaves it mapped.
                Mman.madvise(base + offset, length, Mman.MADV_REMOVE);
            } else {
                writeZeros(offset, length);
            }
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private void writeZeros(long offset, long length) {
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment part = segment(offset, length, scope);
            for (long at = 0; at < length; at += ZEROS_AT_ONCE) {
                part.asSlice(at, Math.min(ZEROS_AT_ONCE, length - at)).fill((byte) 0);
            }
        }
    }

    /**
     * Which pages of a part are in memory, whoever touched them.
     *
     * @param offset a multiple of the page size
     * @param length a multiple of the page size
     * @return how many, or -1 where the system does not say
     */
    public long residentPages(long offset, long length) {
        checkPart(offset, length);
        if (!holes) {
            return -1;
        }
        long resident = 0;
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment answer = scope.allocate(Math.min(length >>> Reservation.PAGE_SHIFT, ZEROS_AT_ONCE));
            long step = answer.byteSize() << Reservation.PAGE_SHIFT;
            for (long at = offset; at < offset + length; at += step) {
                long part = Math.min(step, offset + length - at);
                // Safe because the part lies in the span, and asking touches nothing.
                Mman.mincore(base + at, part, answer);
                for (long page = 0; page < part >>> Reservation.PAGE_SHIFT; page++) {
                    resident += answer.get(ValueLayout.JAVA_BYTE, page) & 1;
                }
            }
        } finally {
            Reference.reachabilityFence(this);
        }
        return resident;
    }

    private void checkPart(long offset, long length) {
        if (offset < 0 || length < 0 || offset > bytes - length) {
            throw new IllegalArgumentException(
                    "offset=" + offset + ", length=" + length + ": not within a span of " + bytes + " bytes");
        }
    }
}
