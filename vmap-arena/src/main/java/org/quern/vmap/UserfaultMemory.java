package org.quern.vmap;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Set;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.kapi.SpecViolationException;
import org.quern.kapi.linux.Descriptor;
import org.quern.kapi.linux.Mman;
import org.quern.kapi.linux.Progress;
import org.quern.kapi.linux.Userfault;
import org.quern.kapi.raw.ScopedMemory;
import org.quern.vmap.fault.SharedSpan;
import org.quern.vmap.reserve.Reservation;

/**
 * Memory whose faults a {@link UserfaultDescriptor} reports. Native code reaches it by {@link #forNativeCalls}; Java code
 * cannot, see there why. All ranges are offsets in it, whole pages.
 *
 * <p>
 * <b>Progress.</b> The commands that fill answer with how far they came <em>and</em> what stopped them
 * ({@link Progress}): all done; part done, errno EAGAIN, and the next call for the rest says why; nothing done, with the
 * cause (EEXIST: a page is there; ENOENT: not one registered mapping); nothing done and
 * EAGAIN: the mappings are changing, because an event is unread. {@link #copyAll} does the loop.
 *
 * <p>
 * A page is filled as a whole: no thread sees part of it. Filling wakes who waits for it, unless told not to; several ranges
 * filled without waking are woken by one {@link #wake} over all of them.
 *
 * <p>
 * Thread-safe. The address space stays mapped until this object and its segments are unreachable.
 */
@Operation(threads = Operation.Threads.ANY, errors = {KernelException.class, SpecViolationException.class,
        IllegalStateException.class})
public final class UserfaultMemory implements AutoCloseable {
    private final Descriptor descriptor;
    private final Object owner; // keeps it mapped
    private final long base;
    private final long bytes;
    private final Arena scope = Arena.ofShared();
    private final MemorySegment handle;
    private final @Nullable MemorySegment second;

    private UserfaultMemory(Descriptor descriptor, Object owner, long base, long bytes, @Nullable SharedSpan shared) {
        this.descriptor = descriptor;
        this.owner = owner;
        this.base = base;
        this.bytes = bytes;
        // Safe because no byte can be accessed through it, and its scope keeps the owner while a call uses it.
        this.handle = ScopedMemory.of(base, 0, scope, owner);
        this.second = shared == null ? null : shared.second(scope);
    }

    static UserfaultMemory anonymous(Descriptor descriptor, long bytes) {
        long whole = wholePages(bytes);
        Reservation reservation = AddressSpaceException.reserve(BackEnd.LINUX, "userfault memory", whole, whole);
        return new UserfaultMemory(descriptor, reservation, reservation.base(), whole, null);
    }

    static UserfaultMemory shared(Descriptor descriptor, long bytes) {
        SharedSpan span = new SharedSpan(wholePages(bytes));
        return new UserfaultMemory(descriptor, span, span.base(), wholePages(bytes), span);
    }

    private static long wholePages(long bytes) {
        if (bytes < 1 || bytes > Reservation.MAX_BYTES) {
            throw new IllegalArgumentException("bytes=" + bytes + ": must be 1..2^46");
        }
        return Reservation.roundUpToPages(bytes);
    }

    /**
     * The size.
     *
     * @return bytes, whole pages
     */
    @Operation(threads = Operation.Threads.ANY)
    public long bytes() {
        return bytes;
    }

    /**
     * Where native code finds the memory: a segment of length 0, whose address a downcall passes on, and of which Java cannot
     * access a byte. While a call has it the memory cannot be closed.
     *
     * <p>
     * Never pass it to a call linked with {@code Linker.Option.critical}: such a call counts as Java code, and a fault in it
     * hangs the virtual machine at its next collection, if a Java thread is to answer.
     *
     * @return the beginning of the memory
     */
    @Operation(threads = Operation.Threads.ANY)
    public MemorySegment forNativeCalls() {
        return handle;
    }

    /**
     * The same bytes through another mapping, which is not registered: Java may read and write it. Of shared memory only.
     *
     * @return all bytes
     * @throws IllegalStateException if the memory is not shared
     */
    @Operation(threads = Operation.Threads.ANY, errors = IllegalStateException.class)
    public MemorySegment secondMapping() {
        if (second == null) {
            throw new IllegalStateException("private memory has one mapping only");
        }
        return second;
    }

    /**
     * Where an address of a message lies.
     *
     * @param address of a {@link UserfaultMessage}
     * @return the offset of its page, or -1 if it is not in this memory
     */
    @Operation(threads = Operation.Threads.ANY)
    public long pageOf(long address) {
        long offset = address - base;
        return offset < 0 || offset >= bytes ? -1 : offset & -Reservation.PAGE_BYTES;
    }

    /**
     * Lets faults of a range be reported. Replaces the modes that it had.
     *
     * @param offset of the range
     * @param length bytes
     * @param modes one at least
     * @return what can be done to the range
     */
    public Set<UserfaultOperation> register(long offset, long length, Set<UserfaultMode> modes) {
        return UserfaultOperation.of(with(offset, length, fd -> Userfault.register(fd, base + offset, length,
                UserfaultMode.bits(modes))));
    }

    /**
     * Ends reporting faults of a range: who waits for a page of it goes on, with what the kernel has; protection is lifted. A
     * range that was never registered is fine; one of another descriptor is EINVAL (older kernels unregister it).
     *
     * @param offset of the range
     * @param length bytes
     */
    public void unregister(long offset, long length) {
        with(offset, length, fd -> {
            Userfault.unregister(fd, base + offset, length);
            return 0L;
        });
    }

    /**
     * Fills missing pages with a copy, as far as one command comes. Costs a second copy: the content is taken over into memory
     * of this call first, so that neither a closing scope nor a fault of its own can come between.
     *
     * @param offset of the first page
     * @param content whole pages
     * @param protect whether the pages come write-protected; of ranges registered for that
     * @param wake whether to wake who waits for them
     * @return how far it came
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, errors = {
            KernelException.class, SpecViolationException.class, IllegalStateException.class})
    public Progress copy(long offset, MemorySegment content, boolean protect, boolean wake) {
        long length = content.byteSize();
        int mode = (protect ? Userfault.MODE_WP : 0) | (wake ? 0 : Userfault.MODE_DONTWAKE);
        try (Arena call = Arena.ofConfined()) {
            MemorySegment own = call.allocate(length, 8).copyFrom(content);
            return with(offset, length, fd -> Userfault.copy(fd, base + offset, own.address(), length, mode));
        }
    }

    /**
     * Fills missing pages with a copy, passing over those that are there already, and wakes whoever waits for any of them.
     * Does the loop that the answers of {@link #copy} ask for.
     *
     * @param offset of the first page
     * @param content whole pages
     * @return how many bytes were filled; the rest was there
     * @throws KernelException if a page cannot be filled for another reason
     * @throws IllegalStateException if the mappings keep changing: somebody must read the events
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, faults = Operation.Faults.MAY, errors = {
            KernelException.class, SpecViolationException.class, IllegalStateException.class})
    public long copyAll(long offset, MemorySegment content) {
        long length = content.byteSize();
        long at = 0;
        long filled = 0;
        while (at < length) {
            Progress step = copy(offset + at, content.asSlice(at), false, true);
            filled += step.done();
            at += step.done();
            if (step.errno() == Errno.EEXIST.number()) {
                wake(offset + at, Reservation.PAGE_BYTES); // who found it there wakes: the other may not have
                at += Reservation.PAGE_BYTES;
            } else if (step.isChanging()) {
                throw new IllegalStateException(
                        "offset=" + (offset + at) + ": the mappings are changing; read the events");
            } else if (!step.isComplete() && !step.isPartial()) {
                throw new IllegalStateException("offset=" + (offset + at) + ": UFFDIO_COPY was stopped by "
                        + Errno.describe(step.errno()));
            }
        }
        return filled;
    }

    /**
     * Fills missing pages with zeros.
     *
     * @param offset of the first page
     * @param length bytes
     * @param wake whether to wake who waits for them
     * @return how far it came
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {KernelException.class,
            SpecViolationException.class, IllegalStateException.class})
    public Progress zero(long offset, long length, boolean wake) {
        return with(offset, length, fd -> Userfault.zeropage(fd, base + offset, length, dontWake(wake)));
    }

    /**
     * Maps pages that the file has; the answer to a MINOR fault, after the content was put right by {@link #secondMapping}.
     *
     * @param offset of the first page
     * @param length bytes
     * @param wake whether to wake who waits for them
     * @return how far it came
     * @throws KernelException EFAULT if the file has not the page
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {KernelException.class,
            SpecViolationException.class, IllegalStateException.class})
    public Progress resume(long offset, long length, boolean wake) {
        return with(offset, length, fd -> Userfault.resume(fd, base + offset, length, dontWake(wake)));
    }

    /**
     * Lets every access to missing pages fail: SIGBUS, in a system call EFAULT. Until {@link #drop}.
     *
     * @param offset of the first page
     * @param length bytes
     * @param wake whether to wake who waits for them
     * @return how far it came
     */
    public Progress poison(long offset, long length, boolean wake) {
        return with(offset, length, fd -> Userfault.poison(fd, base + offset, length, dontWake(wake)));
    }

    /**
     * Fills missing pages by moving others there, without a copy. Of private memory; the source becomes a hole.
     *
     * @param offset of the first missing page
     * @param source offset of the first page to move
     * @param length bytes
     * @param holes whether a hole in the source counts as moved; else it is ENOENT
     * @param wake whether to wake who waits for them
     * @return how far it came; EBUSY for pages that are pinned or shared with a child
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {KernelException.class,
            SpecViolationException.class, IllegalStateException.class})
    public Progress move(long offset, long source, long length, boolean holes, boolean wake) {
        check(source, length);
        int mode = dontWake(wake) | (holes ? Userfault.MODE_ALLOW_SRC_HOLES : 0);
        return with(offset, length, fd -> Userfault.move(fd, base + offset, base + source, length, mode));
    }

    private static int dontWake(boolean wake) {
        return wake ? 0 : Userfault.MODE_DONTWAKE;
    }

    /**
     * Wakes who waits for pages of a range. Each touches its page again; if that is still not right, there is another message.
     *
     * @param offset of the range
     * @param length bytes; what is not registered does no harm
     */
    public void wake(long offset, long length) {
        with(offset, length, fd -> {
            Userfault.wake(fd, base + offset, length);
            return 0L;
        });
    }

    /**
     * Protects pages against writing. Without WP_UNPOPULATED pages of private memory that were never touched forget it.
     *
     * @param offset of the range, registered for it
     * @param length bytes
     * @return 0, or an errno: ENOENT if part is not registered for it; parts before that are protected
     */
    public int protect(long offset, long length) {
        return -with(offset, length,
                fd -> Userfault.tryWriteprotect(fd, base + offset, length, Userfault.WRITEPROTECT_WP));
    }

    /**
     * Lifts the protection; the answer to a WRITE_PROTECTED fault.
     *
     * @param offset of the range
     * @param length bytes
     * @param wake whether to wake who waits to write
     * @return 0, or an errno: ENOENT if part is not registered for it
     */
    public int unprotect(long offset, long length, boolean wake) {
        return -with(offset, length, fd -> Userfault.tryWriteprotect(fd, base + offset, length,
                wake ? 0 : Userfault.WRITEPROTECT_DONTWAKE));
    }

    /**
     * Empties pages (madvise(2), MADV_DONTNEED): they are missing again; poison and protection are gone. Of shared memory
     * only this mapping forgets them. With EVENT_REMOVE it waits until the event is read, in a native call.
     *
     * @param offset of the range
     * @param length bytes
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_OTHERS, errors = {KernelException.class,
            SpecViolationException.class, IllegalStateException.class})
    public void drop(long offset, long length) {
        with(offset, length, fd -> {
            // Safe because the range lies in this memory, which only native code that copes with faults accesses.
            Mman.madvise(base + offset, length, Mman.MADV_DONTNEED);
            return 0L;
        });
    }

    /** Makes a call with the descriptor held open and the memory mapped. */
    private <T> T with(long offset, long length, IntFunction<T> call) {
        check(offset, length);
        if (!scope.scope().isAlive()) {
            throw new IllegalStateException("userfault memory: closed");
        }
        Object[] result = new Object[1];
        try {
            descriptor.use(fd -> {
                result[0] = call.apply(fd);
                return 0;
            });
        } finally {
            Reference.reachabilityFence(owner);
        }
        @SuppressWarnings("unchecked") // what call returned
        T answer = (T) result[0];
        return answer;
    }

    private void check(long offset, long length) {
        if (offset < 0 || length < 0 || offset > bytes - length) {
            throw new IndexOutOfBoundsException(
                    "offset=" + offset + ", length=" + length + ": not within userfault memory of " + bytes + " bytes");
        }
    }

    /**
     * Ends the segments, unregisters the memory and empties it. The addresses stay mapped until nobody can reach this object.
     * Idempotent.
     *
     * @throws RangeBusyException if a native call is using the memory; answer its fault, or close the descriptor, and close again
     * @throws KernelException if the kernel refuses
     */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, errors = {
            RangeBusyException.class, KernelException.class})
    public void close() {
        if (!scope.scope().isAlive()) {
            return;
        }
        if (!PageSpace.endScope(scope)) {
            throw new RangeBusyException("userfault memory: a native call is using it", null);
        }
        try {
            endRegistration();
            // Safe because no segment is alive, so no call that came by us is inside.
            Mman.madvise(base, bytes, Mman.MADV_DONTNEED);
        } finally {
            Reference.reachabilityFence(owner);
        }
    }

    private void endRegistration() {
        try {
            descriptor.use(fd -> {
                Userfault.unregister(fd, base, bytes);
                return 0;
            });
        } catch (IllegalStateException closed) {
            // the descriptor is gone, and with it every registration
        }
    }

    /**
     * Where and how large.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return "userfault memory of " + bytes + " bytes at 0x" + Long.toHexString(base);
    }
}
