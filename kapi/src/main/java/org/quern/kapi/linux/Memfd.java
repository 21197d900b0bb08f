package org.quern.kapi.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.nio.charset.StandardCharsets;

import org.quern.kapi.Availability;
import org.quern.kapi.CType;
import org.quern.kapi.CallSpec;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.Capability;
import org.quern.kapi.Constants;
import org.quern.kapi.Constraint;
import org.quern.kapi.Effect;
import org.quern.kapi.KernelException;
import org.quern.kapi.Linkage;
import org.quern.kapi.Operation;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.bind.NativeCall;

import static org.quern.kapi.Errno.EACCES;
import static org.quern.kapi.Errno.EFAULT;
import static org.quern.kapi.Errno.EFBIG;
import static org.quern.kapi.Errno.EINVAL;
import static org.quern.kapi.Errno.EIO;
import static org.quern.kapi.Errno.ENOMEM;
import static org.quern.kapi.Errno.ENOSPC;
import static org.quern.kapi.Errno.EPERM;

/** Files that live in memory: memfd_create(2) and ftruncate(2). Thread-safe. */
@Operation(threads = Operation.Threads.ANY, errors = {KernelException.class, SpecViolationException.class,
        CallUnavailableException.class})
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
            .via(Linkage.syscall(319, 279))
            .param(Param.text("name", NAME_MAX).says("text for diagnosis; need not be unique, may be empty"))
            .param(Param.flags("flags", CType.UNSIGNED_INT, FLAGS).must(new Constraint.Custom(
                    f -> (f & (MFD_EXEC | MFD_NOEXEC_SEAL)) != (MFD_EXEC | MFD_NOEXEC_SEAL),
                    "without MFD_EXEC and MFD_NOEXEC_SEAL together")).says("kind of file"))
            .error(EINVAL, "the name is longer than 249 bytes").provoke("memfd_create-long-name")
            .error(EINVAL, "this kernel does not know a flag").provoke("memfd_create-unknown")
            .error(EINVAL, "MFD_EXEC and MFD_NOEXEC_SEAL together").provoke("memfd_create-both")
            .error(EFAULT, "name is not readable memory").provoke("memfd_create-bad-name")
            .error(ENOMEM, "no memory for the file").untested("the machine would have to be out of memory")
            .error(EPERM, "unprivileged and huge pages", a -> (a.number("flags") & MFD_HUGETLB) != 0)
            .untested("this kernel lets every user have them; the reservation fails instead")
            .error(EACCES, "the system forbids executable memory files (vm.memfd_noexec is 2)")
            .untested("would change a setting of the whole machine")
            .with(Fragments.opensDescriptor("memfd_create")).with(Fragments.mayBeMissing())
            .capability(Capability.of("CAP_IPC_LOCK", 14, Capability.Action.GRANT_PERMISSION,
                    "huge pages in memory files, on kernels that ask", "EPERM"))
            .transition("descriptor", "free", "open").provoke("memfd_create-opens")
            .note("The file has size 0; an access beyond the size is a SIGBUS.")
            .returning(Result.fd());

    /** ftruncate(2). */
    public static final CallSpec FTRUNCATE = CallSpec.call("ftruncate", "Linux 1.0", "Set the size of a file.")
            .param(Param.fd("fd").says("open for writing")).param(Param.offset("length").says("the new size in bytes"))
            .with(Fragments.needsOpenDescriptor("ftruncate"))
            .error(EINVAL, "length is negative", a -> a.number("length") < 0).provoke("ftruncate-negative")
            .error(EINVAL, "fd is not open for writing").provoke("ftruncate-read-only")
            .error(EINVAL, "fd is not a regular file").provoke("ftruncate-pipe")
            .error(EPERM, "the file is sealed against this change").provoke("ftruncate-sealed")
            .error(EFBIG, "the size is larger than the file system, or RLIMIT_FSIZE, allows")
            .provoke("ftruncate-too-big")
            .error(EIO, "input or output failed").untested("needs a broken device")
            .error(ENOSPC, "the file system is full").untested("needs a full file system")
            .with(Fragments.anySignalInterrupts())
            .effect(Effect.on("file", "growing leaves a hole that reads as zeros; shrinking discards pages, also from "
                    + "mappings, where an access is then a SIGBUS", Effect.Bit.FILESYSTEM, Effect.Bit.FREE_MEMORY))
            .transition("file", "old size", "new size").provoke("ftruncate-resizes")
            .note("Very large sparse sizes are accepted.")
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
    @Operation(threads = Operation.Threads.ANY)
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
            int result = tryCreate(text, flags);
            if (result < 0) {
                throw MEMFD_CREATE_CALL.failure(result, text, flags);
            }
            return result;
        }
    }

    /**
     * As {@link #create}, with failure in band.
     *
     * @param name text, ended by a zero byte
     * @param flags {@code MFD_} bits
     * @return a new descriptor, or -errno
     * @throws SpecViolationException if the name is too long, or a flag is unknown
     */
    @Operation(threads = Operation.Threads.ANY, errors = {SpecViolationException.class, CallUnavailableException.class})
    public static int tryCreate(MemorySegment name, int flags) {
        try {
            return (int) (long) MEMFD_CREATE_HANDLE.invokeExact(name, flags);
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
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {KernelException.class,
            SpecViolationException.class, CallUnavailableException.class})
    public static void truncate(int fd, long length) {
        int result = tryTruncate(fd, length);
        if (result < 0) {
            throw FTRUNCATE_CALL.failure(result, fd, length);
        }
    }

    /**
     * As {@link #truncate}, with failure in band.
     *
     * @param fd open for writing
     * @param length the new size in bytes, 0 or more
     * @return 0, or -errno
     * @throws SpecViolationException if the length is negative
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {
            SpecViolationException.class, CallUnavailableException.class})
    public static int tryTruncate(int fd, long length) {
        try {
            return (int) (long) FTRUNCATE_HANDLE.invokeExact(fd, length);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }
}
