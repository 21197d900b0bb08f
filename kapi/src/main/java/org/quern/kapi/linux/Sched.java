package org.quern.kapi.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.BitSet;

import org.quern.kapi.Availability;
import org.quern.kapi.CType;
import org.quern.kapi.CallSpec;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.Capability;
import org.quern.kapi.Constraint;
import org.quern.kapi.Effect;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.Linkage;
import org.quern.kapi.MemoryConstraint;
import org.quern.kapi.Operation;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.bind.NativeCall;

import static org.quern.kapi.Errno.EFAULT;
import static org.quern.kapi.Errno.EINVAL;
import static org.quern.kapi.Errno.EPERM;
import static org.quern.kapi.Errno.ESRCH;

/**
 * sched.h: on which processors a thread runs. Thread-safe.
 *
 * <p>
 * Affinity belongs to a kernel thread: called from a virtual thread, tid 0 is the <em>carrier</em>, and pinning it pins
 * whatever runs there next. Use platform threads.
 */
@Operation(threads = Operation.Threads.ANY, errors = {KernelException.class, SpecViolationException.class,
        CallUnavailableException.class})
public final class Sched {
    private static final int MAX_MASK_BYTES = 1 << 16;

    private static final Param TID = Param.number("tid", CType.PID_T).must(new Constraint.Range(0, Integer.MAX_VALUE))
            .says("the thread, 0 for the calling one");

    /** sched_setaffinity(2). */
    public static final CallSpec SCHED_SETAFFINITY = CallSpec
            .call("sched_setaffinity", "Linux 2.5.8", "Restrict a thread to a set of processors.")
            .param(TID)
            .param(Param.size("cpusetsize").must(new Constraint.Range(1, MAX_MASK_BYTES))
                    .says("bytes of the mask; short masks are extended with zeros, long ones cut"))
            .param(Param.memory("mask").in().must(new MemoryConstraint.SizedBy("cpusetsize", 1, 1))
                    .says("bit n of the little-endian words is processor n"))
            .error(EINVAL, "the mask holds no processor that this thread may use").provoke("sched_setaffinity-absent")
            .error(EINVAL, "the mask has size 0", a -> a.number("cpusetsize") == 0).provoke("sched_setaffinity-empty")
            .error(ESRCH, "no such thread").provoke("sched_setaffinity-none")
            .error(EPERM, "unprivileged and the thread belongs to somebody else").provoke("sched_setaffinity-foreign")
            .error(EFAULT, "mask is not readable memory").provoke("sched_setaffinity-bad-pointer")
            .with(Fragments.mayLackKernelMemory())
            .effect(Effect.on("thread", "runs only on the processors of the mask that it is allowed (cpuset); moves "
                    + "at once if it must", Effect.Bit.PROCESS_STATE, Effect.Bit.SCHEDULE).undoable())
            .capability(Capability.of("CAP_SYS_NICE", 23, Capability.Action.BYPASS_CHECK,
                    "restricting threads of other users", "only threads of the same user"))
            .transition("thread", "allowed everywhere", "pinned to one processor").provoke("sched_setaffinity-pins")
            .note("It is a property of the thread, not of the process.")
            .returning(Result.zero());

    /** sched_getaffinity(2), as the kernel has it: it returns the bytes written, where the C library returns 0. */
    public static final CallSpec SCHED_GETAFFINITY = CallSpec
            .call("sched_getaffinity", "Linux 2.5.8", "Ask on which processors a thread may run.")
            .via(Linkage.syscall(204, 123)).param(TID)
            .param(Param.size("cpusetsize").must(new Constraint.Range(8, MAX_MASK_BYTES))
                    .must(new Constraint.MultipleOf(8)).says("bytes of the mask, at least as many as the kernel's"))
            .param(Param.memory("mask").out().must(new MemoryConstraint.SizedBy("cpusetsize", 1, 1))
                    .says("receives the processors"))
            .error(EINVAL, "the mask is smaller than the kernel's").provoke("sched_getaffinity-small")
            .error(EINVAL, "the size is not whole words", a -> (a.number("cpusetsize") & 7) != 0)
            .provoke("sched_getaffinity-odd")
            .error(ESRCH, "no such thread").provoke("sched_getaffinity-none")
            .error(EFAULT, "mask is not writable memory").provoke("sched_getaffinity-bad-pointer")
            .with(Fragments.mayLackKernelMemory())
            .note("What is behind the bytes written is left as it was.")
            .returning(Result.count(CType.INT, "how many bytes were written"));

    /** getcpu(2). */
    public static final CallSpec GETCPU = CallSpec
            .call("getcpu", "Linux 2.6.19", "Ask on which processor and memory node the calling thread runs.")
            .param(Param.memory("cpu").out().optional().must(new MemoryConstraint.Accessible(4))
                    .says("receives the processor; may be null"))
            .param(Param.memory("node").out().optional().must(new MemoryConstraint.Accessible(4))
                    .says("receives the memory node; may be null"))
            .error(EFAULT, "an argument is not writable memory").provoke("getcpu-bad-pointer")
            .with(Fragments.mayBeMissing())
            .note("The answer may be stale when it arrives, unless the thread is pinned.")
            .note("The C library asks the vDSO, which writes in user space: there a bad pointer is a SIGSEGV, not EFAULT.")
            .neverBlocks().returning(Result.zero());

    private static final NativeCall SET_CALL = NativeCall.bind(MethodHandles.lookup(), SCHED_SETAFFINITY);
    private static final MethodHandle SET_HANDLE = SET_CALL.handle();
    private static final NativeCall GET_CALL = NativeCall.bind(MethodHandles.lookup(), SCHED_GETAFFINITY);
    private static final MethodHandle GET_HANDLE = GET_CALL.handle();
    private static final NativeCall GETCPU_CALL = NativeCall.bind(MethodHandles.lookup(), GETCPU);
    private static final MethodHandle GETCPU_HANDLE = GETCPU_CALL.handle();

    /** Where getcpu leaves its answer; one for each thread. */
    private static final ThreadLocal<MemorySegment> CPU = ThreadLocal
            .withInitial(() -> Arena.ofAuto().allocate(ValueLayout.JAVA_INT));

    private Sched() {}

    /**
     * Whether these calls can be made here.
     *
     * @return the verdict
     */
    @Operation(threads = Operation.Threads.ANY)
    public static Availability availability() {
        return SET_CALL.availability();
    }

    /**
     * Restricts a thread to processors; see {@link #SCHED_SETAFFINITY}.
     *
     * @param tid the kernel's thread id, 0 for the calling thread
     * @param cpus the processors; at least one must be allowed
     * @throws org.quern.kapi.KernelException if the kernel refuses
     * @throws IllegalArgumentException if the set is empty
     */
    public static void setAffinity(int tid, BitSet cpus) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = mask(arena, cpus);
            long result = (long) SET_HANDLE.invokeExact(tid, mask.byteSize(), mask);
            if (Errno.isError(result)) {
                throw SET_CALL.failure(result, tid, mask.byteSize(), mask);
            }
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * As {@link #setAffinity}, with failure in band.
     *
     * @param tid the kernel's thread id, 0 for the calling thread
     * @param cpus the processors
     * @return 0, or -errno
     * @throws IllegalArgumentException if the set is empty
     */
    @Operation(threads = Operation.Threads.ANY, errors = {SpecViolationException.class, CallUnavailableException.class})
    public static int trySetAffinity(int tid, BitSet cpus) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mask = mask(arena, cpus);
            return (int) (long) SET_HANDLE.invokeExact(tid, mask.byteSize(), mask);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    private static MemorySegment mask(Arena arena, BitSet cpus) {
        long[] words = cpus.toLongArray();
        if (words.length == 0) {
            throw new IllegalArgumentException("cpus={}: at least one processor is needed");
        }
        return arena.allocateFrom(ValueLayout.JAVA_LONG, words);
    }

    /**
     * Asks on which processors a thread may run; see {@link #SCHED_GETAFFINITY}. The mask is enlarged until the kernel
     * accepts it.
     *
     * @param tid the kernel's thread id, 0 for the calling thread
     * @return the processors
     * @throws org.quern.kapi.KernelException if the kernel refuses
     */
    public static BitSet getAffinity(int tid) {
        for (long bytes = 128;; bytes *= 2) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment mask = arena.allocate(bytes, Long.BYTES);
                long result = (long) GET_HANDLE.invokeExact(tid, bytes, mask);
                if (result >= 0) {
                    return BitSet.valueOf(mask.asSlice(0, result).toArray(ValueLayout.JAVA_LONG));
                }
                if (result != -EINVAL.number() || bytes == MAX_MASK_BYTES) {
                    throw GET_CALL.failure(result, tid, bytes, mask);
                }
            } catch (Throwable e) {
                throw NativeCall.unexpected(e);
            }
        }
    }

    /**
     * The processor that the calling thread runs on; see {@link #GETCPU}. Stale at once unless the thread is pinned.
     *
     * @return 0 or more
     * @throws org.quern.kapi.KernelException if the kernel does not have the call
     */
    public static int currentCpu() {
        MemorySegment cpu = CPU.get();
        try {
            long result = (long) GETCPU_HANDLE.invokeExact(cpu, MemorySegment.NULL);
            if (Errno.isError(result)) {
                throw GETCPU_CALL.failure(result, cpu, MemorySegment.NULL);
            }
            return cpu.get(ValueLayout.JAVA_INT, 0);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * How many processors the system is configured with, online or not.
     *
     * @return 1 or more
     */
    @Operation(threads = Operation.Threads.ANY)
    public static int configuredCpus() {
        return Math.toIntExact(Unistd.sysconf(Unistd.SC_NPROCESSORS_CONF));
    }
}
