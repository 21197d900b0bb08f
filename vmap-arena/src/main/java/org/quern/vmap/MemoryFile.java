package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Objects;

import org.quern.kapi.Operation;
import org.quern.vmap.map.BackingFile;
import org.quern.vmap.map.FileSpan;
import org.quern.vmap.map.MapFailure;
import org.quern.vmap.reserve.Reservation;

/**
 * Pages with a name that processes share: a file that lives in memory (memfd_create(2)), or a file at a path. Its pages are
 * what a sparse area, a {@link MirroredRing} or a shared arena maps.
 *
 * <pre>
 *   create(name, bytes)   memory file, sealed: nobody can cut it      path() = /proc/PID/fd/N for the peers
 *   open(path)            a peer's memory file, refused unless sealed
 *   createAt(path, bytes) a file in a file system; cannot be sealed
 *   openUnsealed(path)    ... whose users are trusted not to cut it
 * </pre>
 *
 * <p>
 * <b>Why sealed.</b> An access beyond the end of a file is a SIGBUS: in Java code an {@link InternalError}, possibly later
 * and elsewhere; in native code the end of the process. A file sealed against shrinking excludes it. For one that is not,
 * {@link #check} and each mapping notice a cut, with an exception, but an access between two checks is on its own.
 *
 * <p>
 * Opening {@code /proc/PID/fd/N} takes the same user, and a process that still lives; who has opened it holds the file,
 * whatever becomes of the other.
 *
 * <p>
 * Thread-safe. Costs: creating or opening some 50 us; memory when touched; {@link #check} some 15 us.
 */
@Operation(threads = Operation.Threads.ANY)
public final class MemoryFile implements AutoCloseable {
    private final BackingFile file;

    private MemoryFile(BackingFile file) {
        this.file = file;
    }

    /** What may fail below. */
    private interface Opening {
        BackingFile open() throws MapFailure;
    }

    private static MemoryFile made(Opening opening) {
        try {
            return new MemoryFile(opening.open());
        } catch (MapFailure e) {
            throw MemoryFileException.of(e);
        }
    }

    /**
     * Creates a file in memory that nobody can cut: sealed against shrinking, growing and further seals.
     *
     * @param name for diagnosis (it stands in /proc/PID/maps), at most 249 bytes of UTF-8 without NUL
     * @param bytes 1..2^46, rounded up to pages; all zeros, no memory until touched
     * @return the file
     * @throws IllegalArgumentException if a parameter is out of range
     * @throws MemoryFileException UNAVAILABLE where there are no memory files, or REFUSED by the system
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {
            IllegalArgumentException.class, MemoryFileException.class})
    public static MemoryFile create(String name, long bytes) {
        Objects.requireNonNull(name, "name");
        long whole = pages(bytes);
        return made(() -> BackingFile.inMemory(name, whole));
    }

    /**
     * Creates a file at a path, which works on every system: by system calls on {@link BackEnd#LINUX}, by the JDK's channels on
     * {@link BackEnd#PORTABLE}, as {@link BackEnd#preferred} says. It cannot be sealed: others open it by
     * {@link #openUnsealed}.
     *
     * @param path where there is nothing yet; a tmpfs such as /dev/shm keeps it in memory
     * @param bytes 1..2^46, rounded up to pages; a hole until touched, where the file system has holes
     * @return the file, open
     * @throws IllegalArgumentException if {@code bytes} is out of range
     * @throws MemoryFileException REFUSED if it is there already or cannot be created
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {
            IllegalArgumentException.class, MemoryFileException.class})
    public static MemoryFile createAt(Path path, long bytes) {
        return createAt(path, bytes, usesCalls());
    }

    static MemoryFile createAt(Path path, long bytes, boolean byCalls) {
        Objects.requireNonNull(path, "path");
        long whole = pages(bytes);
        return made(() -> BackingFile.create(path, whole, byCalls));
    }

    /**
     * Opens a sealed memory file of another process.
     *
     * @param path what its {@link #path} says
     * @return the file
     * @throws MemoryFileException UNSEALED if it is not sealed against shrinking; NOT_A_FILE if there is none; REFUSED if
     *         the system does not let this process have it
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = MemoryFileException.class)
    public static MemoryFile open(Path path) {
        MemoryFile opened = openUnsealed(path, hasCalls()); // a memory file: without calls there is none
        if (!opened.isSealed()) {
            opened.close();
            throw new MemoryFileException(MemoryFileException.Reason.UNSEALED, path
                    + ": not sealed against shrinking; who trusts all its users not to cut it opens it by openUnsealed");
        }
        return opened;
    }

    /**
     * Opens a memory file by its descriptor in another process; the same as {@link #open} of {@code /proc/pid/fd/fd}.
     *
     * @param pid the process, 1 or more
     * @param fd its descriptor, 0 or more
     * @return the file
     * @throws IllegalArgumentException if a number is out of range
     * @throws MemoryFileException as {@link #open}
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {
            IllegalArgumentException.class, MemoryFileException.class})
    public static MemoryFile openDescriptor(long pid, int fd) {
        if (pid < 1 || fd < 0) {
            throw new IllegalArgumentException("pid=" + pid + ", fd=" + fd + ": must be 1 or more, 0 or more");
        }
        return open(Path.of("/proc/" + pid + "/fd/" + fd));
    }

    /**
     * Opens a file that may not be sealed. All who have it open must be trusted not to cut it.
     *
     * @param path where it is
     * @return the file
     * @throws MemoryFileException NOT_A_FILE or REFUSED
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = MemoryFileException.class)
    public static MemoryFile openUnsealed(Path path) {
        return openUnsealed(path, usesCalls());
    }

    static MemoryFile openUnsealed(Path path, boolean byCalls) {
        Objects.requireNonNull(path, "path");
        return made(() -> BackingFile.open(path, byCalls));
    }

    /** Files at a path are used by calls or channels, as {@link BackEnd#preferred} says. */
    private static boolean usesCalls() {
        return BackEnd.preferred() == BackEnd.LINUX && hasCalls();
    }

    private static boolean hasCalls() {
        return MirroredRing.availability().isPresent();
    }

    private static long pages(long bytes) {
        if (bytes < 1 || bytes > Reservation.MAX_BYTES) {
            throw new IllegalArgumentException("bytes=" + bytes + ": must be 1..2^46");
        }
        return Reservation.roundUpToPages(bytes);
    }

    /**
     * The size, fixed when it was created or opened.
     *
     * @return bytes
     */
    public long bytes() {
        return file.bytes();
    }

    /**
     * The size in whole pages.
     *
     * @return pages
     */
    public long pages() {
        return file.bytes() >>> Reservation.PAGE_SHIFT;
    }

    /**
     * Where a process of the same user finds it while this one has it open.
     *
     * @return {@code /proc/PID/fd/N} for a memory file that this process created
     */
    public Path path() {
        return file.path();
    }

    /**
     * Whether nobody can cut it.
     *
     * @return true for memory files sealed against shrinking
     */
    public boolean isSealed() {
        return file.isSealed();
    }

    /**
     * Checks that the descriptor is still this file's and that nobody has cut the file.
     *
     * @throws MemoryFileException CLOSED or TRUNCATED, with the values
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = MemoryFileException.class)
    public void check() {
        try {
            file.check();
        } catch (MapFailure e) {
            throw MemoryFileException.of(e);
        }
    }

    /**
     * Maps all of it, readable and writable, shared with everybody who maps it. The segment outlives {@link #close}; it is
     * unmapped when the scope is closed and nothing of it is reachable.
     *
     * @param scope the life of the segment
     * @return a segment of {@link #bytes} bytes
     * @throws MemoryFileException CLOSED, TRUNCATED, MAPPINGS_SPENT or REFUSED
     * @throws IllegalStateException if the scope is closed already
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {
            MemoryFileException.class, IllegalStateException.class})
    public MemorySegment map(Arena scope) {
        Objects.requireNonNull(scope, "scope");
        FileSpan span = span(0, pages() << Reservation.PAGE_SHIFT, Reservation.PAGE_BYTES, 0);
        return span.segment(0, span.bytes(), scope);
    }

    /** Maps a part, all in multiples of a page. */
    FileSpan span(long offset, long length, long alignment, long at) {
        try {
            return file.map(offset, length, alignment, at);
        } catch (MapFailure e) {
            throw MemoryFileException.of(e);
        }
    }

    BackingFile backing() {
        return file;
    }

    /** Closes it; what is mapped stays mapped. Closing twice does nothing; nor does it close a stranger's descriptor. */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO)
    public void close() {
        file.close();
    }

    /**
     * Path and size, for logs.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return file.name() + " (" + bytes() + " bytes, " + (isSealed() ? "sealed" : "not sealed") + ")";
    }
}
