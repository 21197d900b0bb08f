package org.quern.kapi.linux;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

import org.quern.kapi.Availability;
import org.quern.kapi.CType;
import org.quern.kapi.CallSpec;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.Constants;
import org.quern.kapi.Effect;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.MemoryConstraint;
import org.quern.kapi.Operation;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.bind.NativeCall;

import static org.quern.kapi.Errno.EAGAIN;
import static org.quern.kapi.Errno.EDQUOT;
import static org.quern.kapi.Errno.EFAULT;
import static org.quern.kapi.Errno.EINTR;
import static org.quern.kapi.Errno.EINVAL;
import static org.quern.kapi.Errno.EIO;
import static org.quern.kapi.Errno.EISDIR;
import static org.quern.kapi.Errno.ENOSPC;

/** unistd.h: descriptors and system limits. Thread-safe; nothing here allocates on success. */
@Operation(threads = Operation.Threads.ANY, errors = {KernelException.class, SpecViolationException.class,
        CallUnavailableException.class})
public final class Unistd {
    /** Bytes in a page. */
    public static final int SC_PAGESIZE = 30;
    /** Processors that the system is configured with. */
    public static final int SC_NPROCESSORS_CONF = 83;
    /** Processors that are online. */
    public static final int SC_NPROCESSORS_ONLN = 84;
    /** Pages of physical memory. */
    public static final int SC_PHYS_PAGES = 85;

    /** close(2). */
    public static final CallSpec CLOSE = CallSpec.call("close", "Linux 1.0", "Close a file descriptor.")
            .param(Param.fd("fd").says("the descriptor; it is gone afterwards, whatever the call returns"))
            .with(Fragments.needsOpenDescriptor("close"))
            .error(EINTR, "a signal arrived; the descriptor is closed all the same, do not repeat the call")
            .untested("needs a file system that waits when it is closed")
            .error(EIO, "earlier writes could not be completed").untested("needs a broken device")
            .error(ENOSPC, "earlier writes found no space; on network file systems").untested("needs one")
            .error(EDQUOT, "earlier writes exceeded the quota; on network file systems").untested("needs one")
            .effect(Effect.on("descriptor", "free; its number may be handed out again at once, to any thread",
                    Effect.Bit.RESOURCE_DESTROY, Effect.Bit.IRREVERSIBLE)
                    .leavesOnError("free, unless the error is EBADF"))
            .transition("descriptor", "open", "free").provoke("close-closes")
            .returning(Result.zero());

    /** read(2). */
    public static final CallSpec READ = CallSpec.call("read", "Linux 1.0", "Read bytes from a descriptor.")
            .param(Param.fd("fd").says("open for reading"))
            .param(Param.memory("buffer").out().must(new MemoryConstraint.SizedBy("count", 1, 1))
                    .says("receives the bytes"))
            .param(Param.size("count").says("at most this many bytes"))
            .with(Fragments.needsOpenDescriptor("read"))
            .error(EAGAIN, "nothing to read, and the descriptor does not wait (O_NONBLOCK)").provoke("read-nothing")
            .error(EFAULT, "buffer is not writable memory").provoke("read-bad-pointer")
            .error(EINVAL, "the file does not take such a request, as a userfaultfd less than 32 bytes")
            .provoke("read-short")
            .error(EIO, "input failed").untested("needs a broken device")
            .error(EISDIR, "fd is a directory").provoke("read-directory")
            .with(Fragments.anySignalInterrupts())
            .effect(Effect.on("file", "the position moves on by the bytes read", Effect.Bit.FILE_POSITION).undoable())
            .returning(Result.count(CType.LONG, "how many bytes were read; 0 at the end"));

    /** sysconf(3). */
    public static final CallSpec SYSCONF = CallSpec.call("sysconf", "C library", "Ask for a limit of the system.")
            .param(Param.choice("name", CType.INT,
                    Constants.none().and("_SC_PAGESIZE", SC_PAGESIZE).and("_SC_NPROCESSORS_CONF", SC_NPROCESSORS_CONF)
                            .and("_SC_NPROCESSORS_ONLN", SC_NPROCESSORS_ONLN).and("_SC_PHYS_PAGES", SC_PHYS_PAGES))
                    .says("which limit"))
            .error(EINVAL, "this system does not know the name").provoke("sysconf-unknown")
            .note("The number of processors is read from files and costs microseconds.")
            .returning(Result.count(CType.LONG, "the value of the limit"));

    private static final NativeCall CLOSE_CALL = NativeCall.bind(MethodHandles.lookup(), CLOSE);
    private static final MethodHandle CLOSE_HANDLE = CLOSE_CALL.handle();
    private static final NativeCall SYSCONF_CALL = NativeCall.bind(MethodHandles.lookup(), SYSCONF);
    private static final MethodHandle SYSCONF_HANDLE = SYSCONF_CALL.handle();

    private static final class Page {
        static final int SIZE = Math.toIntExact(sysconf(SC_PAGESIZE));
    }

    private static final NativeCall READ_CALL = NativeCall.bind(MethodHandles.lookup(), READ);
    private static final MethodHandle READ_HANDLE = READ_CALL.handle();

    private Unistd() {}

    /**
     * Whether these calls can be made here.
     *
     * @return the verdict
     */
    @Operation(threads = Operation.Threads.ANY)
    public static Availability availability() {
        return SYSCONF_CALL.availability();
    }

    /**
     * Closes a descriptor; see {@link #CLOSE}. May block while earlier writes complete.
     *
     * @param fd the descriptor
     * @throws org.quern.kapi.KernelException if it was not open
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {KernelException.class,
            SpecViolationException.class, CallUnavailableException.class})
    public static void close(int fd) {
        try {
            long result = (long) CLOSE_HANDLE.invokeExact(fd);
            if (Errno.isError(result)) {
                throw CLOSE_CALL.failure(result, fd);
            }
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * Asks for a limit; see {@link #SYSCONF}. Does not block.
     *
     * @param name one of the {@code SC_} constants
     * @return its value
     * @throws org.quern.kapi.SpecViolationException if the name is none of them
     * @throws org.quern.kapi.KernelException if the system does not know the name
     */
    public static long sysconf(int name) {
        try {
            long result = (long) SYSCONF_HANDLE.invokeExact(name);
            if (Errno.isError(result)) {
                throw SYSCONF_CALL.failure(result, name);
            }
            return result;
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * Reads bytes; see {@link #READ}. Blocks until there are some, unless the descriptor is non-blocking.
     *
     * @param fd open for reading
     * @param buffer off-heap, receives the bytes
     * @return how many were read; 0 at the end
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, faults = Operation.Faults.MAY, errors = {
            KernelException.class, SpecViolationException.class, CallUnavailableException.class})
    public static long read(int fd, MemorySegment buffer) {
        long result = tryRead(fd, buffer);
        if (result < 0) {
            throw READ_CALL.failure(result, fd, buffer, buffer.byteSize());
        }
        return result;
    }

    /**
     * As {@link #read}, with failure in band.
     *
     * @param fd open for reading
     * @param buffer off-heap, receives the bytes
     * @return how many were read, or -errno
     * @throws org.quern.kapi.SpecViolationException if an argument breaks a rule
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, faults = Operation.Faults.MAY, errors = {
            SpecViolationException.class, CallUnavailableException.class})
    public static long tryRead(int fd, MemorySegment buffer) {
        try {
            return (long) READ_HANDLE.invokeExact(fd, buffer, buffer.byteSize());
        } catch (Throwable e) {
            throw NativeCall.unexpected(e);
        }
    }

    /**
     * The size of a page, asked once.
     *
     * @return bytes, a power of two
     */
    @Operation(threads = Operation.Threads.ANY)
    public static int pageSize() {
        return Page.SIZE;
    }
}
