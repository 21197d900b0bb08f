package org.quern.kapi.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

import org.quern.kapi.Availability;
import org.quern.kapi.CType;
import org.quern.kapi.CallSpec;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.MemoryConstraint;
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

/** poll.h: waiting for descriptors. Thread-safe; blocks as long as it is told to. */
@Operation(threads = Operation.Threads.ANY, errors = {KernelException.class, SpecViolationException.class,
        CallUnavailableException.class})
public final class Poll {
    /** Something can be read. */
    public static final int POLLIN = 0x1;
    /** Something can be written. */
    public static final int POLLOUT = 0x4;
    /** An error; reported whether asked for or not. */
    public static final int POLLERR = 0x8;
    /** The other end is closed; reported whether asked for or not. */
    public static final int POLLHUP = 0x10;
    /** The descriptor is not open; reported whether asked for or not. */
    public static final int POLLNVAL = 0x20;

    /** {@code struct pollfd}. */
    public static final StructSpec POLLFD = StructSpec.struct("pollfd")
            .field("fd", FieldType.S32, Transfer.IN, "the descriptor; a negative one is skipped")
            .field("events", FieldType.S16, Transfer.IN, "what is waited for")
            .field("revents", FieldType.S16, Transfer.OUT, "what has happened").end();
    /** The descriptor. */
    public static final NumberField FD = POLLFD.number("fd");
    /** What is waited for. */
    public static final NumberField EVENTS = POLLFD.number("events");
    /** What has happened. */
    public static final NumberField REVENTS = POLLFD.number("revents");

    /** {@code struct timespec}; only here, for ppoll. */
    public static final StructSpec TIMESPEC = StructSpec.struct("timespec")
            .field("tv_sec", FieldType.LONG, Transfer.IN, "seconds")
            .field("tv_nsec", FieldType.LONG, Transfer.IN, "nanoseconds, 0..999999999")
            .legacy("ppoll is older than 64-bit nanoseconds");
    private static final NumberField SECONDS = TIMESPEC.number("tv_sec");
    private static final NumberField NANOS = TIMESPEC.number("tv_nsec");
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** ppoll(2). */
    public static final CallSpec PPOLL = CallSpec
            .call("ppoll", "Linux 2.6.16", "Wait until something happens on one of several descriptors.")
            .structure(POLLFD).structure(TIMESPEC)
            .param(Param.memory("fds").must(new MemoryConstraint.SizedBy("nfds", POLLFD.size(), 1))
                    .says("array of pollfd"))
            .param(Param.size("nfds").says("elements of the array"))
            .param(Param.struct("timeout", TIMESPEC).in().optional()
                    .says("how long at most; null waits for ever"))
            .param(Param.memory("sigmask").in().optional().says("signals blocked meanwhile; null for no change"))
            .error(EFAULT, "fds or timeout is not readable and writable memory").provoke("ppoll-bad-pointer")
            .error(EINVAL, "more descriptors than the process may have open (RLIMIT_NOFILE)")
            .provoke("ppoll-too-many-fds")
            .error(EINVAL, "the nanoseconds of timeout are not 0..999999999, or its seconds negative")
            .provoke("ppoll-bad-time")
            .with(Fragments.anySignalInterrupts()).with(Fragments.mayLackKernelMemory())
            .effect("revents of every element is written, also of those that nothing happened on.")
            .note("A descriptor that is not open is no error of the call: its element says POLLNVAL.")
            .transition("pipe", "nothing to read", "POLLIN").provoke("ppoll-reports")
            .returning(Result.count(CType.INT, "how many elements have something in revents; 0 when time is up"));

    private static final NativeCall PPOLL_CALL = NativeCall.bind(MethodHandles.lookup(), PPOLL);
    private static final MethodHandle PPOLL_HANDLE = PPOLL_CALL.handle();

    private Poll() {}

    /**
     * Whether the call can be made here.
     *
     * @return the verdict
     */
    @Operation(threads = Operation.Threads.ANY)
    public static Availability availability() {
        return PPOLL_CALL.availability();
    }

    /**
     * Waits for one descriptor; see {@link #PPOLL}. Blocks, and a virtual thread blocks its carrier.
     *
     * @param fd the descriptor, 0 or more
     * @param events {@code POLL} bits
     * @param nanos how long at most, in nanoseconds; 0 to look only, negative to wait for ever
     * @return what has happened; 0 when time is up
     * @throws org.quern.kapi.KernelException if the kernel refuses, or a signal arrives
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, errors = {KernelException.class,
            SpecViolationException.class, CallUnavailableException.class})
    public static int poll(int fd, int events, long nanos) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment one = POLLFD.allocate(arena);
            FD.set(one, fd);
            EVENTS.set(one, events);
            MemorySegment timeout = timespec(arena, nanos);
            int result = tryPpoll(one, 1, timeout);
            if (result < 0) {
                throw PPOLL_CALL.failure(result, one, 1L, timeout, MemorySegment.NULL);
            }
            return (int) REVENTS.get(one);
        }
    }

    /** Nanoseconds in the structure the call wants; null for ever. */
    static MemorySegment timespec(Arena arena, long nanos) {
        if (nanos < 0) {
            return MemorySegment.NULL;
        }
        MemorySegment time = TIMESPEC.allocate(arena);
        SECONDS.set(time, nanos / NANOS_PER_SECOND);
        NANOS.set(time, nanos % NANOS_PER_SECOND);
        return time;
    }

    /**
     * Waits for several descriptors, with failure in band.
     *
     * @param fds array of {@link #POLLFD}
     * @param nfds how many
     * @param timeout a timespec, or null to wait for ever
     * @return how many elements have something to report, or -errno
     * @throws org.quern.kapi.SpecViolationException if the array is too short
     */
    static int tryPpoll(MemorySegment fds, long nfds, MemorySegment timeout) {
        try {
            long result = (long) PPOLL_HANDLE.invokeExact(fds, nfds, timeout, MemorySegment.NULL);
            return Errno.isError(result) ? (int) result : Math.toIntExact(result);
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }
}
