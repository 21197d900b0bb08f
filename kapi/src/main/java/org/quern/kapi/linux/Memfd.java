package org.quern.kapi.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.charset.StandardCharsets;

import org.quern.kapi.Availability;
import org.quern.kapi.CType;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Constants;
import org.quern.kapi.Errno;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.bind.NativeCall;

import static org.quern.kapi.Errno.EBADF;
import static org.quern.kapi.Errno.EFAULT;
import static org.quern.kapi.Errno.EFBIG;
import static org.quern.kapi.Errno.EINTR;
import static org.quern.kapi.Errno.EINVAL;
import static org.quern.kapi.Errno.EIO;
import static org.quern.kapi.Errno.EMFILE;
import static org.quern.kapi.Errno.ENFILE;
import static org.quern.kapi.Errno.ENOMEM;
import static org.quern.kapi.Errno.ENOSPC;
import static org.quern.kapi.Errno.EPERM;

/** Files that live in memory: memfd_create(2) and ftruncate(2). Thread-safe. */
public final class Memfd {
    /** Close on exec. */
    public static final int MFD_CLOEXEC = 0x1;
    /** Allow seals to be added. */
    public static final int MFD_ALLOW_SEALING = 0x2;
    /** Backed by huge pages. */
    public static final int MFD_HUGETLB = 0x4;
    /** Not executable, and sealed so. */
    public static final int MFD_NOEXEC_SEAL = 0x8;
    /** Executable. */
    public static final int MFD_EXEC = 0x10;
    /** The longest name, in bytes of UTF-8. */
    public static final int NAME_MAX = 249;

    private static final Constants FLAGS = Constants.none().and("MFD_CLOEXEC", MFD_CLOEXEC)
            .and("MFD_ALLOW_SEALING", MFD_ALLOW_SEALING).and("MFD_HUGETLB", MFD_HUGETLB)
            .and("MFD_NOEXEC_SEAL", MFD_NOEXEC_SEAL).and("MFD_EXEC", MFD_EXEC);

    /** memfd_create(2). */
    public static final CallSpec MEMFD_CREATE = CallSpec
            .call("memfd_create", "Linux 3.17", "Create an anonymous file that lives in memory.")
            .param(Param.memory("name").says("text for diagnosis, at most 249 bytes; need not be unique, may be empty"))
            .param(Param.flags("flags", CType.UNSIGNED_INT, FLAGS).must(new org.quern.kapi.Constraint.Custom(
                    f -> (f & (MFD_EXEC | MFD_NOEXEC_SEAL)) != (MFD_EXEC | MFD_NOEXEC_SEAL),
                    "without MFD_EXEC and MFD_NOEXEC_SEAL together")).says("kind of file"))
            .error(EINVAL, "the name is longer than 249 bytes, or this kernel does not know a flag")
            .error(EFAULT, "name is not readable memory")
            .error(EMFILE, "the process has its limit of descriptors open")
            .error(ENFILE, "the system has its limit of files open")
            .error(ENOMEM, "no memory for the file")
            .error(EPERM, "huge pages without the privilege, or the system forbids executable memory files")
            .effect("The file has size 0; an access beyond the size is a SIGBUS.")
            .returning(Result.fd());

    /** ftruncate(2). */
    public static final CallSpec FTRUNCATE = CallSpec.call("ftruncate", "Linux 1.0", "Set the size of a file.")
            .param(Param.fd("fd").says("open for writing")).param(Param.offset("length").says("the new size in bytes"))
            .error(EBADF, "fd is not open")
            .error(EINVAL, "fd is not open for writing, or is not a regular file")
            .error(EPERM, "the file is sealed against this change")
            .error(EFBIG, "the size is larger than the file system allows")
            .error(EINTR, "a signal arrived").error(EIO, "input or output failed")
            .error(ENOSPC, "the file system is full")
            .effect("Growing leaves a hole that reads as zeros; shrinking discards pages, also from mappings.")
            .returning(Result.zero());

    private static final NativeCall MEMFD_CREATE_CALL = NativeCall.bind(MethodHandles.lookup(), MEMFD_CREATE);
    private static final MethodHandle MEMFD_CREATE_HANDLE = MEMFD_CREATE_CALL.handle();
    private static final NativeCall FTRUNCATE_CALL = NativeCall.bind(MethodHandles.lookup(), FTRUNCATE);
    private static final MethodHandle FTRUNCATE_HANDLE = FTRUNCATE_CALL.handle();

    private Memfd() {}

    /**
     * Whether these calls can be made here.
     *
     * @return the verdict
     */
    public static Availability availability() {
        return MEMFD_CREATE_CALL.availability();
    }

    /**
     * Creates a memory file; see {@link #MEMFD_CREATE}.
     *
     * @param name text for diagnosis, at most {@value #NAME_MAX} bytes of UTF-8
     * @param flags {@code MFD_} bits
     * @return a new descriptor; the caller closes it
     * @throws SpecViolationException if the name is too long, holds a NUL, or a flag is unknown
     * @throws org.quern.kapi.KernelException if the kernel refuses
     */
    public static int create(String name, int flags) {
        if (name.getBytes(StandardCharsets.UTF_8).length > NAME_MAX || name.indexOf('\0') >= 0) {
            throw new SpecViolationException(
                    "memfd_create: name='" + name + "' must be at most " + NAME_MAX + " bytes of UTF-8 without NUL");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(name);
            long result = (long) MEMFD_CREATE_HANDLE.invokeExact(text, flags);
            if (Errno.isError(result)) {
                throw MEMFD_CREATE_CALL.failure(result, text, flags);
            }
            return (int) result;
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * Sets the size of a file; see {@link #FTRUNCATE}. May block on a file system.
     *
     * @param fd open for writing
     * @param length the new size in bytes, 0 or more
     * @throws SpecViolationException if the length is negative
     * @throws org.quern.kapi.KernelException if the kernel refuses
     */
    public static void truncate(int fd, long length) {
        try {
            long result = (long) FTRUNCATE_HANDLE.invokeExact(fd, length);
            if (Errno.isError(result)) {
                throw FTRUNCATE_CALL.failure(result, fd, length);
            }
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }
}
