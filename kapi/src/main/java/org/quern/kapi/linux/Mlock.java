package org.quern.kapi.linux;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

import org.quern.kapi.Availability;
import org.quern.kapi.CType;
import org.quern.kapi.CallBuilder;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Capability;
import org.quern.kapi.Delivery;
import org.quern.kapi.Effect;
import org.quern.kapi.Errno;
import org.quern.kapi.Lock;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.Signal;
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
public final class Mlock {
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
            .call("mlock", "Linux 2.0", "Make a range of pages resident and keep it resident.")
            .param(START).param(LEN).relation(PAGES_DO_NOT_WRAP, START, LEN)
            .error(ENOMEM, "part of the range is unmapped, or has gaps").provoke("mlock-gap")
            .error(ENOMEM, "locking would split mappings beyond the allowed number")
            .untested("using up the mappings of a process kills its JVM")
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

    private static final NativeCall MLOCK_CALL = NativeCall.bind(MethodHandles.lookup(), MLOCK);
    private static final MethodHandle MLOCK_HANDLE = MLOCK_CALL.handle();

    private Mlock() {}

    /**
     * Whether these calls can be made here.
     *
     * @return the verdict
     */
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
    public static int tryMlock(long start, long len) {
        try {
            long result = (long) MLOCK_HANDLE.invokeExact(start, len);
            return Errno.isError(result) ? (int) result : 0;
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }
}
