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
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.Linkage;
import org.quern.kapi.Operation;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.bind.NativeCall;
import org.quern.kapi.ioctl.IoctlCall;
import org.quern.kapi.ioctl.IoctlCommand;
import org.quern.kapi.struct.NumberField;

import static org.quern.kapi.Errno.EINVAL;
import static org.quern.kapi.Errno.EPERM;

/**
 * linux/userfaultfd.h: page faults handled by the program. One method for each command; structures in
 * {@link UserfaultLayouts}, declarations in {@link UserfaultCommands}. Thread-safe.
 *
 * <p>
 * <strong>Deadlock:</strong> a Java thread that faults in a registered range stands still in Java code, so no safepoint
 * is reached; if what answers the fault is a Java thread of the same JVM, it stops at that safepoint, and the JVM hangs
 * for ever. Touch such memory in native calls only, use modes without a monitor (WP_ASYNC, POISON, SIGBUS), or fill pages
 * in the thread that is about to touch them.
 */
@Operation(threads = Operation.Threads.ANY, errors = {KernelException.class, SpecViolationException.class,
        CallUnavailableException.class})
public final class Userfault {
    /** Faults inside the kernel are not reported; needs no privilege. Linux 5.11. */
    public static final int USER_MODE_ONLY = 1;

    /** Report faults on missing pages. */
    public static final int REGISTER_MISSING = 1;
    /** Report writes to protected pages. */
    public static final int REGISTER_WP = 2;
    /** Report pages that the file has and the page table has not. */
    public static final int REGISTER_MINOR = 4;

    /** Fill without waking. */
    public static final int MODE_DONTWAKE = 1;
    /** Fill write-protected; of COPY and CONTINUE. */
    public static final int MODE_WP = 2;
    /** Holes of src count as moved; of MOVE. */
    public static final int MODE_ALLOW_SRC_HOLES = 2;
    /** Protect; of WRITEPROTECT. */
    public static final int WRITEPROTECT_WP = 1;
    /** Lift the protection without waking; of WRITEPROTECT. */
    public static final int WRITEPROTECT_DONTWAKE = 2;

    /** Write protection of anonymous memory. */
    public static final long FEATURE_PAGEFAULT_FLAG_WP = 1L;
    /** Follow fork. */
    public static final long FEATURE_EVENT_FORK = 1L << 1;
    /** Report mremap. */
    public static final long FEATURE_EVENT_REMAP = 1L << 2;
    /** Report MADV_DONTNEED and MADV_REMOVE. */
    public static final long FEATURE_EVENT_REMOVE = 1L << 3;
    /** Missing faults of hugetlbfs. */
    public static final long FEATURE_MISSING_HUGETLBFS = 1L << 4;
    /** Missing faults of shared memory. */
    public static final long FEATURE_MISSING_SHMEM = 1L << 5;
    /** Report munmap. */
    public static final long FEATURE_EVENT_UNMAP = 1L << 6;
    /** No messages: the access gets SIGBUS. */
    public static final long FEATURE_SIGBUS = 1L << 7;
    /** Messages name the thread. */
    public static final long FEATURE_THREAD_ID = 1L << 8;
    /** Minor faults of hugetlbfs. */
    public static final long FEATURE_MINOR_HUGETLBFS = 1L << 9;
    /** Minor faults of shared memory. */
    public static final long FEATURE_MINOR_SHMEM = 1L << 10;
    /** Messages name the exact address. */
    public static final long FEATURE_EXACT_ADDRESS = 1L << 11;
    /** Write protection of files in memory. */
    public static final long FEATURE_WP_HUGETLBFS_SHMEM = 1L << 12;
    /** Protecting a page that was never touched sticks. */
    public static final long FEATURE_WP_UNPOPULATED = 1L << 13;
    /** UFFDIO_POISON. */
    public static final long FEATURE_POISON = 1L << 14;
    /** The kernel lifts the protection itself; read with {@link PagemapScan}. */
    public static final long FEATURE_WP_ASYNC = 1L << 15;
    /** UFFDIO_MOVE. */
    public static final long FEATURE_MOVE = 1L << 16;

    /** A page fault. */
    public static final int EVENT_PAGEFAULT = 0x12;
    /** A fork. */
    public static final int EVENT_FORK = 0x13;
    /** An mremap. */
    public static final int EVENT_REMAP = 0x14;
    /** A range was emptied. */
    public static final int EVENT_REMOVE = 0x15;
    /** A range was unmapped. */
    public static final int EVENT_UNMAP = 0x16;

    private static final long API_VERSION = 0xaa;
    private static final String DEVICE = "/dev/userfaultfd";

    /** userfaultfd(2). */
    public static final CallSpec USERFAULTFD = CallSpec
            .call("userfaultfd", "Linux 4.3", "Create a descriptor that reports page faults.")
            .via(Linkage.syscall(323, 282))
            .param(Param.flags("flags", CType.INT,
                    Constants.none().and("UFFD_USER_MODE_ONLY", USER_MODE_ONLY).and("O_NONBLOCK", Fcntl.O_NONBLOCK)
                            .and("O_CLOEXEC", Fcntl.O_CLOEXEC))
                    .says("options"))
            .error(EINVAL, "a flag is unknown").provoke("userfaultfd-flags")
            .error(EPERM, "unprivileged, without USER_MODE_ONLY, and vm.unprivileged_userfaultfd is 0",
                    a -> (a.number("flags") & USER_MODE_ONLY) == 0)
            .provoke("userfaultfd-denied")
            .with(Fragments.opensDescriptor("userfaultfd")).with(Fragments.mayLackKernelMemory())
            .with(Fragments.mayBeMissing())
            .capability(Capability.of("CAP_SYS_PTRACE", 19, Capability.Action.GRANT_PERMISSION,
                    "handling faults that happen inside the kernel", "only with USER_MODE_ONLY")
                    .checkedWhen("first, before the flags"))
            .transition("descriptor", "free", "open").provoke("userfaultfd-opens")
            .note("The descriptor belongs to the address space of its creator, whoever uses it later.")
            .note("Before the handshake (UFFDIO_API) every other command, and read, is EINVAL.").returning(Result.fd());

    private static final NativeCall OPEN_CALL = NativeCall.bind(MethodHandles.lookup(), USERFAULTFD);
    private static final MethodHandle OPEN_HANDLE = OPEN_CALL.handle();
    private static final IoctlCall NEW = bind(UserfaultCommands.NEW, UserfaultCommands.USERFAULTFD_IOC_NEW);
    private static final IoctlCall API = bind(UserfaultCommands.API, UserfaultCommands.UFFDIO_API);
    private static final IoctlCall REGISTER = bind(UserfaultCommands.REGISTER, UserfaultCommands.UFFDIO_REGISTER);
    private static final IoctlCall UNREGISTER = bind(UserfaultCommands.UNREGISTER, UserfaultCommands.UFFDIO_UNREGISTER);
    private static final IoctlCall WAKE = bind(UserfaultCommands.WAKE, UserfaultCommands.UFFDIO_WAKE);
    private static final IoctlCall COPY = bind(UserfaultCommands.COPY, UserfaultCommands.UFFDIO_COPY);
    private static final IoctlCall ZEROPAGE = bind(UserfaultCommands.ZEROPAGE, UserfaultCommands.UFFDIO_ZEROPAGE);
    private static final IoctlCall CONTINUE = bind(UserfaultCommands.CONTINUE, UserfaultCommands.UFFDIO_CONTINUE);
    private static final IoctlCall POISON = bind(UserfaultCommands.POISON, UserfaultCommands.UFFDIO_POISON);
    private static final IoctlCall MOVE = bind(UserfaultCommands.MOVE, UserfaultCommands.UFFDIO_MOVE);
    private static final IoctlCall WRITEPROTECT = bind(UserfaultCommands.WRITEPROTECT,
            UserfaultCommands.UFFDIO_WRITEPROTECT);

    private static final NumberField API_API = UserfaultLayouts.UFFDIO_API.number("api");
    private static final NumberField API_FEATURES = UserfaultLayouts.UFFDIO_API.number("features");
    private static final NumberField API_IOCTLS = UserfaultLayouts.UFFDIO_API.number("ioctls");
    private static final NumberField REGISTER_START = UserfaultLayouts.UFFDIO_REGISTER.number("range.start");
    private static final NumberField REGISTER_LEN = UserfaultLayouts.UFFDIO_REGISTER.number("range.len");
    private static final NumberField REGISTER_MODE = UserfaultLayouts.UFFDIO_REGISTER.number("mode");
    private static final NumberField REGISTER_IOCTLS = UserfaultLayouts.UFFDIO_REGISTER.number("ioctls");
    private static final NumberField RANGE_START = UserfaultLayouts.UFFDIO_RANGE.number("start");
    private static final NumberField RANGE_LEN = UserfaultLayouts.UFFDIO_RANGE.number("len");
    private static final NumberField COPY_DST = UserfaultLayouts.UFFDIO_COPY.number("dst");
    private static final NumberField COPY_SRC = UserfaultLayouts.UFFDIO_COPY.number("src");
    private static final NumberField COPY_LEN = UserfaultLayouts.UFFDIO_COPY.number("len");
    private static final NumberField COPY_MODE = UserfaultLayouts.UFFDIO_COPY.number("mode");
    private static final NumberField COPY_RESULT = UserfaultLayouts.UFFDIO_COPY.number("copy");
    private static final NumberField ZERO_MODE = UserfaultLayouts.UFFDIO_ZEROPAGE.number("mode");
    private static final NumberField ZERO_RESULT = UserfaultLayouts.UFFDIO_ZEROPAGE.number("zeropage");

    private Userfault() {}

    private static IoctlCall bind(IoctlCommand command, CallSpec spec) {
        return IoctlCall.bind(MethodHandles.lookup(), command, spec);
    }

    /**
     * What the kernel said to the handshake.
     *
     * @param features all it has, {@code FEATURE_} bits and perhaps unknown ones; not the subset switched on
     * @param ioctls bit n is set if command n works on the descriptor
     */
    public record Api(long features, long ioctls) {}

    /**
     * Whether this process may open a descriptor; asks the kernel by opening one, with
     * {@link #USER_MODE_ONLY}.
     *
     * @return the verdict
     */
    @Operation(threads = Operation.Threads.ANY)
    public static Availability availability() {
        return Probes.descriptor("userfaultfd", OPEN_CALL.availability(),
                () -> tryOpen(USER_MODE_ONLY | Fcntl.O_CLOEXEC));
    }

    /**
     * All features of this kernel that this process can have, by a descriptor opened for the purpose.
     *
     * @return {@code FEATURE_} bits; 0 if there is no descriptor to be had, see {@link #availability}
     */
    @Operation(threads = Operation.Threads.ANY)
    public static long features() {
        int fd = tryOpen(USER_MODE_ONLY | Fcntl.O_CLOEXEC);
        if (fd < 0) {
            return 0;
        }
        try {
            return api(fd, 0).features();
        } finally {
            Unistd.close(fd);
        }
    }

    /**
     * Opens a descriptor; see {@link #USERFAULTFD}.
     *
     * @param flags {@link #USER_MODE_ONLY}, {@code O_CLOEXEC}, {@code O_NONBLOCK}
     * @return a new descriptor; the caller closes it
     * @throws org.quern.kapi.SpecViolationException if a flag is unknown
     * @throws org.quern.kapi.KernelException if the kernel refuses
     */
    public static int open(int flags) {
        int result = tryOpen(flags);
        if (result < 0) {
            throw OPEN_CALL.failure(result, flags);
        }
        return result;
    }

    /**
     * As {@link #open}, with failure in band.
     *
     * @param flags {@link #USER_MODE_ONLY}, {@code O_CLOEXEC}, {@code O_NONBLOCK}
     * @return a new descriptor, or -errno
     * @throws org.quern.kapi.SpecViolationException if a flag is unknown
     */
    @Operation(threads = Operation.Threads.ANY, errors = {SpecViolationException.class, CallUnavailableException.class})
    public static int tryOpen(int flags) {
        try {
            return (int) (long) OPEN_HANDLE.invokeExact(flags);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * Opens a descriptor by the device, with failure in band; see {@link UserfaultCommands#USERFAULTFD_IOC_NEW}.
     *
     * @param flags {@link #USER_MODE_ONLY}, {@code O_CLOEXEC}, {@code O_NONBLOCK}
     * @return a new descriptor, or -errno, also of opening the device
     * @throws org.quern.kapi.SpecViolationException if a flag is unknown
     */
    @Operation(threads = Operation.Threads.ANY, errors = {SpecViolationException.class, CallUnavailableException.class})
    public static int tryOpenByDevice(int flags) {
        int device = Fcntl.tryOpen(DEVICE, Fcntl.O_RDWR | Fcntl.O_CLOEXEC);
        if (device < 0) {
            return device;
        }
        try {
            return (int) NEW.make(device, (long) flags);
        } finally {
            Unistd.close(device);
        }
    }

    /**
     * The handshake; see {@link UserfaultCommands#UFFDIO_API}. Once for each descriptor.
     *
     * @param fd the descriptor
     * @param features {@code FEATURE_} bits to switch on
     * @return what the kernel has
     * @throws org.quern.kapi.KernelException if a feature is unknown, or the handshake was made already
     */
    public static Api api(int fd, long features) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = API.argument(arena);
            API_API.set(argument, API_VERSION);
            API_FEATURES.set(argument, features);
            require(API, API.make(fd, argument), fd, argument);
            return new Api(API_FEATURES.get(argument), API_IOCTLS.get(argument));
        }
    }

    /**
     * Reports faults of a range to the descriptor; see {@link UserfaultCommands#UFFDIO_REGISTER}.
     *
     * @param fd the descriptor
     * @param start where the range begins, a multiple of the page size
     * @param length bytes, more than 0, a multiple of the page size
     * @param modes {@code REGISTER_} bits
     * @return bit n is set if command n works on the range
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses; nothing is registered then
     */
    public static long register(int fd, long start, long length, int modes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = REGISTER.argument(arena);
            REGISTER_START.set(argument, start);
            REGISTER_LEN.set(argument, length);
            REGISTER_MODE.set(argument, modes);
            require(REGISTER, REGISTER.make(fd, argument), fd, argument);
            return REGISTER_IOCTLS.get(argument);
        }
    }

    /**
     * Reports faults of a range no longer; see {@link UserfaultCommands#UFFDIO_UNREGISTER}.
     *
     * @param fd the descriptor
     * @param start where the range begins, a multiple of the page size
     * @param length bytes, more than 0, a multiple of the page size
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses
     */
    public static void unregister(int fd, long start, long length) {
        onRange(UNREGISTER, fd, start, length);
    }

    /**
     * Wakes the threads that wait on a range; see {@link UserfaultCommands#UFFDIO_WAKE}.
     *
     * @param fd the descriptor
     * @param start where the range begins, a multiple of the page size
     * @param length bytes, more than 0, a multiple of the page size
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses
     */
    public static void wake(int fd, long start, long length) {
        onRange(WAKE, fd, start, length);
    }

    private static void onRange(IoctlCall call, int fd, long start, long length) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = call.argument(arena);
            RANGE_START.set(argument, start);
            RANGE_LEN.set(argument, length);
            require(call, call.make(fd, argument), fd, argument);
        }
    }

    /**
     * Fills missing pages with a copy; see {@link UserfaultCommands#UFFDIO_COPY}.
     *
     * @param fd the descriptor
     * @param dst the missing pages
     * @param src their content, readable memory, of any alignment
     * @param length bytes, more than 0, a multiple of the page size
     * @param mode {@link #MODE_DONTWAKE}, {@link #MODE_WP}
     * @return how far it came
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses the arguments (EINVAL, EFAULT, EBADF)
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, errors = {
            KernelException.class, SpecViolationException.class, CallUnavailableException.class})
    public static Progress copy(int fd, long dst, long src, long length, int mode) {
        return fromTo(COPY, fd, dst, src, length, mode);
    }

    /**
     * Fills missing pages by moving others there; see {@link UserfaultCommands#UFFDIO_MOVE}.
     *
     * @param fd the descriptor
     * @param dst the missing pages
     * @param src the pages to move; becomes a hole
     * @param length bytes, more than 0, a multiple of the page size
     * @param mode {@link #MODE_DONTWAKE}, {@link #MODE_ALLOW_SRC_HOLES}
     * @return how far it came
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses the arguments
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {KernelException.class,
            SpecViolationException.class, CallUnavailableException.class})
    public static Progress move(int fd, long dst, long src, long length, int mode) {
        return fromTo(MOVE, fd, dst, src, length, mode);
    }

    private static Progress fromTo(IoctlCall call, int fd, long dst, long src, long length, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = call.argument(arena);
            COPY_DST.set(argument, dst);
            COPY_SRC.set(argument, src);
            COPY_LEN.set(argument, length);
            COPY_MODE.set(argument, mode);
            return progress(call, call.make(fd, argument), fd, argument, COPY_RESULT, length);
        }
    }

    /**
     * Fills missing pages with zeros; see {@link UserfaultCommands#UFFDIO_ZEROPAGE}.
     *
     * @param fd the descriptor
     * @param start the missing pages
     * @param length bytes, more than 0, a multiple of the page size
     * @param mode {@link #MODE_DONTWAKE}
     * @return how far it came
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses the arguments
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {KernelException.class,
            SpecViolationException.class, CallUnavailableException.class})
    public static Progress zeropage(int fd, long start, long length, int mode) {
        return fill(ZEROPAGE, fd, start, length, mode);
    }

    /**
     * Maps pages that the file has; see {@link UserfaultCommands#UFFDIO_CONTINUE}.
     *
     * @param fd the descriptor
     * @param start the pages
     * @param length bytes, more than 0, a multiple of the page size
     * @param mode {@link #MODE_DONTWAKE}, {@link #MODE_WP}
     * @return how far it came
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses the arguments
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {KernelException.class,
            SpecViolationException.class, CallUnavailableException.class})
    public static Progress resume(int fd, long start, long length, int mode) {
        return fill(CONTINUE, fd, start, length, mode);
    }

    /**
     * Lets every access to missing pages fail; see {@link UserfaultCommands#UFFDIO_POISON}. A Java access to one is an
     * {@code InternalError} somewhere, later.
     *
     * @param fd the descriptor
     * @param start the missing pages
     * @param length bytes, more than 0, a multiple of the page size
     * @param mode {@link #MODE_DONTWAKE}
     * @return how far it came
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses the arguments
     */
    public static Progress poison(int fd, long start, long length, int mode) {
        return fill(POISON, fd, start, length, mode);
    }

    /** ZEROPAGE, CONTINUE and POISON have structures of one shape. */
    private static Progress fill(IoctlCall call, int fd, long start, long length, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = call.argument(arena);
            RANGE_START.set(argument, start);
            RANGE_LEN.set(argument, length);
            ZERO_MODE.set(argument, mode);
            return progress(call, call.make(fd, argument), fd, argument, ZERO_RESULT, length);
        }
    }

    /**
     * Protects a range against writing, or lifts the protection; see {@link UserfaultCommands#UFFDIO_WRITEPROTECT}.
     *
     * @param fd the descriptor
     * @param start where the range begins, a multiple of the page size
     * @param length bytes, more than 0, a multiple of the page size
     * @param mode {@link #WRITEPROTECT_WP}, {@link #WRITEPROTECT_DONTWAKE} or 0
     * @return 0, or -errno; mappings before the one that fails are changed
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     */
    @Operation(threads = Operation.Threads.ANY, errors = {SpecViolationException.class, CallUnavailableException.class})
    public static int tryWriteprotect(int fd, long start, long length, int mode) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = WRITEPROTECT.argument(arena);
            RANGE_START.set(argument, start);
            RANGE_LEN.set(argument, length);
            ZERO_MODE.set(argument, mode);
            return (int) WRITEPROTECT.make(fd, argument);
        }
    }

    /** Both answers of a command that fills: errno and result member. The member is looked at only where it is defined. */
    private static Progress progress(IoctlCall call, long result, int fd, MemorySegment argument, NumberField member,
            long length) {
        if (!Errno.isError(result)) {
            return new Progress(length, 0);
        }
        if (!call.command().isAnswerDefined(result)) {
            throw call.failure(result, fd, argument);
        }
        return new Progress(Math.max(0, member.get(argument)), (int) -result);
    }

    private static void require(IoctlCall call, long result, int fd, MemorySegment argument) {
        if (Errno.isError(result)) {
            throw call.failure(result, fd, argument);
        }
    }
}
