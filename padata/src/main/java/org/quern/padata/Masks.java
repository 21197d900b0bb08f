package org.quern.padata;

import java.util.BitSet;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.quern.padata.run.AsymmetricFence;
import org.quern.padata.run.Waiters;

/**
 * The masks of an instance and its flags: what the user supplied, what is online, and what follows from both.
 * <pre>
 *              pause                       resume, if the masks are valid
 *     INIT ------------&gt; (none) -----------------------------------------&gt; INIT
 *      |  \                ^
 *      |   \ a mask or a CPU changes, both masks valid: INIT|RESET while epochs are replaced, then INIT again
 *      |    \
 *      |     a mask has no online CPU: INVALID, INIT cleared; the mask is stored all the same
 *      v
 *     INVALID --both masks valid again, and not paused--&gt; INIT
 * </pre>
 * M1: the order of locks is the CPU source's, then this one; a source is never called with this one held. M2: while the
 * masks are invalid the last epoch stays, so that jobs accepted before finish where they were meant to. M3: an epoch is
 * replaced after every submitter that looked at the flags before has filled its slot (A2 of {@link Admission}).
 * <p>
 * A pause is the user's: a valid mask does not end it. In the original it does.
 */
final class Masks implements CpuSource.Listener {
    private static final int INIT = InstanceFlag.INIT.bit();
    private static final int RESET = InstanceFlag.RESET.bit();
    private static final int INVALID = InstanceFlag.INVALID.bit();

    private final Instance instance;
    private final ReentrantLock lock = new ReentrantLock();
    private final Waiters changes = new Waiters();
    private final boolean serialWorkers;
    private final CpuMask possible;
    private CpuMask online; // these five: guarded by lock
    private CpuMask userParallel;
    private CpuMask userSerial;
    private boolean paused;
    private boolean ended;
    private volatile int flags = INIT;
    private volatile boolean serialInvalid;
    private Runnable whileReplacing = () -> {}; // guarded by lock
    private volatile Epoch epoch;

    /** @param userSerial null for an instance without serial workers */
    Masks(Instance instance, CpuSource source, CpuMask userParallel, @Nullable CpuMask userSerial) {
        this.instance = instance;
        possible = source.possible();
        online = source.online();
        this.userParallel = userParallel;
        serialWorkers = userSerial != null;
        this.userSerial = userSerial == null ? CpuMask.of() : userSerial;
        epoch = new Epoch(0, userParallel.and(online), this.userSerial.and(online));
    }

    // ---- what submissions ask ----

    /** Whether submissions are accepted. One volatile read; pairs with the heavy fences here. */
    boolean isOpen() {
        return flags == INIT;
    }

    Epoch epoch() {
        return epoch;
    }

    /** Why a submission is refused while {@link #isOpen} is false, in the order of the contract; null to try again. */
    @Nullable
    Submission refusal(boolean inline, int wanted, boolean retry) {
        int seen = flags;
        if (seen == INIT) {
            return null;
        }
        if ((seen & INIT) == 0 || (seen & INVALID) != 0) {
            return !inline && serialInvalid ? Submission.NO_SERIAL_CPU : Submission.STOPPED;
        }
        if (retry && !lock.isHeldByCurrentThread()) {
            changes.await(() -> (flags & RESET) == 0, Waiters.FOREVER);
            return null;
        }
        Epoch current = epoch;
        return current.busy(inline ? Epoch.INLINE_LANE : current.laneOf(wanted));
    }

    // ---- what users and the system change ----

    void set(MaskKind kind, CpuMask mask) {
        if (!possible.containsAll(mask)) {
            throw new IllegalArgumentException(kind.fileName() + "=" + mask + ": must be among the possible CPUs, "
                    + possible);
        }
        if (kind == MaskKind.SERIAL && !serialWorkers) {
            throw new IllegalStateException(kind.fileName() + "=" + mask
                    + ": the instance was opened without serialCpus, its shells serialise inline");
        }
        lock.lock();
        try {
            if (kind == MaskKind.SERIAL) {
                userSerial = mask;
            } else {
                userParallel = mask;
            }
            rebuild();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void cameOnline(int cpu) {
        setOnline(cpu, true);
    }

    @Override
    public void goingOffline(int cpu) {
        setOnline(cpu, false);
    }

    private void setOnline(int cpu, boolean isOnline) {
        lock.lock();
        try {
            CpuMask before = online;
            BitSet changed = online.toBitSet();
            changed.set(cpu, isOnline);
            online = CpuMask.of(changed);
            if (userParallel.contains(cpu) || userSerial.contains(cpu)) {
                try {
                    rebuild();
                } catch (Throwable t) {
                    online = before; // the CPU stays: H19
                    throw t;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /** What follows from the masks as they are now. */
    private void rebuild() {
        if (ended) {
            return;
        }
        CpuMask parallel = userParallel.and(online);
        CpuMask serial = userSerial.and(online);
        serialInvalid = serialWorkers && serial.isEmpty();
        if (parallel.isEmpty() || serialInvalid) {
            setFlags(INVALID); // and INIT cleared: stopped
            settle();
        } else {
            Epoch current = epoch;
            if (!parallel.equals(current.parallel()) || !serial.equals(current.lanes().mask())) {
                replace(new Epoch(current.number() + 1, parallel, serial));
            }
            setFlags(paused ? 0 : INIT);
        }
        changes.wakeAll();
        instance.wakeAll();
    }

    private void replace(Epoch next) {
        instance.prepare(next); // may fail: nothing has changed then
        setFlags(flags | RESET);
        settle();
        whileReplacing.run();
        Epoch old = epoch;
        epoch = next;
        instance.replaced(old, next);
        setFlags(flags & ~RESET);
    }

    private void setFlags(int next) {
        flags = next;
        instance.setGates();
    }

    /** Waits until every submission that saw the flags before is through. */
    private void settle() {
        AsymmetricFence.heavy(); // pairs with the light fence between number and second look: A2
        instance.awaitSubmitters();
    }

    void pause() {
        lock.lock();
        try {
            paused = true;
            setFlags(flags & ~INIT);
            settle();
        } finally {
            lock.unlock();
        }
        instance.wakeAll();
    }

    /** The instance closes: masks are only stored from here on, and no thread is started. */
    void end() {
        lock.lock();
        try {
            ended = true;
        } finally {
            lock.unlock();
        }
    }

    boolean resume() {
        lock.lock();
        try {
            paused = false;
            setFlags((flags & INVALID) != 0 ? flags : INIT);
            return flags == INIT;
        } finally {
            lock.unlock();
        }
    }

    // ---- what users ask ----

    Set<InstanceFlag> flags() {
        int seen = flags;
        EnumSet<InstanceFlag> set = EnumSet.noneOf(InstanceFlag.class);
        for (InstanceFlag flag : InstanceFlag.values()) {
            if ((seen & flag.bit()) != 0) {
                set.add(flag);
            }
        }
        return Collections.unmodifiableSet(set);
    }

    State state() {
        int seen = flags;
        return (seen & INVALID) != 0 ? State.INVALID : (seen & INIT) != 0 ? State.RUNNING : State.PAUSED;
    }

    CpuMask user(MaskKind kind) {
        lock.lock();
        try {
            return kind == MaskKind.SERIAL ? userSerial : userParallel;
        } finally {
            lock.unlock();
        }
    }

    CpuMask usable(MaskKind kind) {
        lock.lock();
        try {
            return (kind == MaskKind.SERIAL ? userSerial : userParallel).and(online);
        } finally {
            lock.unlock();
        }
    }

    int possibleCpus() {
        return possible.toBitSet().length();
    }

    /** For tests: runs while RESET is raised. */
    void whileReplacing(Runnable hook) {
        whileReplacing = hook;
    }

    ReentrantLock lock() {
        return lock;
    }
}
