package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.kapi.linux.Descriptor;
import org.quern.kapi.linux.Fcntl;
import org.quern.kapi.linux.Poll;
import org.quern.kapi.linux.Unistd;
import org.quern.kapi.linux.Userfault;
import org.quern.kapi.linux.UserfaultLayouts;
import org.quern.vmap.fault.FaultSupport;

/**
 * userfaultfd(2): page faults that a program handles itself, typed. For memory that <em>native code</em> touches; Java code
 * that wants content on demand uses {@link LazyArea}.
 *
 * <p>
 * <strong>Why Java may not touch it.</strong> A Java thread that faults stands still in Java code, so no safepoint is
 * reached; a monitor that is a Java thread stops at that safepoint; the virtual machine hangs for ever, at the next
 * collection. A thread that faults inside a native call does not hold up safepoints. So {@link UserfaultMemory} is handed
 * out as a segment of length 0: native code gets its address, Java code cannot access a byte of it. Calls linked with
 * {@code Linker.Option.critical} count as Java code: never pass it to one.
 *
 * <p>
 * The handshake takes two steps and two descriptors, because a descriptor shakes hands once: a throw-away one is asked what
 * the kernel has ({@link #probe}), a second one is opened with what is wanted. The descriptor is always non-blocking:
 * {@link #poll}, then {@link #read}. It belongs to the address space of its creator.
 *
 * <p>
 * What a monitor does: poll; read; for each {@link UserfaultMessage.PageFault} make the page present, by
 * {@link UserfaultMemory#copyAll} for instance, which also wakes. If another monitor was faster (EEXIST) nobody is woken by
 * that; {@code copyAll} then wakes itself.
 *
 * <p>
 * Thread-safe. Closing wakes who waits for a page: their accesses are handled by the kernel from then on, with zeros.
 */
@Operation(threads = Operation.Threads.ANY)
public final class UserfaultDescriptor implements AutoCloseable {
    private static final int MESSAGE_BYTES = 32;
    private static final int MOST_MESSAGES = 1024;
    private static final long POLL_SLICE = 50_000_000; // closing does not wake a poll: so it looks up every 50 ms

    private final Descriptor descriptor;
    private final Set<UserfaultFeature> features;

    private UserfaultDescriptor(Descriptor descriptor, Set<UserfaultFeature> features) {
        this.descriptor = descriptor;
        this.features = features;
    }

    /**
     * Asks what there is, by a descriptor of its own. Some 20 us. {@code -Dquern.vmap.userfault.without=WP_ASYNC,MOVE} (or
     * {@code ALL}) hides features, to see how a program does on another kernel.
     *
     * @return the kernel's answer
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO)
    public static UserfaultSupport probe() {
        FaultSupport support = FaultSupport.probe();
        return new UserfaultSupport(support.availability(), UserfaultFeature.of(support.features()),
                support.features());
    }

    /**
     * Opens a descriptor for faults of code in user mode; needs no privilege (Linux 5.11). A system call that touches a
     * missing page then fails with EFAULT instead of waiting.
     *
     * @param features what is wanted; may be empty
     * @return the descriptor
     * @throws UserfaultUnavailableException if there is none to be had, or a feature is missing
     * @throws KernelException if the kernel refuses otherwise
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {
            UserfaultUnavailableException.class, KernelException.class})
    public static UserfaultDescriptor open(Set<UserfaultFeature> features) {
        checkFeatures(features);
        return shake(Userfault.tryOpen(Userfault.USER_MODE_ONLY | Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK), features);
    }

    /**
     * Opens a descriptor also for faults inside the kernel: a read(2) into a missing page waits for it. Needs CAP_SYS_PTRACE,
     * or {@code vm.unprivileged_userfaultfd} = 1, or access to {@code /dev/userfaultfd}; they are tried in this order.
     *
     * @param features what is wanted; may be empty
     * @return the descriptor
     * @throws UserfaultUnavailableException if there is none to be had for this process, or a feature is missing
     * @throws KernelException if the kernel refuses otherwise
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = {
            UserfaultUnavailableException.class, KernelException.class})
    public static UserfaultDescriptor openForKernelFaults(Set<UserfaultFeature> features) {
        checkFeatures(features);
        int flags = Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK;
        int fd = Userfault.tryOpen(flags);
        return shake(fd >= 0 ? fd : Userfault.tryOpenByDevice(flags), features);
    }

    private static void checkFeatures(Set<UserfaultFeature> features) {
        UserfaultSupport support = probe();
        if (!support.availability().isPresent()) {
            throw new UserfaultUnavailableException("userfaultfd: " + support.availability().reason(), Set.of());
        }
        Set<UserfaultFeature> missing = UserfaultFeature.of(UserfaultFeature.bits(features) & ~support.rawFeatures());
        if (!missing.isEmpty()) {
            throw new UserfaultUnavailableException("userfaultfd: this kernel has not " + missing + ", only "
                    + support.features(), missing);
        }
    }

    private static UserfaultDescriptor shake(int fd, Set<UserfaultFeature> features) {
        if (fd < 0) {
            throw new UserfaultUnavailableException("userfaultfd: " + Errno.describe(-fd)
                    + "; faults inside the kernel need CAP_SYS_PTRACE, vm.unprivileged_userfaultfd or /dev/userfaultfd",
                    Set.of());
        }
        Descriptor descriptor = Descriptor.owning(fd);
        boolean shaken = false;
        try {
            Userfault.api(fd, UserfaultFeature.bits(features));
            shaken = true;
            return new UserfaultDescriptor(descriptor, Set.copyOf(features));
        } finally {
            if (!shaken) {
                descriptor.close();
            }
        }
    }

    /**
     * What was switched on.
     *
     * @return as asked for at opening
     */
    public Set<UserfaultFeature> features() {
        return features;
    }

    /**
     * Maps memory for native code, private to the process; registered for nothing yet.
     *
     * @param bytes 1 or more, rounded up to pages
     * @return the memory; the caller closes it
     * @throws AddressSpaceException if the system has no room or the process holds too many mappings
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = AddressSpaceException.class)
    public UserfaultMemory map(long bytes) {
        return UserfaultMemory.anonymous(descriptor, bytes);
    }

    /**
     * Maps shared memory (memfd_create(2)) for native code, and once more for Java: what MINOR is for.
     *
     * @param bytes 1 or more, rounded up to pages
     * @return the memory; the caller closes it
     * @throws KernelException if the system has no room
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = KernelException.class)
    public UserfaultMemory mapShared(long bytes) {
        return UserfaultMemory.shared(descriptor, bytes);
    }

    /**
     * Waits for a message.
     *
     * @param timeout how long at most
     * @return whether there is something to read; false when time is up or the descriptor was closed. Messages that were
     *         read do not count, although threads may still wait
     * @throws KernelException if the kernel refuses
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, errors = KernelException.class)
    public boolean poll(Duration timeout) {
        long end = System.nanoTime() + Math.min(Long.MAX_VALUE >> 1, timeout.toNanos());
        while (!descriptor.isClosed()) {
            long left = Math.max(0, end - System.nanoTime());
            try {
                long seen = descriptor.use(fd -> Poll.poll(fd, Poll.POLLIN, Math.min(left, POLL_SLICE)));
                if ((seen & Poll.POLLIN) != 0) {
                    return true;
                }
            } catch (KernelException e) {
                if (e.errno() != Errno.EINTR) {
                    throw e;
                }
            } catch (IllegalStateException closed) {
                return false;
            }
            if (left == 0) {
                return false;
            }
        }
        return false;
    }

    /**
     * Reads messages; does not wait. Faults come before other events. Who causes an event that is no fault (MADV_DONTNEED with
     * EVENT_REMOVE) waits until it is read here.
     *
     * @param most how many at most, 1..1024
     * @return in order; empty if there is none
     * @throws IllegalArgumentException if {@code most} is out of range
     * @throws IllegalStateException if the descriptor is closed
     * @throws KernelException if the kernel refuses
     */
    @Operation(threads = Operation.Threads.ANY, errors = {IllegalArgumentException.class, IllegalStateException.class,
            KernelException.class})
    public List<UserfaultMessage> read(int most) {
        if (most < 1 || most > MOST_MESSAGES) {
            throw new IllegalArgumentException("most=" + most + ": must be 1.." + MOST_MESSAGES);
        }
        try (Arena scope = Arena.ofConfined()) {
            MemorySegment buffer = scope.allocate((long) most * MESSAGE_BYTES, UserfaultLayouts.UFFD_MSG.alignment());
            long got = descriptor.use(fd -> Unistd.tryRead(fd, buffer));
            if (Errno.isError(got)) {
                return none(got, buffer);
            }
            List<UserfaultMessage> messages = new ArrayList<>();
            for (long at = 0; at < got; at += MESSAGE_BYTES) {
                messages.add(MessageDecoder.decode(buffer.asSlice(at, MESSAGE_BYTES)));
            }
            return messages;
        }
    }

    private List<UserfaultMessage> none(long error, MemorySegment buffer) {
        Errno errno = Errno.fromNumber((int) -error);
        if (errno != Errno.EAGAIN && errno != Errno.EINTR) {
            descriptor.use(fd -> Unistd.read(fd, buffer)); // fails again, with the words of the declaration
        }
        return List.of();
    }

    /**
     * Closes the descriptor: who waits for a page goes on, with what the kernel has. Close memories first. Idempotent.
     *
     * @throws KernelException if the kernel refuses
     */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO, errors = KernelException.class)
    public void close() {
        descriptor.close();
    }

    /**
     * The descriptor and its features.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return "userfaultfd " + descriptor + " " + features;
    }
}
