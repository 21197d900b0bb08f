package org.quern.vmap.slab;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * The lock of a structure that normally has one owner at a time: entering costs one compare-and-set, leaving one release
 * store.
 *
 * <p>
 * {@code take} and {@code giveBack} of a pool are called under the lock of whoever owns the pool, so this one is almost
 * never contended; it is there so that a caller without such a lock does no harm. Who finds it taken spins briefly and
 * then sleeps for a bounded time, doubling from 1 us to 1 ms: there is no queue and so no wake-up to lose. Rejected:
 * ReentrantLock (17 ns a pair against about 7).
 *
 * <p>
 * Not reentrant, not fair. Guarantee L1: what a thread did before {@link #leave} happens-before what a later thread does
 * after {@link #enter}.
 */
public final class Latch {
    private static final int FREE = 0;
    private static final int HELD = 1;
    private static final int SPINS = 128;
    private static final long LONGEST_SLEEP_NANOS = 1_000_000;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Latch.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("UnusedVariable") // through STATE
    private int state;

    /** Makes a free latch. */
    public Latch() {}

    /** Waits until the latch is free and takes it. The calling thread must not hold it. */
    public void enter() {
        if (!compareAndSetAcquire()) {
            enterSlowPath();
        }
    }

    /**
     * Takes the latch if it is free.
     *
     * @return whether it was; if so, {@link #leave} is due
     */
    public boolean tryEnter() {
        return (int) STATE.getOpaque(this) == FREE && compareAndSetAcquire();
    }

    private void enterSlowPath() {
        long sleep = 1_000;
        for (int i = 0;; i++) {
            if (tryEnter()) {
                return;
            }
            if (i < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(this, sleep);
                sleep = Math.min(sleep << 1, LONGEST_SLEEP_NANOS);
            }
        }
    }

    /** Acquire: pairs with the release in {@link #leave}, so that the books are seen as the last owner left them. */
    private boolean compareAndSetAcquire() {
        return (int) STATE.compareAndExchangeAcquire(this, FREE, HELD) == FREE;
    }

    /** Releases the latch: pairs with the acquire in {@link #enter}. Only the holder may call this. */
    public void leave() {
        STATE.setRelease(this, FREE);
    }
}
