package org.quern.kapi.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

import org.quern.kapi.Availability;
import org.quern.kapi.CType;
import org.quern.kapi.CallSpec;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.Capability;
import org.quern.kapi.Constants;
import org.quern.kapi.Constraint;
import org.quern.kapi.Effect;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.Linkage;
import org.quern.kapi.Operation;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.bind.NativeCall;

import static org.quern.kapi.Errno.EACCES;
import static org.quern.kapi.Errno.EBADF;
import static org.quern.kapi.Errno.EBUSY;
import static org.quern.kapi.Errno.EEXIST;
import static org.quern.kapi.Errno.EFAULT;
import static org.quern.kapi.Errno.EFBIG;
import static org.quern.kapi.Errno.EINVAL;
import static org.quern.kapi.Errno.EIO;
import static org.quern.kapi.Errno.EISDIR;
import static org.quern.kapi.Errno.ELOOP;
import static org.quern.kapi.Errno.ENAMETOOLONG;
import static org.quern.kapi.Errno.ENODEV;
import static org.quern.kapi.Errno.ENOENT;
import static org.quern.kapi.Errno.ENOSPC;
import static org.quern.kapi.Errno.ENOTDIR;
import static org.quern.kapi.Errno.ENXIO;
import static org.quern.kapi.Errno.EOPNOTSUPP;
import static org.quern.kapi.Errno.EPERM;
import static org.quern.kapi.Errno.EROFS;
import static org.quern.kapi.Errno.ESPIPE;
import static org.quern.kapi.Errno.ETXTBSY;

/**
 * fcntl.h: opening files, allocating their space, sealing memory files. Thread-safe. Opening may block on a file system.
 *
 * <p>
 * A seal is for good: nobody who maps a file that is sealed against shrinking can be hit by SIGBUS because a peer cut it.
 */
@Operation(threads = Operation.Threads.ANY, errors = {KernelException.class, SpecViolationException.class,
        CallUnavailableException.class})
public final class Fcntl {
    /** Open for reading. */
    public static final int O_RDONLY = 0;
    /** Open for writing. */
    public static final int O_WRONLY = 1;
    /** Open for both. */
    public static final int O_RDWR = 2;
    /** Create the file if it is not there. */
    public static final int O_CREAT = 0x40;
    /** With {@link #O_CREAT}: fail if it is there. */
    public static final int O_EXCL = 0x80;
    /** Do not make a terminal the controlling one. */
    public static final int O_NOCTTY = 0x100;
    /** Cut the file to size 0. */
    public static final int O_TRUNC = 0x200;
    /** Every write goes to the end. */
    public static final int O_APPEND = 0x400;
    /** Never wait for data. */
    public static final int O_NONBLOCK = 0x800;
    /** Close on exec. */
    public static final int O_CLOEXEC = 0x80000;
    /** Paths begin at the working directory. */
    public static final int AT_FDCWD = -100;

    /** No more seals. */
    public static final int F_SEAL_SEAL = 0x1;
    /** The file does not shrink. */
    public static final int F_SEAL_SHRINK = 0x2;
    /** The file does not grow. */
    public static final int F_SEAL_GROW = 0x4;
    /** The content does not change. */
    public static final int F_SEAL_WRITE = 0x8;
    /** No new way to change the content; present writable mappings stay. Linux 5.1. */
    public static final int F_SEAL_FUTURE_WRITE = 0x10;
    /** The execute bits do not change. Linux 6.3. */
    public static final int F_SEAL_EXEC = 0x20;

    /** The size stays as it is. */
    public static final int FALLOC_FL_KEEP_SIZE = 0x1;
    /** Give the range back; it reads as zeros. */
    public static final int FALLOC_FL_PUNCH_HOLE = 0x2;
    /** Remove the range and close the gap. */
    public static final int FALLOC_FL_COLLAPSE_RANGE = 0x8;
    /** Make the range read as zeros. */
    public static final int FALLOC_FL_ZERO_RANGE = 0x10;
    /** Open a gap. */
    public static final int FALLOC_FL_INSERT_RANGE = 0x20;
    /** Give the range blocks of its own. */
    public static final int FALLOC_FL_UNSHARE_RANGE = 0x40;

    private static final int F_ADD_SEALS = 1033;
    private static final int F_GET_SEALS = 1034;

    private static final Constants OPEN = Constants.none().and("O_RDONLY", O_RDONLY).and("O_WRONLY", O_WRONLY)
            .and("O_RDWR", O_RDWR).and("O_CREAT", O_CREAT).and("O_EXCL", O_EXCL).and("O_NOCTTY", O_NOCTTY)
            .and("O_TRUNC", O_TRUNC).and("O_APPEND", O_APPEND).and("O_NONBLOCK", O_NONBLOCK)
            .and("O_CLOEXEC", O_CLOEXEC);
    private static final Constants SEALS = Constants.none().and("F_SEAL_SEAL", F_SEAL_SEAL)
            .and("F_SEAL_SHRINK", F_SEAL_SHRINK).and("F_SEAL_GROW", F_SEAL_GROW).and("F_SEAL_WRITE", F_SEAL_WRITE)
            .and("F_SEAL_FUTURE_WRITE", F_SEAL_FUTURE_WRITE).and("F_SEAL_EXEC", F_SEAL_EXEC);
    private static final Constants FALLOC = Constants.none().and("FALLOC_FL_KEEP_SIZE", FALLOC_FL_KEEP_SIZE)
            .and("FALLOC_FL_PUNCH_HOLE", FALLOC_FL_PUNCH_HOLE)
            .and("FALLOC_FL_COLLAPSE_RANGE", FALLOC_FL_COLLAPSE_RANGE)
            .and("FALLOC_FL_ZERO_RANGE", FALLOC_FL_ZERO_RANGE).and("FALLOC_FL_INSERT_RANGE", FALLOC_FL_INSERT_RANGE)
            .and("FALLOC_FL_UNSHARE_RANGE", FALLOC_FL_UNSHARE_RANGE);
    private static final Constraint ONE_ACCESS = new Constraint.Custom(f -> (f & 3) != 3,
            "with one of O_RDONLY, O_WRONLY, O_RDWR");
    private static final Constraint HOLE_KEEPS_SIZE = new Constraint.Custom(
            m -> (m & FALLOC_FL_PUNCH_HOLE) == 0 || (m & FALLOC_FL_KEEP_SIZE) != 0,
            "with FALLOC_FL_KEEP_SIZE wherever it has FALLOC_FL_PUNCH_HOLE");

    /** openat(2); open(2) is this call with {@link #AT_FDCWD}. */
    public static final CallSpec OPENAT = CallSpec.call("openat", "Linux 2.6.16", "Open a file, or create it.")
            .via(Linkage.variadic("openat", 3))
            .param(Param.number("dirfd", CType.INT).must(new Constraint.Range(AT_FDCWD, Integer.MAX_VALUE))
                    .says("where a relative path begins; AT_FDCWD, -100, for the working directory"))
            .param(Param.path("path").says("which file"))
            .param(Param.flags("flags", CType.INT, OPEN).must(ONE_ACCESS).says("access and options"))
            .param(Param.number("mode", CType.UNSIGNED_INT).must(new Constraint.Range(0, 07777))
                    .says("permissions of a file that is created, before the umask"))
            .error(EACCES, "the file, or a directory on the way, may not be used like this").provoke("openat-denied")
            .error(EBADF, "the path is relative and dirfd is not open").provoke("openat-bad-fd")
            .error(EEXIST, "the file is there already", a -> (a.number("flags") & O_EXCL) != 0)
            .provoke("openat-exists")
            .error(EFAULT, "path is not readable memory").provoke("openat-bad-path")
            .error(EINVAL, "the file system does not accept the name or the flags").untested("depends on file system")
            .error(EISDIR, "the file is a directory and would be written").provoke("openat-directory")
            .error(ELOOP, "too many symbolic links on the way").provoke("openat-loop")
            .error(ENAMETOOLONG, "a name, or the path, is too long").provoke("openat-long")
            .error(ENODEV, "there is no device behind the special file").untested("needs a broken device file")
            .error(ENOENT, "there is no such file, or no such directory on the way").provoke("openat-none")
            .error(ENOSPC, "no space for a new file").untested("needs a full file system")
            .error(ENOTDIR, "something on the way is not a directory").provoke("openat-not-directory")
            .error(ENXIO, "nobody reads the pipe, or no driver stands behind the device").provoke("openat-no-reader")
            .error(EOPNOTSUPP, "the file system does not support what is asked").untested("depends on file system")
            .error(EPERM, "the file may only be appended to, or not be changed").untested("needs a file attribute")
            .error(EROFS, "the file system is mounted for reading only")
            .untested("needs a file system that is mounted for reading only")
            .error(ETXTBSY, "the file is a program that runs").provoke("openat-running")
            .with(Fragments.opensDescriptor("openat")).with(Fragments.mayLackKernelMemory())
            .with(Fragments.anySignalInterrupts())
            .effect(Effect.on("file", "created, or cut to size 0", Effect.Bit.FILESYSTEM).when("O_CREAT or O_TRUNC"))
            .capability(Capability.of("CAP_DAC_OVERRIDE", 1, Capability.Action.BYPASS_CHECK,
                    "opening regardless of permissions", "the permissions of the file apply"))
            .transition("descriptor", "free", "open").provoke("openat-opens")
            .example("openat(AT_FDCWD, \"/proc/self/pagemap\", O_RDONLY | O_CLOEXEC, 0)", "the file of PAGEMAP_SCAN")
            .returning(Result.fd());

    /** fallocate(2). */
    public static final CallSpec FALLOCATE = CallSpec
            .call("fallocate", "Linux 2.6.23", "Allocate, give back or zero a range of a file.")
            .param(Param.fd("fd").says("open for writing"))
            .param(Param.flags("mode", CType.INT, FALLOC).must(HOLE_KEEPS_SIZE).says("what is done; 0 allocates"))
            .param(Param.offset("offset").says("where the range begins"))
            .param(Param.offset("length").must(new Constraint.NonZero()).says("bytes"))
            .relation(new org.quern.kapi.Relation.Custom("offset", "length", (o, n) -> o + n >= 0,
                    "offset + length must be at most 2^63-1"))
            .with(Fragments.needsOpenDescriptor("fallocate"))
            .error(EBADF, "fd is not open for writing").provoke("fallocate-read-only")
            .error(EFBIG, "the range ends beyond the largest file, or the process's limit (RLIMIT_FSIZE)")
            .provoke("fallocate-too-big")
            .error(EINVAL, "offset is negative, or length is not positive").provoke("fallocate-empty")
            .error(EINVAL, "the file system does not do this at such a place").untested("depends on file system")
            .error(EIO, "input or output failed").untested("needs a broken device")
            .error(ENODEV, "fd is neither a file nor a directory").provoke("fallocate-device")
            .error(ENOSPC, "the file system, or the allowance of memory, is used up").provoke("fallocate-full")
            .error(EOPNOTSUPP, "the file system does not do this").provoke("fallocate-unsupported")
            .error(EOPNOTSUPP, "the bits of mode contradict each other").provoke("fallocate-unsized-hole")
            .error(EPERM, "the file is sealed against this change").provoke("fallocate-sealed")
            .error(ESPIPE, "fd is a pipe").provoke("fallocate-pipe")
            .error(ETXTBSY, "the file is used for swapping").untested("needs a swap file")
            .with(Fragments.mayBeMissing()).with(Fragments.anySignalInterrupts())
            .effect(Effect.on("file", "blocks allocated, zeroed or given back; also seen through mappings",
                    Effect.Bit.FILESYSTEM, Effect.Bit.ALLOC_MEMORY)
                    .leavesOnError("part of the range may be done"))
            .transition("range of the file", "written", "reads as zeros").provoke("fallocate-punches")
            .returning(Result.zero());

    /** fcntl(2) with F_ADD_SEALS. */
    public static final CallSpec ADD_SEALS = CallSpec
            .call("F_ADD_SEALS", "Linux 3.17", "Forbid kinds of change to a memory file, for good.")
            .via(Linkage.fcntl(F_ADD_SEALS)).param(Param.fd("fd").says("a memory file, open for writing"))
            .param(Param.flags("seals", CType.INT, SEALS).says("what is forbidden, besides what already is"))
            .with(Fragments.needsOpenDescriptor("F_ADD_SEALS"))
            .error(EINVAL, "the file is not one that can be sealed, or a seal is unknown").provoke("F_ADD_SEALS-pipe")
            .error(EPERM, "the seals of the file are final (F_SEAL_SEAL)").provoke("F_ADD_SEALS-final")
            .error(EPERM, "fd is not open for writing").provoke("F_ADD_SEALS-read-only")
            .error(EBUSY, "F_SEAL_WRITE while somebody has a writable shared mapping",
                    a -> (a.number("seals") & F_SEAL_WRITE) != 0)
            .provoke("F_ADD_SEALS-mapped")
            .effect(Effect.on("file", "the seals are added", Effect.Bit.MODIFY_STATE, Effect.Bit.IRREVERSIBLE))
            .transition("file", "may shrink", "sealed against shrinking").provoke("F_ADD_SEALS-seals")
            .note("A file without MFD_ALLOW_SEALING has F_SEAL_SEAL from the start.")
            .returning(Result.zero());

    /** fcntl(2) with F_GET_SEALS. */
    public static final CallSpec GET_SEALS = CallSpec
            .call("F_GET_SEALS", "Linux 3.17", "Ask which kinds of change to a memory file are forbidden.")
            .via(Linkage.fcntl(F_GET_SEALS)).param(Param.fd("fd").says("a memory file"))
            .with(Fragments.needsOpenDescriptor("F_GET_SEALS"))
            .error(EINVAL, "the file is not one that can be sealed").provoke("F_GET_SEALS-pipe")
            .returning(Result.count(CType.INT, "the seals"));

    private static final NativeCall OPENAT_CALL = NativeCall.bind(MethodHandles.lookup(), OPENAT);
    private static final MethodHandle OPENAT_HANDLE = OPENAT_CALL.handle();
    private static final NativeCall FALLOCATE_CALL = NativeCall.bind(MethodHandles.lookup(), FALLOCATE);
    private static final MethodHandle FALLOCATE_HANDLE = FALLOCATE_CALL.handle();
    private static final NativeCall ADD_SEALS_CALL = NativeCall.bind(MethodHandles.lookup(), ADD_SEALS);
    private static final MethodHandle ADD_SEALS_HANDLE = ADD_SEALS_CALL.handle();
    private static final NativeCall GET_SEALS_CALL = NativeCall.bind(MethodHandles.lookup(), GET_SEALS);
    private static final MethodHandle GET_SEALS_HANDLE = GET_SEALS_CALL.handle();

    private Fcntl() {}

    /**
     * Whether these calls can be made here.
     *
     * @return the verdict
     */
    @Operation(threads = Operation.Threads.ANY)
    public static Availability availability() {
        return OPENAT_CALL.availability();
    }

    /**
     * Opens a file; see {@link #OPENAT}.
     *
     * @param path absolute, or relative to the working directory
     * @param flags {@code O_} bits
     * @return a new descriptor; the caller closes it
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses; the message has the path's address only
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {KernelException.class,
            SpecViolationException.class, CallUnavailableException.class})
    public static int open(String path, int flags) {
        int result = tryOpen(path, flags);
        if (result < 0) {
            throw OPENAT_CALL.failure(result, AT_FDCWD, MemorySegment.NULL, flags, 0);
        }
        return result;
    }

    /**
     * As {@link #open}, with failure in band.
     *
     * @param path absolute, or relative to the working directory
     * @param flags {@code O_} bits
     * @return a new descriptor, or -errno
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {
            SpecViolationException.class, CallUnavailableException.class})
    public static int tryOpen(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return tryOpenAt(AT_FDCWD, arena.allocateFrom(path), flags, 0);
        }
    }

    /**
     * Opens or creates a file, with failure in band; see {@link #OPENAT}.
     *
     * @param dirfd where a relative path begins, or {@link #AT_FDCWD}
     * @param path text, ended by a zero byte
     * @param flags {@code O_} bits
     * @param mode permissions of a file that is created
     * @return a new descriptor, or -errno
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {
            SpecViolationException.class, CallUnavailableException.class})
    public static int tryOpenAt(int dirfd, MemorySegment path, int flags, int mode) {
        try {
            return (int) (long) OPENAT_HANDLE.invokeExact(dirfd, path, flags, mode);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * Allocates, gives back or zeroes a range of a file; see {@link #FALLOCATE}. May block on a file system.
     *
     * @param fd open for writing
     * @param mode {@code FALLOC_FL_} bits, 0 to allocate
     * @param offset where the range begins, 0 or more
     * @param length bytes, 1 or more
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses; part of the range may be done
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {KernelException.class,
            SpecViolationException.class, CallUnavailableException.class})
    public static void fallocate(int fd, int mode, long offset, long length) {
        int result = tryFallocate(fd, mode, offset, length);
        if (result < 0) {
            throw FALLOCATE_CALL.failure(result, fd, mode, offset, length);
        }
    }

    /**
     * As {@link #fallocate}, with failure in band.
     *
     * @param fd open for writing
     * @param mode {@code FALLOC_FL_} bits, 0 to allocate
     * @param offset where the range begins, 0 or more
     * @param length bytes, 1 or more
     * @return 0, or -errno
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {
            SpecViolationException.class, CallUnavailableException.class})
    public static int tryFallocate(int fd, int mode, long offset, long length) {
        try {
            return (int) (long) FALLOCATE_HANDLE.invokeExact(fd, mode, offset, length);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * Forbids kinds of change to a memory file, for good; see {@link #ADD_SEALS}.
     *
     * @param fd a memory file, open for writing
     * @param seals {@code F_SEAL_} bits
     * @throws org.quern.kapi.SpecViolationException if a bit is unknown
     * @throws org.quern.kapi.KernelException if the kernel refuses
     */
    public static void addSeals(int fd, int seals) {
        int result = tryAddSeals(fd, seals);
        if (result < 0) {
            throw ADD_SEALS_CALL.failure(result, fd, seals);
        }
    }

    /**
     * As {@link #addSeals}, with failure in band.
     *
     * @param fd a memory file, open for writing
     * @param seals {@code F_SEAL_} bits
     * @return 0, or -errno
     * @throws org.quern.kapi.SpecViolationException if a bit is unknown
     */
    @Operation(threads = Operation.Threads.ANY, errors = {SpecViolationException.class, CallUnavailableException.class})
    public static int tryAddSeals(int fd, int seals) {
        try {
            return (int) (long) ADD_SEALS_HANDLE.invokeExact(fd, seals);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * Which kinds of change are forbidden; see {@link #GET_SEALS}.
     *
     * @param fd a memory file
     * @return {@code F_SEAL_} bits
     * @throws org.quern.kapi.KernelException if the file cannot be sealed
     */
    public static int seals(int fd) {
        try {
            long result = (long) GET_SEALS_HANDLE.invokeExact(fd);
            if (Errno.isError(result)) {
                throw GET_SEALS_CALL.failure(result, fd);
            }
            return (int) result;
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }
}
