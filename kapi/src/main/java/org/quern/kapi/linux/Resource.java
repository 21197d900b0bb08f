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
import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.bind.NativeCall;
import org.quern.kapi.struct.FieldType;
import org.quern.kapi.struct.NumberField;
import org.quern.kapi.struct.StructSpec;
import org.quern.kapi.struct.Transfer;

import static org.quern.kapi.Errno.EFAULT;
import static org.quern.kapi.Errno.EINVAL;
import static org.quern.kapi.Errno.EPERM;
import static org.quern.kapi.Errno.ESRCH;

/**
 * sys/resource.h: the limits of a process. Thread-safe; does not block. The numbers of the resources are those of the
 * generic table; mips, sparc and alpha have others.
 */
@Operation(threads = Operation.Threads.ANY, errors = {KernelException.class, SpecViolationException.class,
        CallUnavailableException.class})
public final class Resource {
    /** Seconds of processor time. */
    public static final int RLIMIT_CPU = 0;
    /** Bytes of a file. */
    public static final int RLIMIT_FSIZE = 1;
    /** Bytes of data. */
    public static final int RLIMIT_DATA = 2;
    /** Bytes of the first thread's stack. */
    public static final int RLIMIT_STACK = 3;
    /** Bytes of a core file. */
    public static final int RLIMIT_CORE = 4;
    /** Processes and threads of the user. */
    public static final int RLIMIT_NPROC = 6;
    /** One more than the largest descriptor. */
    public static final int RLIMIT_NOFILE = 7;
    /** Bytes of locked memory. */
    public static final int RLIMIT_MEMLOCK = 8;
    /** Bytes of address space. */
    public static final int RLIMIT_AS = 9;
    /** No limit: all bits set. */
    public static final long RLIM_INFINITY = -1L;

    private static final Constants RESOURCES = Constants.none().and("RLIMIT_CPU", RLIMIT_CPU)
            .and("RLIMIT_FSIZE", RLIMIT_FSIZE).and("RLIMIT_DATA", RLIMIT_DATA).and("RLIMIT_STACK", RLIMIT_STACK)
            .and("RLIMIT_CORE", RLIMIT_CORE).and("RLIMIT_NPROC", RLIMIT_NPROC).and("RLIMIT_NOFILE", RLIMIT_NOFILE)
            .and("RLIMIT_MEMLOCK", RLIMIT_MEMLOCK).and("RLIMIT_AS", RLIMIT_AS);

    /** {@code struct rlimit}, 64 bits each on every 64-bit ABI. */
    public static final StructSpec RLIMIT = StructSpec.struct("rlimit")
            .field("rlim_cur", FieldType.U64, Transfer.INOUT, "what applies; the process may raise it up to the other")
            .field("rlim_max", FieldType.U64, Transfer.INOUT, "what it may be raised to").end();
    private static final NumberField SOFT = RLIMIT.number("rlim_cur");
    private static final NumberField HARD = RLIMIT.number("rlim_max");

    /**
     * The two values of a limit.
     *
     * @param soft what applies, unsigned; {@link #RLIM_INFINITY} for none
     * @param hard what the soft one may be raised to, unsigned
     */
    public record Limits(long soft, long hard) {}

    /** prlimit(2). */
    public static final CallSpec PRLIMIT = CallSpec
            .call("prlimit", "Linux 2.6.36", "Read and set a limit of a process.").structure(RLIMIT)
            .param(Param.number("pid", CType.PID_T).must(new Constraint.Range(0, Integer.MAX_VALUE))
                    .says("the process, 0 for this one"))
            .param(Param.choice("resource", CType.INT, RESOURCES).says("what is limited"))
            .param(Param.struct("new_limit", RLIMIT).in().optional()
                    .says("the new limit; null leaves it"))
            .param(Param.struct("old_limit", RLIMIT).out().optional()
                    .says("receives the limit as it was; may be null"))
            .error(EFAULT, "a limit is not readable or writable memory").provoke("prlimit-bad-pointer")
            .error(EINVAL, "the kernel does not know the resource").provoke("prlimit-unknown")
            .error(EINVAL, "the new soft limit is above the hard one").provoke("prlimit-soft-above-hard")
            .error(EPERM, "unprivileged and the new hard limit is above the present one").provoke("prlimit-raise")
            .error(EPERM, "unprivileged and the process belongs to somebody else").provoke("prlimit-foreign")
            .error(ESRCH, "no such process").provoke("prlimit-none")
            .effect(Effect.on("process", "the limit is replaced as a whole", Effect.Bit.PROCESS_STATE).undoable())
            .capability(Capability.of("CAP_SYS_RESOURCE", 24, Capability.Action.INCREASE_LIMIT,
                    "raising a hard limit, and limits of other users' processes", "hard limits can only be lowered"))
            .transition("soft limit", "old value", "new value").provoke("prlimit-sets")
            .returning(Result.zero());

    /** getrlimit(2). */
    public static final CallSpec GETRLIMIT = CallSpec
            .call("getrlimit", "Linux 1.0", "Read a limit of this process.").structure(RLIMIT)
            .param(Param.choice("resource", CType.INT, RESOURCES).says("what is limited"))
            .param(Param.struct("limit", RLIMIT).out()
                    .says("receives the limit"))
            .error(EFAULT, "limit is not writable memory").provoke("getrlimit-bad-pointer")
            .error(EINVAL, "the kernel does not know the resource").provoke("getrlimit-unknown")
            .returning(Result.zero());

    private static final NativeCall PRLIMIT_CALL = NativeCall.bind(MethodHandles.lookup(), PRLIMIT);
    private static final MethodHandle PRLIMIT_HANDLE = PRLIMIT_CALL.handle();
    private static final NativeCall GETRLIMIT_CALL = NativeCall.bind(MethodHandles.lookup(), GETRLIMIT);
    private static final MethodHandle GETRLIMIT_HANDLE = GETRLIMIT_CALL.handle();

    private Resource() {}

    /**
     * Whether these calls can be made here.
     *
     * @return the verdict
     */
    @Operation(threads = Operation.Threads.ANY)
    public static Availability availability() {
        return PRLIMIT_CALL.availability();
    }

    /**
     * Reads a limit of this process; see {@link #GETRLIMIT}.
     *
     * @param resource one of the {@code RLIMIT_} constants
     * @return both values
     * @throws org.quern.kapi.SpecViolationException if the resource is none of them
     * @throws org.quern.kapi.KernelException if the kernel refuses
     */
    public static Limits limits(int resource) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment limit = RLIMIT.allocate(arena);
            long result = (long) GETRLIMIT_HANDLE.invokeExact(resource, limit);
            if (result < 0) {
                throw GETRLIMIT_CALL.failure(result, resource, limit);
            }
            return read(limit);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * Replaces a limit; see {@link #PRLIMIT}.
     *
     * @param pid the process, 0 for this one
     * @param resource one of the {@code RLIMIT_} constants
     * @param limits both new values
     * @return the old values
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses
     */
    public static Limits setLimits(int pid, int resource, Limits limits) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment fresh = memory(arena, limits);
            MemorySegment old = RLIMIT.allocate(arena);
            long result = (long) PRLIMIT_HANDLE.invokeExact(pid, resource, fresh, old);
            if (result < 0) {
                throw PRLIMIT_CALL.failure(result, pid, resource, fresh, old);
            }
            return read(old);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * As {@link #setLimits}, with failure in band.
     *
     * @param pid the process, 0 for this one
     * @param resource one of the {@code RLIMIT_} constants
     * @param limits both new values
     * @return 0, or -errno
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     */
    @Operation(threads = Operation.Threads.ANY, errors = {SpecViolationException.class, CallUnavailableException.class})
    public static int trySetLimits(int pid, int resource, Limits limits) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) (long) PRLIMIT_HANDLE.invokeExact(pid, resource, memory(arena, limits), MemorySegment.NULL);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    private static MemorySegment memory(Arena arena, Limits limits) {
        MemorySegment memory = RLIMIT.allocate(arena);
        SOFT.set(memory, limits.soft());
        HARD.set(memory, limits.hard());
        return memory;
    }

    private static Limits read(MemorySegment memory) {
        return new Limits(SOFT.get(memory), HARD.get(memory));
    }
}
