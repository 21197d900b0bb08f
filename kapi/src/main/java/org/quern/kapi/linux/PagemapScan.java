package org.quern.kapi.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandles;

import org.quern.kapi.Availability;
import org.quern.kapi.CType;
import org.quern.kapi.CallSpec;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.Constants;
import org.quern.kapi.Effect;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.kapi.Param;
import org.quern.kapi.Result;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.ioctl.FileKind;
import org.quern.kapi.ioctl.IoctlCall;
import org.quern.kapi.ioctl.IoctlCommand;
import org.quern.kapi.ioctl.IoctlNumber;

import static org.quern.kapi.Errno.EFAULT;
import static org.quern.kapi.Errno.EINVAL;
import static org.quern.kapi.Errno.ENOTTY;
import static org.quern.kapi.Errno.EPERM;
import static org.quern.kapi.Errno.ESRCH;

/**
 * PAGEMAP_SCAN on /proc/PID/pagemap: what the pages of a range are, and which were written since they were protected
 * last. Thread-safe with an argument of its own for each thread. Members in {@link PagemapLayouts}.
 *
 * <p>
 * <strong>Traps.</strong> More than 512 regions in one call can leave a wrong resume address, so the vector is limited to
 * {@value #VECTOR_MAX}. Protecting without a vector ignores the masks. CHECK_WPASYNC can fail after part of the range
 * was protected: scan for pages that do not allow it first.
 */
@Operation(threads = Operation.Threads.ANY, errors = {KernelException.class, SpecViolationException.class,
        CallUnavailableException.class})
public final class PagemapScan {
    /** The most regions that one call may ask for: the pages of one page table. */
    public static final int VECTOR_MAX = 512;

    /** Write-protect the pages that are reported and were written. */
    public static final int PM_SCAN_WP_MATCHING = 1;
    /** Refuse mappings that are not registered for asynchronous write protection. */
    public static final int PM_SCAN_CHECK_WPASYNC = 2;

    /** The mapping is registered for asynchronous write protection. */
    public static final int PAGE_IS_WPALLOWED = 0x1;
    /** Not write-protected: written since, or never protected. */
    public static final int PAGE_IS_WRITTEN = 0x2;
    /** Of a file. */
    public static final int PAGE_IS_FILE = 0x4;
    /** In memory. */
    public static final int PAGE_IS_PRESENT = 0x8;
    /** Swapped out, or a marker: a protected page that was never touched also shows this. */
    public static final int PAGE_IS_SWAPPED = 0x10;
    /** The shared page of zeros. */
    public static final int PAGE_IS_PFNZERO = 0x20;
    /** Part of a huge page. */
    public static final int PAGE_IS_HUGE = 0x40;
    /** Soft-dirty; never set by kernels built without. Linux 6.8. */
    public static final int PAGE_IS_SOFT_DIRTY = 0x80;
    /** A guard. Linux 6.15. */
    public static final int PAGE_IS_GUARD = 0x100;

    /** Number of PAGEMAP_SCAN. */
    public static final IoctlCommand SCAN = IoctlCommand.on("PAGEMAP_SCAN",
            IoctlNumber.iowr('f', 16, PagemapLayouts.PM_SCAN_ARG), PagemapLayouts.PM_SCAN_ARG, FileKind.PAGEMAP)
            .recorded(0xc0606610L);
    /** Number of PROCMAP_QUERY, on /proc/PID/maps. */
    public static final IoctlCommand QUERY = IoctlCommand.on("PROCMAP_QUERY",
            IoctlNumber.iowr('f', 17, PagemapLayouts.PROCMAP_QUERY), PagemapLayouts.PROCMAP_QUERY, FileKind.MAPS)
            .recorded(0xc0686611L);

    /** PAGEMAP_SCAN. */
    public static final CallSpec PAGEMAP_SCAN = CallSpec
            .call("PAGEMAP_SCAN", "Linux 6.7", "Report the pages of a range by what they are, and protect them.")
            .via(SCAN.linkage()).param(Param.fd("fd").says("/proc/PID/pagemap, open for reading"))
            .param(Param.struct("argument", PagemapLayouts.PM_SCAN_ARG).says("struct pm_scan_arg"))
            .structure(PagemapLayouts.PM_SCAN_ARG).structure(PagemapLayouts.PAGE_REGION)
            .with(Fragments.needsOpenDescriptor("PAGEMAP_SCAN"))
            .error(EINVAL, "size is not that of the structure this kernel knows").provoke("PAGEMAP_SCAN-size")
            .error(EINVAL, "a flag is unknown").provoke("PAGEMAP_SCAN-flags")
            .error(EINVAL, "a category is unknown").provoke("PAGEMAP_SCAN-category")
            .error(EINVAL, "start is not at a page").provoke("PAGEMAP_SCAN-unaligned")
            .error(EINVAL, "vec is 0 and vec_len is not").provoke("PAGEMAP_SCAN-no-vector")
            .error(EINVAL, "the kernel does not know the command").provoke("PAGEMAP_SCAN-unknown")
            .error(ENOTTY, "fd is not a pagemap").provoke("PAGEMAP_SCAN-other-file")
            .error(EFAULT, "argument is not readable and writable memory").provoke("PAGEMAP_SCAN-bad-pointer")
            .error(EFAULT, "the range leaves the address space, or ends before it begins")
            .provoke("PAGEMAP_SCAN-backwards")
            .error(EFAULT, "vec is not writable memory").provoke("PAGEMAP_SCAN-bad-vector")
            .error(EPERM, "CHECK_WPASYNC, and a mapping does not allow it").provoke("PAGEMAP_SCAN-unregistered")
            .error(ESRCH, "the process has ended").provoke("PAGEMAP_SCAN-ended")
            .with(Fragments.mayLackKernelMemory()).with(Fragments.fatalSignalInterrupts())
            .with(Fragments.readsMappings())
            .effect(Effect.on("argument", "walk_end says where the scan stopped; smaller than end if vec or max_pages "
                    + "was used up", Effect.Bit.MODIFY_STATE))
            .effect(Effect
                    .on("pages", "write-protected, if reported and written; selecting, reporting and protecting a "
                            + "page is one step", Effect.Bit.MODIFY_STATE)
                    .when("PM_SCAN_WP_MATCHING").undoable()
                    .leavesOnError("earlier pages are protected and their regions written, and the count is lost"))
            .transition("page", "written", "write-protected").provoke("PAGEMAP_SCAN-protects")
            .note("Without vec, PM_SCAN_WP_MATCHING protects every page, whatever the masks say.")
            .note("More than 512 regions in one call can leave walk_end too small.")
            .returning(Result.count(CType.INT, "how many regions were written to vec"));

    private static final IoctlCall CALL = IoctlCall.bind(MethodHandles.lookup(), SCAN, PAGEMAP_SCAN);

    private PagemapScan() {}

    /**
     * Whether this process can scan itself; asks the kernel with a scan of nothing.
     *
     * @return the verdict
     */
    @Operation(threads = Operation.Threads.ANY)
    public static Availability availability() {
        int fd = Fcntl.tryOpen("/proc/self/pagemap", Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
        if (fd < 0) {
            return Probes.refused("opening /proc/self/pagemap", Errno.fromNumber(fd));
        }
        try (Arena arena = Arena.ofConfined()) {
            return CALL.judge(CALL.make(fd, argument(arena)));
        } finally {
            Unistd.close(fd);
        }
    }

    /**
     * Which categories this kernel knows, each asked with a scan of nothing.
     *
     * @return {@code PAGE_IS_} bits; 0 if the command is not available
     */
    @Operation(threads = Operation.Threads.ANY)
    public static int categories() {
        int fd = Fcntl.tryOpen("/proc/self/pagemap", Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
        if (fd < 0) {
            return 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            int known = 0;
            for (Constants.Constant category : PagemapLayouts.CATEGORY_BITS.entries()) {
                MemorySegment argument = argument(arena);
                PagemapLayouts.RETURN_MASK.set(argument, category.value());
                known |= CALL.make(fd, argument) >= 0 ? (int) category.value() : 0;
            }
            return known;
        } finally {
            Unistd.close(fd);
        }
    }

    /**
     * An argument for a scan of nothing, its size filled in; fill in the rest by the members of {@link PagemapLayouts}.
     * May be used again and again by one thread.
     *
     * @param allocator off-heap
     * @return the memory
     */
    @Operation(threads = Operation.Threads.ANY)
    public static MemorySegment argument(SegmentAllocator allocator) {
        return CALL.argument(allocator);
    }

    /**
     * Scans; see {@link #PAGEMAP_SCAN}.
     *
     * @param fd /proc/PID/pagemap, open for reading
     * @param argument filled in
     * @return how many regions were written to vec, 0 or more
     * @throws org.quern.kapi.SpecViolationException if a member breaks a rule
     * @throws org.quern.kapi.KernelException if the kernel refuses; with protection, part may be done
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {KernelException.class,
            SpecViolationException.class, CallUnavailableException.class})
    public static int scan(int fd, MemorySegment argument) {
        int result = tryScan(fd, argument);
        if (result < 0) {
            throw CALL.failure(result, fd, argument);
        }
        return result;
    }

    /**
     * As {@link #scan}, with failure in band.
     *
     * @param fd /proc/PID/pagemap, open for reading
     * @param argument filled in
     * @return how many regions were written to vec, or -errno
     * @throws org.quern.kapi.SpecViolationException if a member breaks a rule
     */
    @Operation(threads = Operation.Threads.ANY, faults = Operation.Faults.MAY, errors = {SpecViolationException.class,
            CallUnavailableException.class})
    public static int tryScan(int fd, MemorySegment argument) {
        return (int) CALL.make(fd, argument);
    }

}
