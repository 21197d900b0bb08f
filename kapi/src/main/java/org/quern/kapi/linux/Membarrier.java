package org.quern.kapi.linux;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

import org.quern.kapi.Availability;
import org.quern.kapi.CType;
import org.quern.kapi.CallSpec;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.Constants;
import org.quern.kapi.Constraint;
import org.quern.kapi.Effect;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.Linkage;
import org.quern.kapi.Operation;
import org.quern.kapi.Param;
import org.quern.kapi.Relation;
import org.quern.kapi.Result;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.bind.NativeCall;

import static org.quern.kapi.Errno.EINVAL;
import static org.quern.kapi.Errno.EPERM;

/**
 * linux/membarrier.h: a memory barrier on all running threads of the process, paid for by the one that asks. Thread-safe;
 * blocks until every processor that runs a thread of the process has answered, some microseconds.
 *
 * <p>
 * A process registers once for the expedited kinds; {@link #GLOBAL} needs no registration and takes milliseconds.
 */
@Operation(threads = Operation.Threads.ANY, errors = {KernelException.class, SpecViolationException.class,
        CallUnavailableException.class})
public final class Membarrier {
    /** Which commands the kernel has. */
    public static final int QUERY = 0;
    /** All threads of the system, slowly. */
    public static final int GLOBAL = 1;
    /** All threads of registered processes. */
    public static final int GLOBAL_EXPEDITED = 2;
    /** Registers for {@link #GLOBAL_EXPEDITED}. */
    public static final int REGISTER_GLOBAL_EXPEDITED = 4;
    /** All threads of this process. */
    public static final int PRIVATE_EXPEDITED = 8;
    /** Registers for {@link #PRIVATE_EXPEDITED}. */
    public static final int REGISTER_PRIVATE_EXPEDITED = 16;
    /** As {@link #PRIVATE_EXPEDITED}, and instruction streams are refreshed. */
    public static final int PRIVATE_EXPEDITED_SYNC_CORE = 32;
    /** Registers for {@link #PRIVATE_EXPEDITED_SYNC_CORE}. */
    public static final int REGISTER_PRIVATE_EXPEDITED_SYNC_CORE = 64;
    /** Restarts restartable sequences of this process. */
    public static final int PRIVATE_EXPEDITED_RSEQ = 128;
    /** Registers for {@link #PRIVATE_EXPEDITED_RSEQ}. */
    public static final int REGISTER_PRIVATE_EXPEDITED_RSEQ = 256;
    /** What the process is registered for. Linux 6.3. */
    public static final int GET_REGISTRATIONS = 512;
    /** Only the processor given, with {@link #PRIVATE_EXPEDITED_RSEQ}. */
    public static final int FLAG_CPU = 1;

    private static final Constants COMMANDS = Constants.none().and("QUERY", QUERY).and("GLOBAL", GLOBAL)
            .and("GLOBAL_EXPEDITED", GLOBAL_EXPEDITED).and("REGISTER_GLOBAL_EXPEDITED", REGISTER_GLOBAL_EXPEDITED)
            .and("PRIVATE_EXPEDITED", PRIVATE_EXPEDITED).and("REGISTER_PRIVATE_EXPEDITED", REGISTER_PRIVATE_EXPEDITED)
            .and("PRIVATE_EXPEDITED_SYNC_CORE", PRIVATE_EXPEDITED_SYNC_CORE)
            .and("REGISTER_PRIVATE_EXPEDITED_SYNC_CORE", REGISTER_PRIVATE_EXPEDITED_SYNC_CORE)
            .and("PRIVATE_EXPEDITED_RSEQ", PRIVATE_EXPEDITED_RSEQ)
            .and("REGISTER_PRIVATE_EXPEDITED_RSEQ", REGISTER_PRIVATE_EXPEDITED_RSEQ)
            .and("GET_REGISTRATIONS", GET_REGISTRATIONS);

    /** membarrier(2). */
    public static final CallSpec MEMBARRIER = CallSpec
            .call("membarrier", "Linux 4.3", "Make every running thread pass a memory barrier.")
            .via(Linkage.syscall(324, 283))
            .param(Param.choice("cmd", CType.INT, COMMANDS).says("which threads, or what to register for"))
            .param(Param.flags("flags", CType.UNSIGNED_INT, Constants.none().and("FLAG_CPU", FLAG_CPU))
                    .says("0, or FLAG_CPU with PRIVATE_EXPEDITED_RSEQ"))
            .param(Param.number("cpu", CType.INT).must(new Constraint.Range(0, Integer.MAX_VALUE))
                    .says("which processor, with FLAG_CPU; else ignored"))
            .relation(new Relation.Custom("cmd", "flags", (cmd, flags) -> flags == 0 || cmd == PRIVATE_EXPEDITED_RSEQ,
                    "flags must be 0 unless cmd is PRIVATE_EXPEDITED_RSEQ"))
            .error(EINVAL, "the kernel does not know the command, or two are combined").provoke("membarrier-combined")
            .error(EINVAL, "flags are given with a command that takes none", a -> a.number("flags") != 0)
            .provoke("membarrier-flags")
            .error(EINVAL, "GLOBAL on a system with processors that are never interrupted (nohz_full)",
                    a -> a.number("cmd") == GLOBAL)
            .untested("needs a kernel started like that")
            .error(EPERM, "an expedited command before the process registered for it")
            .provoke("membarrier-unregistered")
            .with(Fragments.mayBeMissing())
            .effect(Effect.on("running threads", "each passes a full memory barrier; those that do not run have passed "
                    + "one already", Effect.Bit.SCHEDULE, Effect.Bit.HARDWARE))
            .effect(Effect.on("process", "registered", Effect.Bit.PROCESS_STATE, Effect.Bit.IRREVERSIBLE)
                    .when("cmd is a REGISTER command"))
            .transition("process", "not registered", "registered for PRIVATE_EXPEDITED").provoke("membarrier-registers")
            .note("After a command that succeeded once, the same command never fails; errors are found at registration.")
            .note("The set of commands that QUERY returns is 1023 on Linux 6.18.")
            .example("membarrier(QUERY, 0, 0)", "the commands the kernel has, or-ed")
            .returning(Result.count(CType.INT, "0; for QUERY and GET_REGISTRATIONS a set of commands"));

    private static final NativeCall CALL = NativeCall.bind(MethodHandles.lookup(), MEMBARRIER);
    private static final MethodHandle HANDLE = CALL.handle();

    private Membarrier() {}

    /**
     * Whether the call, and the command, can be used here.
     *
     * @param command one of the constants
     * @return the verdict; ABSENT if the kernel, though it has the call, does not have the command
     */
    @Operation(threads = Operation.Threads.ANY)
    public static Availability availability(int command) {
        if (!CALL.availability().isPresent()) {
            return CALL.availability();
        }
        int known = tryMembarrier(QUERY);
        if (known < 0) {
            return Probes.refused("membarrier(QUERY)", Errno.fromNumber(known));
        }
        return command == QUERY || (known & command) != 0
                ? CALL.availability()
                : new Availability(Availability.State.ABSENT, "the kernel has the commands " + COMMANDS.bits(known)
                        + ", not " + COMMANDS.choice(command));
    }

    /**
     * Makes a command; see {@link #MEMBARRIER}.
     *
     * @param command one of the constants
     * @return 0; for {@link #QUERY} and {@link #GET_REGISTRATIONS} a set of commands
     * @throws org.quern.kapi.SpecViolationException if the command is none of them
     * @throws org.quern.kapi.KernelException if the kernel refuses
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, errors = {KernelException.class,
            SpecViolationException.class, CallUnavailableException.class})
    public static int membarrier(int command) {
        int result = tryMembarrier(command);
        if (result < 0) {
            throw CALL.failure(result, command, 0, 0);
        }
        return result;
    }

    /**
     * As {@link #membarrier}, with failure in band.
     *
     * @param command one of the constants
     * @return 0 or a set of commands, or -errno
     * @throws org.quern.kapi.SpecViolationException if the command is none of the constants
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, errors = {
            SpecViolationException.class, CallUnavailableException.class})
    public static int tryMembarrier(int command) {
        try {
            return (int) (long) HANDLE.invokeExact(command, 0, 0);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }
}
