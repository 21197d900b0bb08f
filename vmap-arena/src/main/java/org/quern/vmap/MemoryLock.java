package org.quern.vmap;

import java.io.IOException;
import java.lang.ref.Cleaner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.CallUnavailableException;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.Operation;
import org.quern.kapi.linux.Mlock;
import org.quern.kapi.linux.Resource;
import org.quern.vmap.pin.LockCounts;
import org.quern.vmap.reserve.Reservation;

/**
 * Pages that stay in memory: mlock(2) as a closeable. They are pinned, too: a locked range is not freed or decommitted. It is
 * no pin for devices: the kernel may move the data to other physical pages.
 *
 * <p>
 * The kernel's locks do not add up, these do: a page is unlocked when the last lock that covers it is closed. A lock that fails
 * half-way leaves nothing locked that was not. Locks that are collected while open are reported, and released.
 *
 * <p>
 * Cost: a system call for each stretch that was not locked yet; where it is not on-fault 0.3 to 1.3 us for each page that is
 * not populated. All locks of the process exclude each other by the <em>lock of locks</em>, for as long as the kernel takes.
 */
@Operation(threads = Operation.Threads.ANY)
public final class MemoryLock implements LockOutcome, AutoCloseable {
    /** When the pages are populated. */
    public enum Mode {
        /** At once, by the lock. */
        NOW,
        /** Each page when it is touched first. */
        ON_FAULT
    }

    private static final Cleaner CLEANER = Cleaner.create();
    private static final LockCounts COUNTS = new LockCounts(); // guarded by itself, the lock of locks

    private final Locked locked;
    private final Cleaner.Cleanable cleanable;

    private MemoryLock(Locked locked) {
        this.locked = locked;
        this.cleanable = CLEANER.register(this, locked);
    }

    /** What the cleaner releases. The pin keeps the memory where it is. */
    private static final class Locked implements Runnable {
        private final VmapArena arena;
        private final Pin pin;
        private final long from;
        private final long to;
        private final AtomicBoolean closed = new AtomicBoolean();

        Locked(VmapArena arena, Pin pin) {
            this.arena = arena;
            this.pin = pin;
            this.from = arena.reservation().base() + (pin.firstPage() << Reservation.PAGE_SHIFT);
            this.to = from + (pin.pages() << Reservation.PAGE_SHIFT);
        }

        @Override
        public void run() {
            if (closed.compareAndSet(false, true)) { // pairs with close
                System.getLogger("org.quern.vmap").log(System.Logger.Level.WARNING,
                        "collected while open, and released: memory lock of " + pin);
                unlock();
            }
        }

        void unlock() {
            try {
                synchronized (COUNTS) {
                    COUNTS.remove(from, to);
                    munlock(COUNTS.uncovered(from, to));
                }
            } finally {
                pin.close();
            }
        }
    }

    /**
     * Locks a range.
     *
     * @param arena where it is from
     * @param range as handed out
     * @param mode when its pages are populated
     * @return the lock
     * @throws MemoryLockException if the system or the back end refuses; nothing stays locked that was not
     * @throws StaleHandleException if the range was freed, or is being freed
     * @throws IllegalArgumentException if another arena handed it out
     * @throws ArenaClosedException if the arena is closed
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "lock of locks, page lock", errors = {
            MemoryLockException.class, StaleHandleException.class, IllegalArgumentException.class,
            ArenaClosedException.class})
    public static MemoryLock lock(VmapArena arena, PageRange range, Mode mode) {
        return switch (tryLock(arena, range, 0, range.pages(), mode)) {
            case MemoryLock lock -> lock;
            case LockRefusal refusal -> throw new MemoryLockException(refusal);
        };
    }

    /**
     * Locks pages of a range, with a refusal as a result.
     *
     * @param arena where it is from
     * @param range as handed out
     * @param first the first page, counted from the range's
     * @param count how many, 1 or more, within the range
     * @param mode when its pages are populated
     * @return the lock, or why it is refused
     * @throws StaleHandleException if the range was freed, or is being freed
     * @throws IllegalArgumentException if another arena handed it out, or the pages are not within it
     * @throws ArenaClosedException if the arena is closed
     * @throws KernelException if the system fails in an unforeseen way; nothing stays locked that was not
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "lock of locks, page lock", errors = {
            StaleHandleException.class, IllegalArgumentException.class, ArenaClosedException.class,
            KernelException.class})
    public static LockOutcome tryLock(VmapArena arena, PageRange range, long first, long count, Mode mode) {
        PinOutcome outcome = arena.pins().tryPin(range, first, count, PinOptions.of("memory lock"));
        if (outcome instanceof PinRefusal refusal) {
            return new LockRefusal(LockRefusal.Reason.BUSY, count << Reservation.PAGE_SHIFT, refusal.toString());
        }
        Pin pin = (Pin) outcome;
        MemoryLock lock = null;
        try {
            LockRefusal refusal = pin.pages() < count
                    ? new LockRefusal(LockRefusal.Reason.BUSY, count << Reservation.PAGE_SHIFT, "only " + pin)
                    : refused(arena, pin, mode);
            lock = refusal == null ? new MemoryLock(new Locked(arena, pin)) : null;
            return refusal == null && lock != null ? lock : Objects.requireNonNull(refusal);
        } finally {
            if (lock == null) {
                pin.close();
            }
        }
    }

    /** Locks; null if that was done. */
    private static @Nullable LockRefusal refused(VmapArena arena, Pin pin, Mode mode) {
        long bytes = pin.pages() << Reservation.PAGE_SHIFT;
        if (!arena.backEnd().can(Capability.LOCKED_PAGES) || !Mlock.availability().isPresent()) {
            return new LockRefusal(LockRefusal.Reason.UNAVAILABLE, bytes,
                    "the back end " + arena.backEnd() + " has no memory locks");
        }
        long from = arena.reservation().base() + (pin.firstPage() << Reservation.PAGE_SHIFT);
        synchronized (COUNTS) {
            List<LockCounts.Part> fresh = COUNTS.uncovered(from, from + bytes);
            int result = mode == Mode.NOW ? mlock(List.of(new LockCounts.Part(from, from + bytes))) : onFault(fresh);
            if (result < 0) {
                munlock(fresh); // what was locked before stays so; a part that never was is unlocked in vain
                return refusal(bytes, result);
            }
            COUNTS.add(from, from + bytes);
            return null;
        }
    }

    private static int mlock(List<LockCounts.Part> parts) {
        int result = 0;
        for (LockCounts.Part part : parts) {
            // Safe because the part lies in pages that the caller has pinned: they stay mapped.
            result = result < 0 ? result : Mlock.tryMlock(part.from(), part.to() - part.from());
        }
        return result;
    }

    private static int onFault(List<LockCounts.Part> parts) {
        int result = 0;
        for (LockCounts.Part part : parts) {
            try {
                // Safe because the part lies in pages that the caller has pinned: they stay mapped.
                result = result < 0
                        ? result
                        : Mlock.tryMlock2(part.from(), part.to() - part.from(), Mlock.MLOCK_ONFAULT);
            } catch (CallUnavailableException e) {
                result = -Errno.ENOSYS.number();
            }
        }
        return result;
    }

    private static void munlock(List<LockCounts.Part> parts) {
        for (LockCounts.Part part : parts) {
            // Safe because the part lies in pages that are still pinned: they are ours, and mapped.
            Mlock.munlock(part.from(), part.to() - part.from());
        }
    }

    private static LockRefusal refusal(long bytes, int result) {
        LockLimit limit = limit();
        boolean over = bytes > limit.softBytes() - Math.max(0, limit.lockedBytes());
        String detail = bytes + " bytes; " + limit + "; errno " + -result;
        Errno errno = Errno.fromNumber(-result);
        if (errno == Errno.EPERM) {
            return new LockRefusal(LockRefusal.Reason.NOT_PERMITTED, bytes, detail);
        }
        if (errno == Errno.ENOSYS) {
            return new LockRefusal(LockRefusal.Reason.UNAVAILABLE, bytes, detail);
        }
        return new LockRefusal(
                errno == Errno.ENOMEM && over ? LockRefusal.Reason.OVER_LIMIT : LockRefusal.Reason.NO_MEMORY,
                bytes, detail);
    }

    /**
     * How much the process may lock, and has. Reads a file of /proc: some 50 us.
     *
     * @return the limit; no limit and -1 where the system cannot be asked
     */
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_IO)
    public static LockLimit limit() {
        if (!Resource.availability().isPresent()) {
            return new LockLimit(Long.MAX_VALUE, Long.MAX_VALUE, -1);
        }
        Resource.Limits limits = Resource.limits(Resource.RLIMIT_MEMLOCK);
        return new LockLimit(bounded(limits.soft()), bounded(limits.hard()), lockedBytes());
    }

    private static long bounded(long unsigned) {
        return unsigned < 0 ? Long.MAX_VALUE : unsigned;
    }

    private static long lockedBytes() {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmLck:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
        } catch (IOException e) {
            // the system does not say
        }
        return -1;
    }

    /**
     * How much is locked by this.
     *
     * @return bytes
     */
    public long bytes() {
        return locked.to - locked.from;
    }

    /**
     * Unlocks what no other lock covers.
     *
     * @throws IllegalStateException if it was closed before
     * @throws KernelException if the system does not unlock, for want of mappings; the lock is gone, the memory stays locked
     */
    @Override
    @Operation(threads = Operation.Threads.ANY, blocks = Operation.Blocks.FOR_MEMORY, lock = "lock of locks", errors = {
            IllegalStateException.class, KernelException.class})
    public void close() {
        if (!locked.closed.compareAndSet(false, true)) { // pairs with Locked.run and another close: one of them unlocks
            throw new IllegalStateException("memory lock of " + locked.pin + ": was closed before");
        }
        cleanable.clean(); // finds it closed
        locked.unlock();
    }

    /**
     * Pages and arena, for logs.
     *
     * @return one line
     */
    @Override
    public String toString() {
        return "memory lock of " + locked.pin + ", " + locked.arena;
    }
}
