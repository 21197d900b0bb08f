package org.quern.kapi.linux;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

import org.quern.kapi.Availability;
import org.quern.kapi.CType;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Constants;
import org.quern.kapi.Constraint;
import org.quern.kapi.Errno;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.bind.NativeCall;

import static org.quern.kapi.Errno.EACCES;
import static org.quern.kapi.Errno.EAGAIN;
import static org.quern.kapi.Errno.EBADF;
import static org.quern.kapi.Errno.EBUSY;
import static org.quern.kapi.Errno.EEXIST;
import static org.quern.kapi.Errno.EFAULT;
import static org.quern.kapi.Errno.EHWPOISON;
import static org.quern.kapi.Errno.EINVAL;
import static org.quern.kapi.Errno.EIO;
import static org.quern.kapi.Errno.ENFILE;
import static org.quern.kapi.Errno.ENODEV;
import static org.quern.kapi.Errno.ENOMEM;
import static org.quern.kapi.Errno.EOPNOTSUPP;
import static org.quern.kapi.Errno.EOVERFLOW;
import static org.quern.kapi.Errno.EPERM;
import static org.quern.kapi.Relation.Kind.SUM_DOES_NOT_WRAP;

/**
 * sys/mman.h: mappings of the address space. Thread-safe; nothing here allocates on success.
 *
 * <p>
 * Addresses are numbers: unmapping memory that some thread still reads kills the process, so these calls belong under a
 * layer that owns the range, such as the arena of {@code org.quern.vmap}.
 */
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

    private static final Constants PROT = Constants.none().and("PROT_NONE", PROT_NONE).and("PROT_READ", PROT_READ)
            .and("PROT_WRITE", PROT_WRITE).and("PROT_EXEC", PROT_EXEC);
    private static final Constants MAP = Constants.none().and("MAP_SHARED_VALIDATE", MAP_SHARED_VALIDATE)
            .and("MAP_SHARED", MAP_SHARED).and("MAP_PRIVATE", MAP_PRIVATE).and("MAP_FIXED", MAP_FIXED)
            .and("MAP_ANONYMOUS", MAP_ANONYMOUS).and("MAP_LOCKED", MAP_LOCKED).and("MAP_NORESERVE", MAP_NORESERVE)
            .and("MAP_POPULATE", MAP_POPULATE).and("MAP_HUGETLB", MAP_HUGETLB)
            .and("MAP_FIXED_NOREPLACE", MAP_FIXED_NOREPLACE);
    private static final Constants MADV = Constants.none().and("MADV_NORMAL", MADV_NORMAL)
            .and("MADV_DONTNEED", MADV_DONTNEED).and("MADV_FREE", MADV_FREE).and("MADV_REMOVE", MADV_REMOVE)
            .and("MADV_DONTFORK", MADV_DONTFORK).and("MADV_HUGEPAGE", MADV_HUGEPAGE)
            .and("MADV_NOHUGEPAGE", MADV_NOHUGEPAGE).and("MADV_COLD", MADV_COLD).and("MADV_PAGEOUT", MADV_PAGEOUT)
            .and("MADV_POPULATE_READ", MADV_POPULATE_READ).and("MADV_POPULATE_WRITE", MADV_POPULATE_WRITE)
            .and("MADV_DONTNEED_LOCKED", MADV_DONTNEED_LOCKED).and("MADV_COLLAPSE", MADV_COLLAPSE)
            .and("MADV_GUARD_INSTALL", MADV_GUARD_INSTALL).and("MADV_GUARD_REMOVE", MADV_GUARD_REMOVE);

    private static final Constraint WHOLE_PAGES = new Constraint.PageMultiple();
    private static final Constraint NOT_ZERO = new Constraint.NonZero();
    private static final Constraint ONE_SHARING = new Constraint.Custom(f -> (f & MAP_SHARED_VALIDATE) != 0,
            "with one of MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE");

    /** mmap(2). */
    public static final CallSpec MMAP = CallSpec
            .call("mmap", "Linux 1.0", "Map a file or fresh memory into the address space.")
            .param(Param.address("addr").says("a hint, or with MAP_FIXED the place itself; 0 lets the kernel choose"))
            .param(Param.size("length").must(NOT_ZERO).says("bytes, rounded up to pages"))
            .param(Param.flags("prot", CType.INT, PROT).says("access"))
            .param(Param.flags("flags", CType.INT, MAP).must(ONE_SHARING).says("sharing kind and options"))
            .param(Param.number("fd", CType.INT).must(new Constraint.Range(-1, Integer.MAX_VALUE))
                    .says("the file, -1 for anonymous memory"))
            .param(Param.offset("offset").must(WHOLE_PAGES).says("where in the file"))
            .relation(SUM_DOES_NOT_WRAP, "addr", "length")
            .error(EINVAL, "the fixed address is not a multiple of the page size",
                    a -> (a.number("addr") & (Unistd.pageSize() - 1)) != 0)
            .error(EINVAL, "the file cannot be mapped like this")
            .error(EBADF, "fd is not open", a -> (a.number("flags") & MAP_ANONYMOUS) == 0)
            .error(ENOMEM, "no room in the address space, or a limit on it (RLIMIT_AS, RLIMIT_DATA, overcommit)")
            .error(ENOMEM, "the process has its limit of mappings (vm.max_map_count)")
            .error(EEXIST, "something is mapped there already",
                    a -> (a.number("flags") & MAP_FIXED_NOREPLACE) != 0)
            .error(EACCES, "the file is not open for this kind of access",
                    a -> (a.number("flags") & MAP_ANONYMOUS) == 0)
            .error(ENODEV, "this kind of file cannot be mapped", a -> (a.number("flags") & MAP_ANONYMOUS) == 0)
            .error(EPERM, "executable mapping of a file that forbids it, a seal, or huge pages without the privilege")
            .error(EPERM, "the fixed address is below the lowest one allowed (vm.mmap_min_addr)")
            .error(EAGAIN, "more locked memory than allowed").error(ENFILE, "the system has its limit of files open")
            .error(EOVERFLOW, "offset and length exceed what a file can have")
            .error(EOPNOTSUPP, "a flag that MAP_SHARED_VALIDATE does not know")
            .effect("MAP_FIXED silently replaces what was mapped there; prefer MAP_FIXED_NOREPLACE.")
            .effect("The kernel ignores unknown protection bits and, without MAP_SHARED_VALIDATE, unknown flags.")
            .returning(Result.address());

    // snippet: munmap
    /** munmap(2). */
    public static final CallSpec MUNMAP = CallSpec.call("munmap", "Linux 1.0", "Remove mappings from a range.")
            .param(Param.address("addr").must(WHOLE_PAGES).says("where the range begins"))
            .param(Param.size("length").must(NOT_ZERO).says("bytes, rounded up to pages"))
            .relation(SUM_DOES_NOT_WRAP, "addr", "length")
            .error(EINVAL, "the range leaves the address space, or the mapping may not be split")
            .error(ENOMEM, "splitting would exceed the limit of mappings")
            .effect("Holes in the range are fine. Later accesses are SIGSEGV.")
            .returning(Result.zero());
    // end: munmap

    /** mprotect(2). */
    public static final CallSpec MPROTECT = CallSpec.call("mprotect", "Linux 1.0", "Change the protection of a range.")
            .param(Param.address("addr").must(WHOLE_PAGES).says("where the range begins"))
            .param(Param.size("length").says("bytes, rounded up to pages; 0 succeeds without effect"))
            .param(Param.flags("prot", CType.INT, PROT).says("the new access"))
            .relation(SUM_DOES_NOT_WRAP, "addr", "length")
            .error(EINVAL, "the range cannot have this protection")
            .error(ENOMEM, "part of the range is not mapped")
            .error(ENOMEM, "splitting would exceed the limit of mappings")
            .error(EACCES, "more access than the file was opened for")
            .effect("Not atomic: pages before a gap are changed, pages after it are not.")
            .returning(Result.zero());

    /** madvise(2). */
    public static final CallSpec MADVISE = CallSpec.call("madvise", "Linux 2.4", "Say how a range will be used.")
            .param(Param.address("addr").must(WHOLE_PAGES).says("where the range begins"))
            .param(Param.size("length").says("bytes, rounded up to pages; 0 succeeds without effect"))
            .param(Param.choice("advice", CType.INT, MADV).says("what is advised"))
            .relation(SUM_DOES_NOT_WRAP, "addr", "length")
            .error(EINVAL, "this kernel does not know the advice, or the mapping does not allow it (locked, shared)")
            .error(ENOMEM, "part of the range is not mapped; everything else is done, also behind the gap")
            .error(EACCES, "MADV_REMOVE on a mapping that is not shared and writable",
                    a -> a.number("advice") == MADV_REMOVE)
            .error(EFAULT, "populating beyond the end of the file")
            .error(EAGAIN, "a resource is short for now").error(EBUSY, "a page is in use")
            .error(EIO, "paging in failed")
            .error(EBADF, "the mapping has no file").error(EPERM, "not permitted")
            .error(EHWPOISON, "populating met a page with a hardware error")
            .effect("MADV_DONTNEED drops the content at once: anonymous memory reads as zeros afterwards.")
            .returning(Result.zero());

    private static final NativeCall MMAP_CALL = NativeCall.bind(MethodHandles.lookup(), MMAP);
    private static final MethodHandle MMAP_HANDLE = MMAP_CALL.handle();
    private static final NativeCall MUNMAP_CALL = NativeCall.bind(MethodHandles.lookup(), MUNMAP);
    private static final MethodHandle MUNMAP_HANDLE = MUNMAP_CALL.handle();
    private static final NativeCall MPROTECT_CALL = NativeCall.bind(MethodHandles.lookup(), MPROTECT);
    private static final MethodHandle MPROTECT_HANDLE = MPROTECT_CALL.handle();
    private static final NativeCall MADVISE_CALL = NativeCall.bind(MethodHandles.lookup(), MADVISE);
    private static final MethodHandle MADVISE_HANDLE = MADVISE_CALL.handle();

    private Mman() {}

    /**
     * Whether these calls can be made here.
     *
     * @return the verdict
     */
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
        try {
            long result = (long) MUNMAP_HANDLE.invokeExact(addr, length);
            if (Errno.isError(result)) {
                throw MUNMAP_CALL.failure(result, addr, length);
            }
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
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
        try {
            long result = (long) MPROTECT_HANDLE.invokeExact(addr, length, prot);
            if (Errno.isError(result)) {
                throw MPROTECT_CALL.failure(result, addr, length, prot);
            }
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
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
    public static int tryMadvise(long addr, long length, int advice) {
        try {
            return (int) (long) MADVISE_HANDLE.invokeExact(addr, length, advice);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }
}
