package org.quern.kapi.linux;

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
import org.quern.kapi.KernelException;
import org.quern.kapi.Linkage;
import org.quern.kapi.Operation;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.bind.NativeCall;

import static org.quern.kapi.Errno.EBADF;
import static org.quern.kapi.Errno.EINVAL;
import static org.quern.kapi.Errno.ENODEV;
import static org.quern.kapi.Errno.ENOENT;
import static org.quern.kapi.Errno.EPERM;
import static org.quern.kapi.Errno.ESRCH;

/**
 * Descriptors for processes, which unlike process ids are never handed to another process: sys/pidfd.h. Thread-safe;
 * does not block.
 */
@Operation(threads = Operation.Threads.ANY, errors = {KernelException.class, SpecViolationException.class,
        CallUnavailableException.class})
public final class Pidfd {
    /** Waiting on the descriptor never blocks. Linux 5.10. */
    public static final int PIDFD_NONBLOCK = 0x800;
    /** The pid is that of a thread, not of a process. Linux 6.9. */
    public static final int PIDFD_THREAD = 0x80;

    /** pidfd_open(2). */
    public static final CallSpec PIDFD_OPEN = CallSpec
            .call("pidfd_open", "Linux 5.3", "Open a descriptor that stands for a process.")
            .via(Linkage.syscall(434, 434))
            .param(Param.number("pid", CType.PID_T).must(new Constraint.Range(1, Integer.MAX_VALUE))
                    .says("the process"))
            .param(Param.flags("flags", CType.UNSIGNED_INT,
                    Constants.none().and("PIDFD_NONBLOCK", PIDFD_NONBLOCK).and("PIDFD_THREAD", PIDFD_THREAD))
                    .says("options"))
            .error(EINVAL, "pid is not positive, or this kernel does not know a flag").provoke("pidfd_open-zero")
            .error(EINVAL, "pid is a thread, not the first of its process; older kernels")
            .untested("this kernel answers ENOENT")
            .error(ENOENT, "pid is a thread, not the first of its process; newer kernels")
            .provoke("pidfd_open-thread")
            .error(ESRCH, "no such process").provoke("pidfd_open-none")
            .error(ENODEV, "the kernel has no anonymous files").untested("no kernel is built like that")
            .with(Fragments.opensDescriptor("pidfd_open")).with(Fragments.mayLackKernelMemory())
            .with(Fragments.mayBeMissing())
            .effect("The descriptor is closed on exec. It becomes readable when the process ends.")
            .transition("descriptor", "free", "open").provoke("pidfd_open-opens")
            .returning(Result.fd());

    /** pidfd_getfd(2). */
    public static final CallSpec PIDFD_GETFD = CallSpec
            .call("pidfd_getfd", "Linux 5.6", "Duplicate a descriptor of another process.")
            .via(Linkage.syscall(438, 438)).param(Param.fd("pidfd").says("the process"))
            .param(Param.fd("targetfd").says("its descriptor"))
            .param(Param.flags("flags", CType.UNSIGNED_INT, Constants.none()).says("must be 0"))
            .error(EBADF, "pidfd is not open, or does not stand for a process").provoke("pidfd_getfd-bad-fd")
            .error(EBADF, "the process does not have targetfd open").provoke("pidfd_getfd-bad-target")
            .error(EINVAL, "flags is not 0").provoke("pidfd_getfd-flags")
            .error(ESRCH, "the process has ended").provoke("pidfd_getfd-ended")
            .error(EPERM, "the process may not be inspected").provoke("pidfd_getfd-denied")
            .with(Fragments.opensDescriptor("pidfd_getfd")).with(Fragments.mayBeMissing())
            .effect(Effect.on("open file", "shared with the other process: position, flags and locks",
                    Effect.Bit.RESOURCE_CREATE).undoable())
            .capability(Capability.of("CAP_SYS_PTRACE", 19, Capability.Action.BYPASS_CHECK,
                    "taking descriptors of any process", "only of processes this one may trace"))
            .transition("descriptor", "of the other process only", "of both").provoke("pidfd_getfd-shares")
            .returning(Result.fd());

    private static final NativeCall OPEN_CALL = NativeCall.bind(MethodHandles.lookup(), PIDFD_OPEN);
    private static final MethodHandle OPEN_HANDLE = OPEN_CALL.handle();
    private static final NativeCall GETFD_CALL = NativeCall.bind(MethodHandles.lookup(), PIDFD_GETFD);
    private static final MethodHandle GETFD_HANDLE = GETFD_CALL.handle();

    private Pidfd() {}

    /**
     * Whether these calls can be made here; asks the kernel, by opening this process.
     *
     * @return the verdict
     */
    @Operation(threads = Operation.Threads.ANY)
    public static Availability availability() {
        if (!OPEN_CALL.availability().isPresent()) {
            return OPEN_CALL.availability();
        }
        return Probes.descriptor("pidfd_open", OPEN_CALL.availability(),
                () -> tryOpen((int) ProcessHandle.current().pid(), 0));
    }

    /**
     * Opens a descriptor for a process; see {@link #PIDFD_OPEN}.
     *
     * @param pid the process, 1 or more
     * @param flags {@code PIDFD_} bits
     * @return a new descriptor, closed on exec; the caller closes it
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses
     */
    public static int open(int pid, int flags) {
        int result = tryOpen(pid, flags);
        if (result < 0) {
            throw OPEN_CALL.failure(result, pid, flags);
        }
        return result;
    }

    /**
     * As {@link #open}, with failure in band.
     *
     * @param pid the process, 1 or more
     * @param flags {@code PIDFD_} bits
     * @return a new descriptor, or -errno
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     */
    @Operation(threads = Operation.Threads.ANY, errors = {SpecViolationException.class, CallUnavailableException.class})
    public static int tryOpen(int pid, int flags) {
        try {
            return (int) (long) OPEN_HANDLE.invokeExact(pid, flags);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * Duplicates a descriptor of another process; see {@link #PIDFD_GETFD}.
     *
     * @param pidfd the process
     * @param targetfd its descriptor
     * @return a new descriptor, closed on exec; the caller closes it
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses
     */
    public static int getfd(int pidfd, int targetfd) {
        int result = tryGetfd(pidfd, targetfd);
        if (result < 0) {
            throw GETFD_CALL.failure(result, pidfd, targetfd, 0);
        }
        return result;
    }

    /**
     * As {@link #getfd}, with failure in band.
     *
     * @param pidfd the process
     * @param targetfd its descriptor
     * @return a new descriptor, or -errno
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     */
    @Operation(threads = Operation.Threads.ANY, errors = {SpecViolationException.class, CallUnavailableException.class})
    public static int tryGetfd(int pidfd, int targetfd) {
        try {
            return (int) (long) GETFD_HANDLE.invokeExact(pidfd, targetfd, 0);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }
}
