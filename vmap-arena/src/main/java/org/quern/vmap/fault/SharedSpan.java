package org.quern.vmap.fault;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Cleaner;

import org.quern.kapi.KernelException;
import org.quern.kapi.linux.Memfd;
import org.quern.kapi.linux.Mman;
import org.quern.kapi.linux.Unistd;
import org.quern.kapi.raw.ScopedMemory;

/**
 * A memory file mapped twice: one mapping to be registered, one for Java to read and write the same bytes, which faults as
 * ordinary memory does. Both are unmapped when this object is unreachable, never before.
 */
public final class SharedSpan {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final int ACCESS = Mman.PROT_READ | Mman.PROT_WRITE;

    private final long registered;
    private final long second;
    private final long bytes;

    /**
     * Maps.
     *
     * @param bytes a multiple of the page size
     * @throws KernelException if the system has no room
     */
    public SharedSpan(long bytes) {
        this.bytes = bytes;
        int fd = Memfd.create("quern-userfault", Memfd.MFD_CLOEXEC);
        long first = 0;
        long other = 0;
        try {
            Memfd.truncate(fd, bytes);
            first = Mman.mmap(0, bytes, ACCESS, Mman.MAP_SHARED, fd, 0);
            other = Mman.mmap(0, bytes, ACCESS, Mman.MAP_SHARED, fd, 0);
        } finally {
            Unistd.close(fd);
            if (first != 0 && other == 0) {
                // Safe because nobody else knows of it yet.
                Mman.munmap(first, bytes);
            }
        }
        this.registered = first;
        this.second = other;
        CLEANER.register(this, new Unmap(first, other, bytes));
    }

    /**
     * Where the mapping to be registered begins.
     *
     * @return an address
     */
    public long base() {
        return registered;
    }

    /**
     * The other mapping.
     *
     * @param scope the life of the segment
     * @return all bytes
     */
    public MemorySegment second(Arena scope) {
        // Safe because it stays mapped while this object is reachable, which the scope sees to.
        return ScopedMemory.of(second, bytes, scope, this);
    }

    private record Unmap(long first, long other, long bytes) implements Runnable {
        @Override
        public void run() {
            // Safe because the span is unreachable: no segment over it is alive.
            Mman.munmap(first, bytes);
            Mman.munmap(other, bytes);
        }
    }
}
