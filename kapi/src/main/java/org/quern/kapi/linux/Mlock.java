package org.quern.kapi.linux;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

import org.quern.kapi.Availability;
import org.quern.kapi.CType;
import org.quern.kapi.CallBuilder;
import org.quern.kapi.CallSpec;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.Capability;
import org.quern.kapi.Constants;
import org.quern.kapi.Delivery;
import org.quern.kapi.Effect;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.Linkage;
import org.quern.kapi.Lock;
import org.quern.kapi.Operation;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.Signal;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.bind.NativeCall;

import static org.quern.kapi.Effect.Bit.ALLOC_MEMORY;
import static org.quern.kapi.Effect.Bit.MODIFY_STATE;
import static org.quern.kapi.Errno.EAGAIN;
import static org.quern.kapi.Errno.EFAULT;
import static org.quern.kapi.Errno.EINTR;
import static org.quern.kapi.Errno.EINVAL;
import static org.quern.kapi.Errno.ENOMEM;
import static org.quern.kapi.Errno.EPERM;
import static org.quern.kapi.Relation.Kind.PAGES_DO_NOT_WRAP;

/** sys/mman.h: memory that stays resident. Thread-safe; nothing here allocates on success. */
@Operation(threads = Operation.Threads.ANY, errors = {KernelException.class, SpecViolationException.class,
        CallUnavailableException.class})
public final class Mlock {
    /** Lock each page when it is touched first. */
    public static final int MLOCK_ONFAULT = 1;

    private static final Capability LOCKER = Capability.of("CAP_IPC_LOCK", 14, Capability.Action.BYPASS_CHECK,
            "locking without RLIMIT_MEMLOCK", "the limit applies")
            .checkedWhen("when the limit is 0 or would be exceeded");

    // snippet: mlock
    private static final Param START = Param.address("start").as(CType.UNSIGNED_LONG)
            .says("need not be aligned; rounded down to its page");
    private static final Param LEN = Param.size("len")
            .says("end is rounded up to a page; 0 succeeds without effect");

    /** A fatal signal ends the call early; others wait. */
    private static void interruptible(CallBuilder call) {
        call.error(EINTR, "a fatal signal arrived before completion")
                .untested("the process that could see the errno is the one the signal ends");
        call.signal(Signal.interrupts("fatal only", EINTR)
                .delivered(Delivery.interrupting("waiting for the map lock", "populating pages"))
                .says("non-fatal signals do not interrupt"));
    }

    /** mlock(2). */
    public static final CallSpec MLOCK = CallSpec
            .call("mlock", "Linux 2.0", "Make a range of pages resident and keep it resident.").symbol("sys_mlock")
            .param(START).param(LEN).relation(PAGES_DO_NOT_WRAP, START, LEN)
            .error(ENOMEM, "part of the range is unmapped, or has gaps").provoke("mlock-gap")
            .error(ENOMEM, "locking would split mappings beyond the allowed number").provoke("mlock-map-count")
            .error(ENOMEM, "unprivileged and locked total would exceed a non-zero RLIMIT_MEMLOCK")
            .provoke("mlock-over-limit")
            .error(EPERM, "unprivileged and RLIMIT_MEMLOCK is 0").provoke("mlock-limit-zero")
            .error(EINVAL, "start plus len wraps around", a -> a.number(START) + a.number(LEN) < a.number(START))
            .provoke("mlock-wrap")
            .error(EAGAIN, "some or all of the range could not be locked")
            .untested("needs memory to run out")
            .with(Mlock::interruptible)
            .error(EFAULT, "the range contains addresses that cannot be accessed")
            .untested("forbidden pages answer ENOMEM")
            .lock(Lock.writes("mmap_lock"))
            .effect(Effect.on("process memory", "pages made resident and exempt from swap", MODIFY_STATE, ALLOC_MEMORY)
                    .undoable().leavesOnError("the part of the range before a gap stays locked"))
            .effect(Effect.on("locked-memory counter of the process", "increased by newly locked pages", MODIFY_STATE)
                    .undoable())
            .effect(Effect.on("physical pages and page tables", "allocated", ALLOC_MEMORY).when("not yet present")
                    .undoable())
            .effect(Effect.on("page faults", "populated as if touched", MODIFY_STATE, ALLOC_MEMORY)
                    .when("not resident"))
            .effect(Effect.on("mappings", "split at the borders", MODIFY_STATE)
                    .when("range covers a mapping only partly"))
            .transition("pages", "swappable", "locked in RAM").provoke("mlock-locks")
            .transition("mapping flag", "unlocked", "locked").provoke("mlock-locks")
            .capability(Capability.of("CAP_IPC_LOCK", 14, Capability.Action.BYPASS_CHECK,
                    "locking without RLIMIT_MEMLOCK", "the limit applies")
                    .checkedWhen("when the limit is 0 or would be exceeded"))
            .limit("memory lock limit", "locked + newly_locked <= RLIMIT_MEMLOCK || CAP_IPC_LOCK",
                    "soft limit in bytes, per process; already locked pages of the range are not counted twice")
            .limit("memory pressure", "", "not prevented; locking too much can push the system into OOM handling")
            .limit("skipped areas", "", "silently skipped, without error: device and raw-frame mappings, hugetlb "
                    + "(inherently resident), DAX, secret memory, droppable memory, gate page, already locked areas")
            .example("mlock(addr, 4096)", "locks one page")
            .example("mlock(addr, n)", "locks every page touched by the n bytes")
            .note("locks do not stack; one munlock undoes any number of mlock")
            .note("not inherited by fork children, removed on exec")
            .note("works on whole pages; two phases, mark mappings then populate")
            .note("pages may still be written out by suspend to disk")
            .note("address tags are removed automatically")
            .note("a len whose rounding wraps to 0 is answered with success and locks nothing; it is refused here")
            .note("pages without access and pages beyond a file's end are ENOMEM")
            .returning(Result.zeroUnlessListed());
    // end: mlock

    /** mlock2(2). */
    public static final CallSpec MLOCK2 = CallSpec
            .call("mlock2", "Linux 4.4",
                    "Make a range of pages resident, now or when they are touched, and keep it so.")
            .symbol("sys_mlock2")
            .via(Linkage.syscall(325, 284)).param(START).param(LEN)
            .param(Param.flags("flags", CType.INT, Constants.none().and("MLOCK_ONFAULT", MLOCK_ONFAULT))
                    .says("0 locks at once, MLOCK_ONFAULT each page when it is touched first"))
            .relation(PAGES_DO_NOT_WRAP, START, LEN)
            .error(EINVAL, "flags has an unknown bit").provoke("mlock2-unknown")
            .error(EINVAL, "start plus len wraps around", a -> a.number(START) + a.number(LEN) < a.number(START))
            .provoke("mlock2-wrap")
            .error(ENOMEM, "part of the range is unmapped, or has gaps").provoke("mlock2-gap")
            .error(ENOMEM, "unprivileged and locked total would exceed a non-zero RLIMIT_MEMLOCK")
            .provoke("mlock2-over-limit")
            .with(MmanCalls.maySplit("mlock2-map-count"))
            .error(EPERM, "unprivileged and RLIMIT_MEMLOCK is 0").provoke("mlock2-limit-zero")
            .error(EAGAIN, "some or all of the range could not be locked").untested("needs memory to run out")
            .with(Mlock::interruptible).with(Fragments.mayBeMissing()).with(Fragments.changesMappings())
            .effect(Effect.on("process memory", "kept resident, each page from its first touch", MODIFY_STATE)
                    .when("MLOCK_ONFAULT").undoable()
                    .leavesOnError("the part of the range before a gap stays locked"))
            .effect(Effect.on("process memory", "pages made resident and exempt from swap", MODIFY_STATE, ALLOC_MEMORY)
                    .when("flags is 0").undoable().leavesOnError("the part of the range before a gap stays locked"))
            .capability(LOCKER).transition("pages", "swappable", "locked when touched").provoke("mlock2-locks")
            .returning(Result.zeroUnlessListed());

    /** munlock(2). */
    public static final CallSpec MUNLOCK = CallSpec
            .call("munlock", "Linux 2.0", "Let a range of pages be swapped out again.").symbol("sys_munlock")
            .param(START).param(LEN)
            .relation(PAGES_DO_NOT_WRAP, START, LEN)
            .error(ENOMEM, "part of the range is unmapped, or has gaps").provoke("munlock-gap")
            .with(MmanCalls.maySplit("munlock-map-count"))
            .error(EINVAL, "start plus len wraps around", a -> a.number(START) + a.number(LEN) < a.number(START))
            .provoke("munlock-wrap").with(Mlock::interruptible).with(Fragments.changesMappings())
            .effect(Effect.on("process memory", "may be swapped out, however often it was locked", MODIFY_STATE)
                    .undoable().leavesOnError("the part of the range before a gap is unlocked"))
            .transition("pages", "locked in RAM", "swappable").provoke("munlock-unlocks")
            .note("needs no privilege and no limit; len 0 succeeds")
            .note("a len whose rounding wraps to 0 is answered with success and unlocks nothing; it is refused here")
            .returning(Result.zeroUnlessListed());

    private static final NativeCall MLOCK_CALL = NativeCall.bind(MethodHandles.lookup(), MLOCK);
    private static final MethodHandle MLOCK_HANDLE = MLOCK_CALL.handle();

    private static final NativeCall MLOCK2_CALL = NativeCall.bind(MethodHandles.lookup(), MLOCK2);
    private static final MethodHandle MLOCK2_HANDLE = MLOCK2_CALL.handle();
    private static final NativeCall MUNLOCK_CALL = NativeCall.bind(MethodHandles.lookup(), MUNLOCK);
    private static final MethodHandle MUNLOCK_HANDLE = MUNLOCK_CALL.handle();

    private Mlock() {}

    /**
     * Whether these calls can be made here.
     *
     * @return the verdict
     */
    @Operation(threads = Operation.Threads.ANY)
    public static Availability availability() {
        return MLOCK_CALL.availability();
    }

    /**
     * Makes a range resident and keeps it so; see {@link #MLOCK}. Blocks while pages are read or allocated.
     *
     * @param start where the range begins; rounded down to a page
     * @param len bytes, 0 or more; the end is rounded up to a page
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses; the part before a gap is locked all the same
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {KernelException.class,
            SpecViolationException.class, CallUnavailableException.class})
    public static void mlock(long start, long len) {
        int result = tryMlock(start, len);
        if (result < 0) {
            throw MLOCK_CALL.failure(result, start, len);
        }
    }

    /**
     * As {@link #mlock}, with failure in band.
     *
     * @param start where the range begins; rounded down to a page
     * @param len bytes, 0 or more; the end is rounded up to a page
     * @return 0, or -errno
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {
            SpecViolationException.class, CallUnavailableException.class})
    public static int tryMlock(long start, long len) {
        try {
            long result = (long) MLOCK_HANDLE.invokeExact(start, len);
            return Errno.isError(result) ? (int) result : 0;
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * Keeps a range resident, from now on or from the first touch of each page; see {@link #MLOCK2}.
     *
     * @param start where the range begins; rounded down to a page
     * @param len bytes, 0 or more; the end is rounded up to a page
     * @param flags 0 or {@link #MLOCK_ONFAULT}
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses; the part before a gap is locked all the same
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {KernelException.class,
            SpecViolationException.class, CallUnavailableException.class})
    public static void mlock2(long start, long len, int flags) {
        int result = tryMlock2(start, len, flags);
        if (result < 0) {
            throw MLOCK2_CALL.failure(result, start, len, flags);
        }
    }

    /**
     * As {@link #mlock2}, with failure in band.
     *
     * @param start where the range begins; rounded down to a page
     * @param len bytes, 0 or more; the end is rounded up to a page
     * @param flags 0 or {@link #MLOCK_ONFAULT}
     * @return 0, or -errno
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {
            SpecViolationException.class, CallUnavailableException.class})
    public static int tryMlock2(long start, long len, int flags) {
        try {
            return (int) (long) MLOCK2_HANDLE.invokeExact(start, len, flags);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * Lets a range be swapped out again; see {@link #MUNLOCK}.
     *
     * @param start where the range begins; rounded down to a page
     * @param len bytes, 0 or more; the end is rounded up to a page
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses; the part before a gap is unlocked all the same
     */
    public static void munlock(long start, long len) {
        int result = tryMunlock(start, len);
        if (result < 0) {
            throw MUNLOCK_CALL.failure(result, start, len);
        }
    }

    /**
     * As {@link #munlock}, with failure in band.
     *
     * @param start where the range begins; rounded down to a page
     * @param len bytes, 0 or more; the end is rounded up to a page
     * @return 0, or -errno
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     */
    @Operation(threads = Operation.Threads.ANY, errors = {SpecViolationException.class, CallUnavailableException.class})
    public static int tryMunlock(long start, long len) {
        try {
            return (int) (long) MUNLOCK_HANDLE.invokeExact(start, len);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }
}
