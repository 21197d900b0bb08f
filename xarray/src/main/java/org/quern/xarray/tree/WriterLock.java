package org.quern.xarray.tree;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * The lock that serialises the writers of one array: spin, then park; reentrant; readers never touch it.
 *
 * <pre>
 *   FREE --lock--> owner's id --a waiter is about to park--> owner's id, CONTENDED
 *    ^                 |                                          |
 *    +-----unlock------+-------------- unlock, wake one ----------+
 * </pre>
 *
 * Who parks has first queued itself and then added CONTENDED to the state, finding it not FREE; so the unlock that follows sees CONTENDED and a
 * queue with that thread in it: no wake-up is lost, no timer is needed. Who takes the lock after having parked leaves it CONTENDED, since others may
 * be queued still. A newcomer may overtake: throughput before fairness, critical sections are tens of nanoseconds.
 *
 * <p>The owner stands in the state itself, so that taking the lock is one compare-and-set and no further store.
 *
 * <p>The exchange in {@link #unlock} is a full fence: it is also what makes every store of the critical section globally visible before the public
 * method returns (guarantee R3), so no store inside needs a fence of its own.
 *
 * <p>Where several threads write, {@link LeafLocks} let them into different leaves at once; who takes this lock then waits for all of them, so that its holder is alone, as before.
 *
 * <p>Cost: one compare-and-set and one exchange, against 17 ns of {@code ReentrantLock}. The state lies between paddings, so that no
 * reader's cache line is written by taking the lock.
 *
 * <p>A base class, for the same reason as {@link org.quern.xarray.recycle.RecycleSequence}: what a writer has in hand anyway is the lock, and its first instruction need not wait for two loads that
 * lead there. Three in a row cost 2 ns of the 5 that a store takes.
 */
public sealed class WriterLock extends LockState permits LeafWriter {
    private static final long FREE = 0;
    private static final long CONTENDED = 1;
    /** The owner of a write that calls nobody while it lasts, and so is never asked whether it holds the lock: finding out who it is takes three loads. */
    private static final long NOBODY = 2;
    /** So many writers wait before there are leaf locks. */
    private static final int WAITS = 16;
    private static final int SPINS = Runtime.getRuntime().availableProcessors() > 1 ? 256 : 0;

    @SuppressWarnings("unused") // the padding behind the state
    private long q0, q1, q2, q3, q4, q5, q6, q7, q8, q9, q10, q11, q12, q13, q14, q15;

    private final Queue<Thread> waiters = new ConcurrentLinkedQueue<>();

    /** Null until writers had to wait for each other, where writers may share. Set by a holder, never changed again; read by holders. */
    private @Nullable LeafLocks leaves;
    /** How often a holder had to wait, until there are leaf locks. */
    private int waits;

    /** A free lock. */
    public WriterLock() {}

    /** Takes the lock, waiting if need be. Not interruptible; an interrupt during the wait stays pending. */
    public final void lock() {
        if (!tryLockFresh(self())) {
            lockAgain();
        }
    }

    /** Takes the lock if nobody has it, not even the caller. */
    private boolean tryLockFresh(long self) {
        boolean free = compareAndSetState(FREE, self); // pairs with unlock
        if (free && leaves != null) {
            drain();
        }
        return free;
    }

    private void lockAgain() {
        if (isHeldByCaller()) {
            holds++;
            return;
        }
        lockSlowly();
        waits++;
        drain();
    }

    private void drain() {
        LeafLocks locks = leaves;
        if (locks != null) {
            locks.drain();
        }
    }

    /** Takes the lock for a write that calls nobody and takes no lock itself while it lasts. */
    final void enter() {
        if (!tryLockFresh(NOBODY)) {
            enterSlowly();
        }
    }

    private void enterSlowly() {
        lock();
        if (waits >= WAITS) {
            try {
                shareLeaves();
            } catch (OutOfMemoryError e) {
                waits = 0; // without them it goes on as before, only slower
            }
        }
    }

    /** From here on writers may share, if they may at all; who takes this lock then also waits for all that are inside leaves. Called by the holder. */
    public final void shareLeaves() {
        if (leaves == null) {
            leaves = share();
        }
    }

    /** Null until writers share. Called by the holder. */
    final @Nullable LeafLocks leaves() {
        return leaves;
    }

    /** Lets writers into leaves; null if that cannot be. They will find this lock taken, until it is given back. */
    @Nullable
    LeafLocks share() {
        return null;
    }

    /** Even: the lowest bit is for CONTENDED. Not FREE and not NOBODY: ids of threads begin at 1. */
    private static long self() {
        return (Thread.currentThread().threadId() + 1) << 1;
    }

    /**
     * Takes the lock if nobody else has it.
     *
     * @return whether the caller holds it now
     */
    public final boolean tryLock() {
        if (compareAndSetState(FREE, self())) { // pairs with unlock
            LeafLocks locks = leaves;
            boolean quiet = locks == null || locks.isQuiet();
            if (!quiet) {
                unlock();
            }
            return quiet;
        }
        boolean own = isHeldByCaller();
        if (own) {
            holds++;
        }
        return own;
    }

    /**
     * How often the caller, its owner, has taken the lock beyond the first time.
     *
     * @return 0 or more
     */
    public final long extraHolds() {
        return holds;
    }

    /** Releases the lock; called by its owner. */
    public final void unlock() {
        if (holds > 0) {
            holds--;
            return;
        }
        if ((exchangeState(FREE) & CONTENDED) != 0) { // a full fence; pairs with lock
            wake();
        }
    }

    private void wake() {
        LockSupport.unpark(waiters.peek());
    }

    /**
     * Whether the calling thread holds the lock.
     *
     * @return true if it does
     */
    public final boolean isHeldByCaller() {
        return (stateOpaque() & ~CONTENDED) == self(); // only its owner reads its own id here
    }

    /** Whether nobody holds the lock; pairs with the exchanges and compareAndSets of the state. */
    final boolean isFree() {
        return stateVolatile() == FREE;
    }

    private void lockSlowly() {
        long self = self();
        for (int i = 0; i < SPINS; i++) {
            if (stateOpaque() == FREE && compareAndSetState(FREE, self)) {
                return; // pairs with unlock
            }
            Thread.onSpinWait();
        }
        park(self);
    }

    private void park(long self) {
        Thread thread = Thread.currentThread();
        boolean interrupted = false;
        waiters.add(thread);
        while (!takeOrContend(self)) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        waiters.remove(thread);
        if (interrupted) {
            thread.interrupt();
        }
    }

    /** Takes the lock, CONTENDED; or makes sure that its owner will find it CONTENDED. All volatile: pairs with unlock. */
    private boolean takeOrContend(long self) {
        for (;;) {
            long state = stateVolatile();
            if (state == FREE) {
                if (compareAndSetState(FREE, self | CONTENDED)) {
                    return true;
                }
            } else if ((state & CONTENDED) != 0 || compareAndSetState(state, state | CONTENDED)) {
                return false;
            }
        }
    }
}
