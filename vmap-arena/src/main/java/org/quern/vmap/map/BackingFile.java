package org.quern.vmap.map;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.linux.Descriptor;
import org.quern.kapi.linux.Fcntl;
import org.quern.kapi.linux.Memfd;

/**
 * An open file whose pages are mapped: a memory file of the system (by descriptor), or a file at a path (by descriptor, or
 * by a channel where there are no descriptors).
 *
 * <p>
 * Before each use it is {@linkplain #check checked}: that the descriptor's number still stands for the file it was opened
 * for (other code of the process can close any number, and the system gives it to the next file), and that the file is as
 * long as it was. Between the check and the call that follows there is a moment in which that can change; a sealed file
 * excludes the second, nothing can exclude the first. Cost: some 15 us.
 */
public final class BackingFile implements AutoCloseable {
    private static final int SEALS = Fcntl.F_SEAL_SHRINK | Fcntl.F_SEAL_GROW | Fcntl.F_SEAL_SEAL;

    private final String name;
    private final @Nullable Descriptor descriptor; // null where the JDK opens the path for each mapping
    private final Path path;
    private final long bytes;
    private final boolean sealed;
    private final @Nullable Object identity; // device and inode, where the system has them

    private volatile boolean closed;

    private BackingFile(String name, @Nullable Descriptor descriptor, Path path, long bytes,
            boolean sealed, @Nullable Object identity) {
        this.name = name;
        this.descriptor = descriptor;
        this.path = path;
        this.bytes = bytes;
        this.sealed = sealed;
        this.identity = identity;
    }

    /**
     * Creates a memory file, sealed against shrinking, growing and further seals.
     *
     * @param name for diagnosis, at most 249 bytes
     * @param bytes 1 or more
     * @return the file
     * @throws MapFailure if the system has no memory files or refuses
     */
    public static BackingFile inMemory(String name, long bytes) throws MapFailure {
        if (!Memfd.availability().isPresent() || !Fcntl.availability().isPresent()) {
            throw new MapFailure(MapFailure.Kind.UNAVAILABLE, name + ": no memory files here: "
                    + Memfd.availability().reason());
        }
        Descriptor descriptor = null;
        try {
            descriptor = Descriptor.owning(create(name));
            descriptor.use(fd -> {
                Memfd.truncate(fd, bytes);
                Fcntl.addSeals(fd, SEALS);
                return 0;
            });
            BackingFile file = described(name, descriptor, null);
            descriptor = null;
            return file;
        } catch (KernelException e) {
            throw new MapFailure(MapFailure.Kind.REFUSED, name + ": " + e.getMessage());
        } finally {
            if (descriptor != null) {
                descriptor.close();
            }
        }
    }

    /** Not executable, where the kernel knows that flag (6.3). */
    private static int create(String name) {
        try {
            return Memfd.create(name, Memfd.MFD_CLOEXEC | Memfd.MFD_ALLOW_SEALING | Memfd.MFD_NOEXEC_SEAL);
        } catch (KernelException e) {
            if (e.errno() != Errno.EINVAL) {
                throw e;
            }
            return Memfd.create(name, Memfd.MFD_CLOEXEC | Memfd.MFD_ALLOW_SEALING);
        }
    }

    /**
     * Creates a file at a path.
     *
     * @param path where there is none yet
     * @param bytes 1 or more; a hole until written
     * @param byCalls whether to open it by the system's calls, or by what every Java has
     * @return the file, not sealed
     * @throws MapFailure if it is there already or cannot be created
     */
    public static BackingFile create(Path path, long bytes, boolean byCalls) throws MapFailure {
        try (FileChannel channel = FileChannel.open(path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE))) {
            channel.write(ByteBuffer.allocate(1), bytes - 1);
        } catch (IOException e) {
            throw new MapFailure(MapFailure.Kind.REFUSED, "cannot create " + path + ": " + e);
        }
        return open(path, byCalls);
    }

    /**
     * Opens a file at a path; {@code /proc/PID/fd/N} is the path of another process's memory file.
     *
     * @param path where it is
     * @param byCalls whether to open it by the system's calls, or by what every Java has
     * @return the file
     * @throws MapFailure if there is none, or it cannot be opened for writing
     */
    public static BackingFile open(Path path, boolean byCalls) throws MapFailure {
        try {
            // First, because opening a pipe would wait for its other end.
            if (!Files.readAttributes(path, BasicFileAttributes.class).isRegularFile()) {
                throw new MapFailure(MapFailure.Kind.NOT_A_FILE, path + ": not a regular file");
            }
            if (byCalls) {
                int fd = Fcntl.tryOpen(path.toString(), Fcntl.O_RDWR | Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK);
                if (fd < 0) {
                    throw MapFailure.system(path.toString(), "openat", fd);
                }
                return described(path.toString(), Descriptor.owning(fd), path);
            }
            openChannel(path).close(); // so that a file that may not be written is refused now
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new BackingFile(path.toString(), null, path, attributes.size(), false, attributes.fileKey());
        } catch (IOException | InvalidPathException e) {
            throw new MapFailure(MapFailure.Kind.NOT_A_FILE, "cannot open " + path + ": " + e);
        }
    }

    private static FileChannel openChannel(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    private static BackingFile described(String name, Descriptor descriptor, @Nullable Path path) throws MapFailure {
        BackingFile file = null;
        try {
            int fd = (int) descriptor.use(n -> n);
            BasicFileAttributes attributes = attributes(fd);
            Path shown = path != null ? path : Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + fd);
            file = new BackingFile(name, descriptor, shown, attributes.size(), isSealed(fd),
                    attributes.fileKey());
            return file;
        } catch (IOException e) {
            throw new MapFailure(MapFailure.Kind.REFUSED, name + ": cannot ask for size and identity: " + e);
        } finally {
            if (file == null) {
                descriptor.close();
            }
        }
    }

    private static BasicFileAttributes attributes(int fd) throws IOException {
        return Files.readAttributes(Path.of("/proc/self/fd/" + fd), BasicFileAttributes.class);
    }

    private static boolean isSealed(int fd) {
        try {
            return (Fcntl.seals(fd) & Fcntl.F_SEAL_SHRINK) != 0;
        } catch (KernelException e) {
            return false; // EINVAL: not a file that can be sealed
        }
    }

    /**
     * Checks that the descriptor is still this file's and that the file was not cut.
     *
     * @throws MapFailure CLOSED_BY_OTHERS or TRUNCATED
     */
    public void check() throws MapFailure {
        if (closed) {
            throw new MapFailure(MapFailure.Kind.CLOSED_BY_OTHERS, name + ": is closed");
        }
        try {
            String which = descriptor == null ? path.toString() : "fd " + descriptor.use(fd -> fd);
            BasicFileAttributes now = descriptor == null
                    ? Files.readAttributes(path, BasicFileAttributes.class)
                    : attributes((int) descriptor.use(fd -> fd));
            if (!Objects.equals(now.fileKey(), identity)) {
                throw new MapFailure(MapFailure.Kind.CLOSED_BY_OTHERS, name + ": " + which
                        + " was closed by somebody else and is another file now (was " + identity + ", is "
                        + now.fileKey() + ")");
            }
            checkSize(now.size());
        } catch (IllegalStateException e) {
            throw new MapFailure(MapFailure.Kind.CLOSED_BY_OTHERS, name + ": is closed");
        } catch (IOException e) {
            throw new MapFailure(MapFailure.Kind.CLOSED_BY_OTHERS,
                    name + ": descriptor was closed by somebody else: " + e);
        }
    }

    private void checkSize(long now) throws MapFailure {
        if (now < bytes) {
            throw new MapFailure(MapFailure.Kind.TRUNCATED,
                    name + ": was cut by somebody else: " + bytes + " bytes when opened, " + now + " now");
        }
    }

    /**
     * Maps a part.
     *
     * @param offset a multiple of the page size
     * @param length a multiple of the page size; offset + length within the file
     * @param alignment of the first byte's address, a power of two
     * @param at the address of the first byte, or 0 for anywhere
     * @return the span
     * @throws MapFailure as {@link #check}, or if the system refuses
     */
    public FileSpan map(long offset, long length, long alignment, long at) throws MapFailure {
        check();
        if (descriptor == null) {
            if (at != 0) {
                throw new MapFailure(MapFailure.Kind.UNAVAILABLE,
                        name + ": mapping at a chosen address needs the system's calls");
            }
            return mapByChannel(offset, length);
        }
        return using(fd -> FileSpan.map(name, fd, offset, length, alignment, at));
    }

    /** A channel is closed by an interrupt of its user; so each mapping opens its own, and an interrupt waits outside. */
    private FileSpan mapByChannel(long offset, long length) throws MapFailure {
        boolean interrupted = Thread.interrupted();
        try (FileChannel channel = openChannel(path)) {
            return FileSpan.map(name, channel, offset, length);
        } catch (IOException e) {
            throw new MapFailure(MapFailure.Kind.REFUSED, "cannot open " + path + ": " + e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * What is done with the descriptor.
     *
     * @param <T> of what comes of it
     */
    @FunctionalInterface
    public interface Use<T> {
        /**
         * Does it.
         *
         * @param fd open for as long as this takes
         * @return the outcome
         * @throws MapFailure if it does not work
         */
        T with(int fd) throws MapFailure;
    }

    /**
     * Does something with the descriptor, which stays open meanwhile.
     *
     * @param use what
     * @param <T> of what it returns
     * @return what it returned
     * @throws MapFailure what it threw; UNAVAILABLE if this file has no descriptor; CLOSED_BY_OTHERS if it is closed
     */
    @SuppressWarnings("unchecked")
    public <T> T using(Use<T> use) throws MapFailure {
        if (descriptor == null) {
            throw new MapFailure(MapFailure.Kind.UNAVAILABLE, name + ": needs the system's calls");
        }
        Object[] made = new Object[1];
        MapFailure[] failure = new MapFailure[1];
        try {
            descriptor.use(fd -> {
                try {
                    made[0] = use.with(fd);
                } catch (MapFailure e) {
                    failure[0] = e;
                }
                return 0;
            });
        } catch (IllegalStateException e) {
            throw new MapFailure(MapFailure.Kind.CLOSED_BY_OTHERS, name + ": is closed");
        }
        if (failure[0] != null) {
            throw failure[0];
        }
        return (T) made[0];
    }

    /**
     * What errors call it.
     *
     * @return the name or the path
     */
    public String name() {
        return name;
    }

    /**
     * Where another process of the same user finds it while this one has it open.
     *
     * @return a path
     */
    public Path path() {
        return path;
    }

    /**
     * The size when it was opened.
     *
     * @return bytes
     */
    public long bytes() {
        return bytes;
    }

    /**
     * Whether nobody can cut it.
     *
     * @return true for memory files sealed against shrinking
     */
    public boolean isSealed() {
        return sealed;
    }

    /**
     * Whether it is used through the system's calls.
     *
     * @return false if through a channel
     */
    public boolean hasDescriptor() {
        return descriptor != null;
    }

    /** Closes it; what is mapped stays mapped. Closing twice does nothing. */
    @Override
    public void close() {
        if (descriptor == null || closed) {
            closed = true;
            return;
        }
        try {
            check();
        } catch (MapFailure e) {
            if (e.kind() == MapFailure.Kind.CLOSED_BY_OTHERS) {
                closed = true; // the number is not ours any more: closing it would close a stranger's file
                return;
            }
        }
        closed = true;
        descriptor.close();
    }
}
