package org.quern.kapi.linux;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;

import org.quern.kapi.Availability;
import org.quern.kapi.CType;
import org.quern.kapi.CallSpec;
import org.quern.kapi.Constants;
import org.quern.kapi.Errno;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.bind.NativeCall;

import static org.quern.kapi.Errno.EBADF;
import static org.quern.kapi.Errno.EINTR;
import static org.quern.kapi.Errno.EINVAL;
import static org.quern.kapi.Errno.EIO;

/** unistd.h: descriptors and system limits. Thread-safe; nothing here allocates on success. */
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
            .error(EBADF, "fd is not open")
            .error(EINTR, "a signal arrived; the descriptor is closed all the same, do not repeat the call")
            .error(EIO, "earlier writes could not be completed")
            .effect("The lowest free descriptor number may be handed out again at once, to any thread.")
            .returning(Result.zero());

    /** sysconf(3). */
    public static final CallSpec SYSCONF = CallSpec.call("sysconf", "C library", "Ask for a limit of the system.")
            .param(Param.choice("name", CType.INT,
                    Constants.none().and("_SC_PAGESIZE", SC_PAGESIZE).and("_SC_NPROCESSORS_CONF", SC_NPROCESSORS_CONF)
                            .and("_SC_NPROCESSORS_ONLN", SC_NPROCESSORS_ONLN).and("_SC_PHYS_PAGES", SC_PHYS_PAGES))
                    .says("which limit"))
            .error(EINVAL, "this system does not know the name")
            .returning(Result.count(CType.LONG, "the value of the limit"));

    private static final NativeCall CLOSE_CALL = NativeCall.bind(MethodHandles.lookup(), CLOSE);
    private static final MethodHandle CLOSE_HANDLE = CLOSE_CALL.handle();
    private static final NativeCall SYSCONF_CALL = NativeCall.bind(MethodHandles.lookup(), SYSCONF);
    private static final MethodHandle SYSCONF_HANDLE = SYSCONF_CALL.handle();

    private static final class Page {
        static final int SIZE = Math.toIntExact(sysconf(SC_PAGESIZE));
    }

    private Unistd() {}

    /**
     * Whether these calls can be made here.
     *
     * @return the verdict
     */
    public static Availability availability() {
        return SYSCONF_CALL.availability();
    }

    /**
     * Closes a descriptor; see {@link #CLOSE}. May block while earlier writes complete.
     *
     * @param fd the descriptor
     * @throws org.quern.kapi.KernelException if it was not open
     */
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
     * The size of a page, asked once.
     *
     * @return bytes, a power of two
     */
    public static int pageSize() {
        return Page.SIZE;
    }
}
