package org.quern.vmap.fault;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Errno;
import org.quern.kapi.KernelException;
import org.quern.kapi.linux.Descriptor;
import org.quern.kapi.linux.Fcntl;
import org.quern.kapi.linux.Progress;
import org.quern.kapi.linux.Userfault;
import org.quern.vmap.fault.SpanModes.Change;
import org.quern.vmap.reserve.MappingBudget;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.reserve.ReservationFailure;

/**
 * The one userfaultfd descriptor of an arena's reservation, shared by whoever fills pages and whoever tracks writes; the
 * kernel allows one owner for a mapping.
 *
 * <p>
 * Invariants.
 * <ol>
 * <li>No fault is ever reported and nobody waits for an answer: a touch of a missing page of a span registered for MISSING
 * is a SIGBUS (in Java an InternalError, in a system call EFAULT), a write to a protected page lifts the protection inside the
 * kernel (WP_ASYNC). A Java thread that answered faults of Java threads would hang the virtual machine.
 * <li>The kernel's modes of each page are the union of what its users asked for ({@link SpanModes}). Outside the calls below
 * that is exact; if the kernel refuses a change, the change is undone.
 * <li>Every cut that registration makes into the mapping is counted against the budget of mappings.
 * </ol>
 *
 * Opened unprivileged (USER_MODE_ONLY). WP is offered only together with WP_ASYNC. Thread-safe: changes are made under a
 * lock, pages are copied without it. The descriptor is closed by {@link #close}, at the latest when this object is
 * unreachable; until then it keeps the reservation.
 */
public final class ArenaFaultDescriptor implements AutoCloseable {
    private static final long MISSING_WANTED = Userfault.FEATURE_SIGBUS;
    private static final long WISHED = MISSING_WANTED | Userfault.FEATURE_MISSING_SHMEM | Userfault.FEATURE_WP_ASYNC
            | Userfault.FEATURE_WP_UNPOPULATED | Userfault.FEATURE_WP_HUGETLBFS_SHMEM
            | Userfault.FEATURE_PAGEFAULT_FLAG_WP;
    private static final int CHANGING_TRIES = 1000; // a page table lock, or somebody's mmap: microseconds each
    private static final Cleaner CLEANER = Cleaner.create();

    private final Reservation reservation;
    private final long features;
    private final Descriptor descriptor;
    private final ReentrantLock registering = new ReentrantLock();
    private final SpanModes spans = new SpanModes(); // guarded by registering
    private final Cuts cuts; // guarded by registering
    private volatile boolean anyProtection; // written under registering: spares the lock where nobody tracks

    private ArenaFaultDescriptor(Reservation reservation, long features, int fd) {
        this.reservation = reservation;
        this.features = features;
        this.descriptor = Descriptor.owning(fd);
        this.cuts = new Cuts(descriptor);
        CLEANER.register(this, cuts);
    }

    /**
     * Opens the descriptor of a reservation.
     *
     * @param reservation whose pages are to be registered
     * @param support what the kernel has
     * @return null if the kernel has not what filling needs (a descriptor, SIGBUS); see {@link FaultSupport#availability}
     */
    public static @Nullable ArenaFaultDescriptor tryOpen(Reservation reservation, FaultSupport support) {
        if (!support.has(MISSING_WANTED)) {
            return null;
        }
        int fd = Userfault.tryOpen(Userfault.USER_MODE_ONLY | Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK);
        if (fd < 0) {
            return null;
        }
        long features = support.features() & WISHED;
        ArenaFaultDescriptor opened = new ArenaFaultDescriptor(reservation, features, fd);
        try {
            Userfault.api(fd, features);
        } catch (KernelException e) {
            opened.close();
            return null; // what the probe saw is gone: a filter of system calls was installed since
        }
        return opened;
    }

    /**
     * Whether all of some features are switched on.
     *
     * @param wanted {@code Userfault.FEATURE_} bits
     * @return true if none is missing
     */
    public boolean has(long wanted) {
        return (features & wanted) == wanted;
    }

    /**
     * Whether writes can be tracked without messages, also to pages never touched.
     *
     * @return true if spans may be registered for WP
     */
    public boolean tracksWrites() {
        return has(Userfault.FEATURE_WP_ASYNC | Userfault.FEATURE_WP_UNPOPULATED);
    }

    /**
     * Asks for modes of a span, in addition to what others asked for it. The kernel's modes are then the union.
     *
     * @param offset in the reservation, a multiple of the page size
     * @param length bytes, more than 0, a multiple of the page size
     * @param modes {@code Userfault.REGISTER_MISSING}, {@code REGISTER_WP}, or both
     * @throws ReservationFailure if the budget of mappings is spent; nothing was changed
     * @throws KernelException if the kernel refuses; nothing was changed
     * @throws IllegalStateException if the descriptor is closed
     */
    public void register(long offset, long length, int modes) throws ReservationFailure {
        checkModes(modes);
        registering.lock();
        try {
            change(offset, length, modes, 1);
        } finally {
            registering.unlock();
        }
    }

    /**
     * Takes back what {@link #register} asked for, for the same span or a part of it. Modes that others asked for stay. What
     * was written to the pages stays; protection is lifted where nobody asks for WP any more.
     *
     * @param offset in the reservation, a multiple of the page size
     * @param length bytes, more than 0, a multiple of the page size
     * @param modes as registered
     * @throws ReservationFailure if the budget of mappings is spent, which a part in the middle may need; nothing was
     *         changed
     * @throws KernelException if the kernel refuses; nothing was changed
     * @throws IllegalStateException if a mode was not asked for, or the descriptor is closed
     */
    public void unregister(long offset, long length, int modes) throws ReservationFailure {
        checkModes(modes);
        registering.lock();
        try {
            change(offset, length, modes, -1);
        } finally {
            registering.unlock();
        }
    }

    private void checkModes(int modes) {
        int known = Userfault.REGISTER_MISSING | (tracksWrites() ? Userfault.REGISTER_WP : 0);
        if (modes == 0 || (modes & ~known) != 0) {
            throw new IllegalArgumentException("modes=" + modes + ": must be a combination of " + known);
        }
    }

    private void change(long offset, long length, int modes, int sign) throws ReservationFailure {
        reservation.checkPages(offset, length);
        long first = offset >>> Reservation.PAGE_SHIFT;
        long end = first + (length >>> Reservation.PAGE_SHIFT);
        List<Change> changes = spans.change(first, end, modes, sign);
        List<Change> made = new ArrayList<>();
        boolean done = false;
        try {
            cuts.growTo(spans.cuts());
            for (Change change : changes) {
                apply(change.first(), change.end(), change.before(), change.after());
                made.add(change);
            }
            done = true;
        } finally {
            if (!done) {
                spans.change(first, end, modes, -sign);
                made.forEach(change -> apply(change.first(), change.end(), change.after(), change.before()));
            }
            cuts.shrinkTo(spans.cuts());
            anyProtection = spans.any(Userfault.REGISTER_WP);
        }
    }

    /**
     * Makes the kernel's modes of a run those that are asked for now. REGISTER replaces modes, but a span that already has all
     * that is asked for, and more, it leaves as it is; so what is to lose one of two modes takes another way:
     * <ul>
     * <li>MISSING: the run is unregistered first. Its protection goes with that, so its pages count as written; and a
     * scan that comes between finds it unprotectable, and starts over.
     * <li>WP: it stays registered, since a fill under way must find MISSING; its protection is lifted, and nobody protects it.
     * </ul>
     */
    private void apply(long first, long end, int before, int after) {
        boolean loses = after != 0 && (before & after) == after;
        if (loses && after == Userfault.REGISTER_MISSING) {
            long offset = first << Reservation.PAGE_SHIFT;
            int result = tryWriteProtect(offset, (end - first) << Reservation.PAGE_SHIFT, false);
            if (result < 0 && result != -Errno.ENOENT.number()) { // ENOENT: mapped anew by somebody, and not registered
                throw new IllegalStateException("cannot lift the protection of pages " + first + ".." + (end - 1)
                        + ": " + Errno.describe(-result));
            }
        } else if (loses) {
            set(first, end, 0);
            set(first, end, after);
        } else {
            set(first, end, after);
        }
    }

    private void set(long first, long end, int modes) {
        long length = (end - first) << Reservation.PAGE_SHIFT;
        try {
            descriptor.use(fd -> {
                // Safe because the pages lie in the reservation, which this object keeps mapped (fence below).
                long start = address(first);
                if (modes == 0) {
                    Userfault.unregister(fd, start, length);
                    return 0;
                }
                return Userfault.register(fd, start, length, modes);
            });
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private long address(long page) {
        return reservation.base() + (page << Reservation.PAGE_SHIFT);
    }

    /**
     * What a page is registered for.
     *
     * @param offset in the reservation
     * @return {@code Userfault.REGISTER_} bits; 0 for none
     */
    public int modes(long offset) {
        registering.lock();
        try {
            return spans.modes(offset >>> Reservation.PAGE_SHIFT);
        } finally {
            registering.unlock();
        }
    }

    /**
     * Fills missing pages of a registered span with a copy: each page appears as a whole or not at all.
     *
     * @param offset in the reservation, a multiple of the page size
     * @param source the address of the content; the caller keeps it readable
     * @param length bytes, more than 0, a multiple of the page size
     * @param clean whether, where the span is registered for WP, the pages come protected, and so do not count as written
     * @return how far it came: complete, or stopped by EEXIST at a page that is there already, or by what else the kernel
     *         says
     * @throws KernelException if the kernel refuses the arguments
     * @throws IllegalStateException if the descriptor is closed
     */
    public Progress copy(long offset, long source, long length, boolean clean) {
        reservation.checkPages(offset, length);
        long done = 0;
        long most = length; // for one command
        int tries = CHANGING_TRIES;
        while (done < length) {
            Progress step = copyOnce(offset + done, source + done, Math.min(most, length - done), clean);
            done += step.done();
            if (step.isComplete() || step.isPartial()) {
                continue;
            }
            if (step.errno() == Errno.ENOENT.number() && most > Reservation.PAGE_BYTES) {
                most = Reservation.PAGE_BYTES; // the run crosses two mappings: a boundary of registrations lies in it
            } else if (step.isChanging() && tries-- > 0) {
                Thread.onSpinWait();
            } else {
                return new Progress(done, step.errno());
            }
        }
        return new Progress(length, 0);
    }

    private Progress copyOnce(long offset, long source, long length, boolean clean) {
        boolean guard = clean && anyProtection && (modes(offset) & Userfault.REGISTER_WP) != 0;
        try {
            return copyOnceAs(offset, source, length, guard ? Userfault.MODE_WP : 0);
        } catch (KernelException e) {
            if (guard && e.errno() == Errno.EINVAL) {
                return copyOnceAs(offset, source, length, 0); // tracking ended, here or further on in the run
            }
            throw e;
        }
    }

    private Progress copyOnceAs(long offset, long source, long length, int mode) {
        Progress[] result = new Progress[1];
        try {
            descriptor.use(fd -> {
                // Safe because the target lies in the reservation, which this object keeps mapped (fence below), and only
                // missing pages are filled; the caller vouches for the source, and the kernel checks it.
                result[0] = Userfault.copy(fd, reservation.base() + offset, source, length, mode);
                return 0;
            });
        } finally {
            Reference.reachabilityFence(this);
        }
        return result[0];
    }

    /**
     * Protects pages of spans registered for WP against writing, so that the next write to each shows in a scan; or lifts
     * the protection.
     *
     * @param offset in the reservation, a multiple of the page size
     * @param length bytes, more than 0, a multiple of the page size
     * @param protect false to lift it
     * @return 0, or -errno: ENOENT if a part is not registered for WP; parts before it are changed
     * @throws IllegalStateException if the descriptor is closed
     */
    public int tryWriteProtect(long offset, long length, boolean protect) {
        reservation.checkPages(offset, length);
        try {
            // Safe because the pages lie in the reservation, which this object keeps mapped (fence below).
            return (int) descriptor.use(fd -> Userfault.tryWriteprotect(fd, reservation.base() + offset, length,
                    protect ? Userfault.WRITEPROTECT_WP : 0));
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Ends all registrations, and with them all protection. Content stays. Idempotent. */
    @Override
    public void close() {
        cuts.run();
    }

    /** How many mappings the registrations cost, and their end; must not refer to the owner, or it were never unreachable. */
    private static final class Cuts implements Runnable {
        private final Descriptor descriptor;
        private int held;

        Cuts(Descriptor descriptor) {
            this.descriptor = descriptor;
        }

        synchronized void growTo(int cuts) throws ReservationFailure {
            if (cuts > held) {
                if (!MappingBudget.PROCESS.acquire(cuts - held)) {
                    throw new ReservationFailure("cannot register: " + MappingBudget.PROCESS.used() + " of "
                            + MappingBudget.PROCESS.limit() + " mappings are in use (a quarter of vm.max_map_count)",
                            null);
                }
                held = cuts;
            }
        }

        synchronized void shrinkTo(int cuts) {
            if (cuts < held) {
                MappingBudget.PROCESS.release(held - cuts);
                held = cuts;
            }
        }

        @Override
        public void run() {
            descriptor.close();
            shrinkTo(0);
        }
    }
}
