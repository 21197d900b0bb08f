package org.quern.kapi.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

import org.quern.kapi.Availability;
import org.quern.kapi.CallSpec;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.bind.NativeCall;

/**
 * sys/mman.h: mappings of the address space. Thread-safe; nothing here allocates on success.
 *
 * <p>
 * Addresses are numbers: unmapping memory that some thread still reads kills the process, so these calls belong under a
 * layer that owns the range, such as the arena of {@code org.quern.vmap}.
 */
@Operation(threads = Operation.Threads.ANY, errors = {KernelException.class, SpecViolationException.class,
        CallUnavailableException.class})
public final class Mman {
    /** No access. */
    public static final int PROT_NONE = 0;
    /** Readable. */
    public static final int PROT_READ = 1;
    /** Writable. */
    public static final int PROT_WRITE = 2;
    /** Executable. */
    public static final int PROT_EXEC = 4;

    /** Writes are seen by all who map the file. */
    public static final int MAP_SHARED = 0x1;
    /** Writes are private copies. */
    public static final int MAP_PRIVATE = 0x2;
    /** As shared, and unknown flags are refused. */
    public static final int MAP_SHARED_VALIDATE = 0x3;
    /** Exactly at addr, replacing what is there. */
    public static final int MAP_FIXED = 0x10;
    /** Memory without a file. */
    public static final int MAP_ANONYMOUS = 0x20;
    /** Lock the pages. */
    public static final int MAP_LOCKED = 0x2000;
    /** Reserve no swap: pages are accounted when they are touched. */
    public static final int MAP_NORESERVE = 0x4000;
    /** Populate at once. */
    public static final int MAP_POPULATE = 0x8000;
    /** Huge pages. */
    public static final int MAP_HUGETLB = 0x40000;
    /** Exactly at addr, or EEXIST. */
    public static final int MAP_FIXED_NOREPLACE = 0x100000;

    /** No special treatment. */
    public static final int MADV_NORMAL = 0;
    /** Expect accesses in random order. */
    public static final int MADV_RANDOM = 1;
    /** Expect accesses in order. */
    public static final int MADV_SEQUENTIAL = 2;
    /** Needed soon. */
    public static final int MADV_WILLNEED = 3;
    /** Drop the content at once; anonymous memory reads as zeros afterwards. */
    public static final int MADV_DONTNEED = 4;
    /** Drop the content when memory is short. */
    public static final int MADV_FREE = 8;
    /** Punch a hole into the file behind the mapping. */
    public static final int MADV_REMOVE = 9;
    /** A child of fork does not inherit the range. */
    public static final int MADV_DONTFORK = 10;
    /** Prefer huge pages. */
    public static final int MADV_HUGEPAGE = 14;
    /** Avoid huge pages. */
    public static final int MADV_NOHUGEPAGE = 15;
    /** Not needed soon. */
    public static final int MADV_COLD = 20;
    /** Reclaim now. */
    public static final int MADV_PAGEOUT = 21;
    /** Populate readable. */
    public static final int MADV_POPULATE_READ = 22;
    /** Populate writable. */
    public static final int MADV_POPULATE_WRITE = 23;
    /** As MADV_DONTNEED, also on locked pages. */
    public static final int MADV_DONTNEED_LOCKED = 24;
    /** Make huge pages of what is there. */
    public static final int MADV_COLLAPSE = 25;
    /** Turn pages into guards: a touch is a SIGSEGV. Linux 6.13. */
    public static final int MADV_GUARD_INSTALL = 102;
    /** Turn guards back into pages. Linux 6.13. */
    public static final int MADV_GUARD_REMOVE = 103;

    /** mmap(2). */
    public static final CallSpec MMAP = MmanCalls.MMAP;
    /** munmap(2). */
    public static final CallSpec MUNMAP = MmanCalls.MUNMAP;
    /** mprotect(2). */
    public static final CallSpec MPROTECT = MmanCalls.MPROTECT;
    /** madvise(2). */
    public static final CallSpec MADVISE = MmanCalls.MADVISE;
    /** mincore(2). */
    public static final CallSpec MINCORE = MmanCalls.MINCORE;

    private static final NativeCall MMAP_CALL = NativeCall.bind(MethodHandles.lookup(), MMAP);
    private static final MethodHandle MMAP_HANDLE = MMAP_CALL.handle();
    private static final NativeCall MUNMAP_CALL = NativeCall.bind(MethodHandles.lookup(), MUNMAP);
    private static final MethodHandle MUNMAP_HANDLE = MUNMAP_CALL.handle();
    private static final NativeCall MPROTECT_CALL = NativeCall.bind(MethodHandles.lookup(), MPROTECT);
    private static final MethodHandle MPROTECT_HANDLE = MPROTECT_CALL.handle();
    private static final NativeCall MADVISE_CALL = NativeCall.bind(MethodHandles.lookup(), MADVISE);
    private static final MethodHandle MADVISE_HANDLE = MADVISE_CALL.handle();

    private static final NativeCall MINCORE_CALL = NativeCall.bind(MethodHandles.lookup(), MINCORE);
    private static final MethodHandle MINCORE_HANDLE = MINCORE_CALL.handle();

    private Mman() {}

    /**
     * Whether these calls can be made here.
     *
     * @return the verdict
     */
    @Operation(threads = Operation.Threads.ANY)
    public static Availability availability() {
        return MMAP_CALL.availability();
    }

    /**
     * Maps memory or a file; see {@link #MMAP}. May block on a file system.
     *
     * @param addr a hint or, with {@link #MAP_FIXED}, the place; 0 lets the kernel choose
     * @param length bytes, more than 0
     * @param prot {@code PROT_} bits
     * @param flags {@code MAP_} bits, one of the sharing kinds among them
     * @param fd the file, -1 for anonymous memory
     * @param offset where in the file, a multiple of the page size
     * @return the address
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {KernelException.class,
            SpecViolationException.class, CallUnavailableException.class})
    public static long mmap(long addr, long length, int prot, int flags, int fd, long offset) {
        long result = tryMmap(addr, length, prot, flags, fd, offset);
        if (Errno.isError(result)) {
            throw MMAP_CALL.failure(result, addr, length, prot, flags, fd, offset);
        }
        return result;
    }

    /**
     * As {@link #mmap}, with failure in band.
     *
     * @param addr a hint or, with {@link #MAP_FIXED}, the place; 0 lets the kernel choose
     * @param length bytes, more than 0
     * @param prot {@code PROT_} bits
     * @param flags {@code MAP_} bits, one of the sharing kinds among them
     * @param fd the file, -1 for anonymous memory
     * @param offset where in the file, a multiple of the page size
     * @return the address, or -errno
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {
            SpecViolationException.class, CallUnavailableException.class})
    public static long tryMmap(long addr, long length, int prot, int flags, int fd, long offset) {
        try {
            return (long) MMAP_HANDLE.invokeExact(addr, length, prot, flags, fd, offset);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * Removes mappings; see {@link #MUNMAP}. Any later access to the range kills the process.
     *
     * @param addr where the range begins, a multiple of the page size
     * @param length bytes, more than 0
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses
     */
    public static void munmap(long addr, long length) {
        int result = tryMunmap(addr, length);
        if (result < 0) {
            throw MUNMAP_CALL.failure(result, addr, length);
        }
    }

    /**
     * Changes the protection of a range; see {@link #MPROTECT}. An access that the new protection forbids kills the
     * process.
     *
     * @param addr where the range begins, a multiple of the page size
     * @param length bytes, 0 or more
     * @param prot {@code PROT_} bits
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses; pages before a gap are changed all the same
     */
    public static void mprotect(long addr, long length, int prot) {
        int result = tryMprotect(addr, length, prot);
        if (result < 0) {
            throw MPROTECT_CALL.failure(result, addr, length, prot);
        }
    }

    /**
     * Says how a range will be used; see {@link #MADVISE}. Populating may block.
     *
     * @param addr where the range begins, a multiple of the page size
     * @param length bytes, 0 or more
     * @param advice one of the {@code MADV_} constants
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {KernelException.class,
            SpecViolationException.class, CallUnavailableException.class})
    public static void madvise(long addr, long length, int advice) {
        int result = tryMadvise(addr, length, advice);
        if (result < 0) {
            throw MADVISE_CALL.failure(result, addr, length, advice);
        }
    }

    /**
     * As {@link #madvise}, with failure in band.
     *
     * @param addr where the range begins, a multiple of the page size
     * @param length bytes, 0 or more
     * @param advice one of the {@code MADV_} constants
     * @return 0, or -errno
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {
            SpecViolationException.class, CallUnavailableException.class})
    public static int tryMadvise(long addr, long length, int advice) {
        try {
            return (int) (long) MADVISE_HANDLE.invokeExact(addr, length, advice);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * As {@link #munmap}, with failure in band.
     *
     * @param addr where the range begins, a multiple of the page size
     * @param length bytes, more than 0
     * @return 0, or -errno
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     */
    @Operation(threads = Operation.Threads.ANY, errors = {SpecViolationException.class, CallUnavailableException.class})
    public static int tryMunmap(long addr, long length) {
        try {
            return (int) (long) MUNMAP_HANDLE.invokeExact(addr, length);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * As {@link #mprotect}, with failure in band.
     *
     * @param addr where the range begins, a multiple of the page size
     * @param length bytes, 0 or more
     * @param prot {@code PROT_} bits
     * @return 0, or -errno; pages before a gap are changed all the same
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     */
    @Operation(threads = Operation.Threads.ANY, errors = {SpecViolationException.class, CallUnavailableException.class})
    public static int tryMprotect(long addr, long length, int prot) {
        try {
            return (int) (long) MPROTECT_HANDLE.invokeExact(addr, length, prot);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * Asks which pages are resident; see {@link #MINCORE}. Does not block.
     *
     * @param addr where the range begins, a multiple of the page size
     * @param length bytes, 0 or more
     * @param vec off-heap, receives a byte for each page; bit 0 is set if it is resident
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if part of the range is not mapped
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {KernelException.class,
            SpecViolationException.class, CallUnavailableException.class})
    public static void mincore(long addr, long length, MemorySegment vec) {
        int result = tryMincore(addr, length, vec);
        if (result < 0) {
            throw MINCORE_CALL.failure(result, addr, length, vec);
        }
    }

    /**
     * As {@link #mincore}, with failure in band.
     *
     * @param addr where the range begins, a multiple of the page size
     * @param length bytes, 0 or more
     * @param vec off-heap, receives a byte for each page
     * @return 0, or -errno
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {SpecViolationException.class,
            CallUnavailableException.class})
    public static int tryMincore(long addr, long length, MemorySegment vec) {
        try {
            return (int) (long) MINCORE_HANDLE.invokeExact(addr, length, vec);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }
}
