package org.quern.xarray.image;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.linux.Descriptor;
import org.quern.kapi.linux.Fcntl;
import org.quern.kapi.linux.Memfd;
import org.quern.xarray.entry.Geometry;

/**
 * Bytes that nobody can change or cut any more, in this process or another: a memory file (memfd_create(2)) that is filled, then sealed against shrinking, growing, writing
 * and further seals (F_ADD_SEALS, fcntl(2)), and only then mapped, readable. Where there are no memory files it is memory of the process, which no other can have.
 *
 * <p>The descriptor stays open until {@link #close}, so that others find the file; the mapping until this is unreachable.
 */
public final class SealedMemory implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final int SEALS = Fcntl.F_SEAL_SHRINK | Fcntl.F_SEAL_GROW | Fcntl.F_SEAL_WRITE
            | Fcntl.F_SEAL_SEAL;
    private static final int NEEDED = Fcntl.F_SEAL_SHRINK | Fcntl.F_SEAL_WRITE;

    private final MemorySegment segment;
    private final @Nullable Descriptor descriptor;

    /** What fills the memory. */
    @FunctionalInterface
    public interface Source {
        /**
         * Writes what there is to write; the rest is 0.
         *
         * @param sink takes it
         * @throws IOException if that fails
         */
        void writeTo(ImageWriter.Sink sink) throws IOException;
    }

    private SealedMemory(MemorySegment segment, @Nullable Descriptor descriptor) {
        this.segment = segment;
        this.descriptor = descriptor;
        if (descriptor != null) {
            CLEANER.register(this, descriptor::close);
        }
    }

    /**
     * Fills new memory and seals it.
     *
     * @param name for diagnosis, at most 249 bytes
     * @param length bytes, 1 or more
     * @param source what to put there
     * @return the memory
     * @throws IOException what the source throws, or if the system refuses
     * @throws KernelException if the system refuses
     * @throws IllegalArgumentException if the name is too long
     */
    public static SealedMemory filled(String name, long length, Source source) throws IOException {
        if (!Memfd.availability().isPresent() || !Fcntl.availability().isPresent()) {
            MemorySegment memory = Arena.ofAuto().allocate(length, Geometry.SLOTS);
            source.writeTo((at, bytes) -> memory.asSlice(at, bytes.byteSize()).copyFrom(bytes));
            return new SealedMemory(memory.asReadOnly(), null);
        }
        Descriptor descriptor = Descriptor.owning(create(name));
        boolean done = false;
        try {
            descriptor.use(fd -> {
                Memfd.truncate(fd, length);
                return 0;
            });
            try (FileChannel channel = channel(descriptor, StandardOpenOption.WRITE)) {
                source.writeTo((at, bytes) -> write(channel, at, bytes.asByteBuffer()));
            }
            descriptor.use(fd -> {
                Fcntl.addSeals(fd, SEALS);
                return 0;
            });
            SealedMemory memory = mapped(descriptor);
            done = true;
            return memory;
        } finally {
            if (!done) {
                descriptor.close();
            }
        }
    }

    /**
     * Opens what another process has sealed.
     *
     * @param path of a file
     * @return the memory, or null if the file is not sealed against shrinking and writing
     * @throws IOException if it cannot be opened or mapped
     */
    public static @Nullable SealedMemory opened(Path path) throws IOException {
        int fd = Fcntl.availability().isPresent()
                ? Fcntl.tryOpen(path.toString(), Fcntl.O_RDONLY | Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK)
                : -1;
        if (fd < 0) {
            return null; // who reads it says why
        }
        Descriptor descriptor = Descriptor.owning(fd);
        SealedMemory memory = null;
        try {
            memory = isSealed(descriptor) ? mapped(descriptor) : null;
            return memory;
        } finally {
            if (memory == null) {
                descriptor.close();
            }
        }
    }

    private static boolean isSealed(Descriptor descriptor) {
        try {
            return (descriptor.use(Fcntl::seals) & NEEDED) == NEEDED;
        } catch (KernelException e) {
            return false; // EINVAL: a file that cannot be sealed
        }
    }

    /** Not executable, where the kernel knows that flag (6.3). */
    private static int create(String name) {
        int flags = Memfd.MFD_CLOEXEC | Memfd.MFD_ALLOW_SEALING;
        try {
            return Memfd.create(name, flags | Memfd.MFD_NOEXEC_SEAL);
        } catch (KernelException e) {
            if (e.errno() != Errno.EINVAL) {
                throw e;
            }
            return Memfd.create(name, flags);
        }
    }

    private static SealedMemory mapped(Descriptor descriptor) throws IOException {
        try (FileChannel channel = channel(descriptor, StandardOpenOption.READ)) {
            return new SealedMemory(
                    channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.ofAuto()), descriptor);
        }
    }

    private static FileChannel channel(Descriptor descriptor, StandardOpenOption how) throws IOException {
        return FileChannel.open(Path.of("/proc/self/fd/" + descriptor.use(fd -> fd)), how);
    }

    /**
     * Writes all of a buffer.
     *
     * @param channel where to
     * @param at position there
     * @param bytes the buffer
     * @throws IOException if that fails
     */
    public static void write(FileChannel channel, long at, ByteBuffer bytes) throws IOException {
        long position = at;
        while (bytes.hasRemaining()) {
            position += channel.write(bytes, position);
        }
    }

    /**
     * The bytes.
     *
     * @return read-only, aligned to 64; mapped while it is reachable
     */
    public MemorySegment segment() {
        return segment;
    }

    /**
     * Where other processes of the user find it until it is closed.
     *
     * @return {@code /proc/PID/fd/N}, or null if they cannot
     */
    public @Nullable Path path() {
        if (descriptor == null) {
            return null;
        }
        try {
            return Path.of("/proc/" + ProcessHandle.current().pid() + "/fd/" + descriptor.use(fd -> fd));
        } catch (IllegalStateException e) {
            return null; // closed
        }
    }

    /** Nobody finds it any more; who has it open or mapped keeps it. Idempotent. */
    @Override
    public void close() {
        if (descriptor != null) {
            descriptor.close();
        }
    }
}
