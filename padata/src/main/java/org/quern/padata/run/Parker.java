package org.quern.padata.run;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * One thread that sleeps when it has no work, and is woken by whoever brings some.
 * <pre>
 *     AWAKE --prepare() by the owner--> SLEEPING --signal() by anyone, cancel() by the owner--> AWAKE
 * </pre>
 * The rule that loses no wake-up (P1): the owner calls {@link #prepare}, <em>then</em> looks for work once more, then
 * sleeps; the bringer makes the work visible, passes a full fence, <em>then</em> calls {@link #signal}. Whatever the
 * order, one of the two sees the other.
 * <p>
 * Sleeping is {@link LockSupport#park}, never a timed poll: a 1 ns timed park costs 14 us of CPU.
 */
public final class Parker {
    private static final int AWAKE = 0;
    private static final int SLEEPING = 1;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(Parker.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Thread owner;
    @SuppressWarnings("unused") // through STATE
    private volatile int state = AWAKE;

    /**
     * A parker, awake.
     *
     * @param owner the only thread that may prepare, cancel and sleep
     */
    public Parker(Thread owner) {
        this.owner = owner;
    }

    /** Says that the owner is about to sleep. Volatile store; the look for work must come after (pairs with signal). */
    public void prepare() {
        STATE.setVolatile(this, SLEEPING);
    }

    /**
     * Says that the owner will not sleep after all.
     *
     * @return false if somebody signalled meanwhile; the signal is used up
     */
    public boolean cancel() {
        return STATE.compareAndSet(this, SLEEPING, AWAKE);
    }

    /** Sleeps until signalled. Interrupts do not end the sleep; the flag stays set. */
    public void sleep() {
        boolean interrupted = false;
        while ((int) STATE.getAcquire(this) == SLEEPING) { // pairs with signal's compare-and-set
            LockSupport.park(this);
            interrupted |= Thread.interrupted(); // with the flag set, park would return at once and burn the CPU
        }
        if (interrupted) {
            owner.interrupt();
        }
    }

    /**
     * Wakes the owner if it sleeps or is about to. The caller has passed a full fence since it made the work visible.
     *
     * @return true if this call woke it; false if it was awake or somebody else woke it
     */
    public boolean signal() {
        if ((int) STATE.getVolatile(this) != SLEEPING || !STATE.compareAndSet(this, SLEEPING, AWAKE)) {
            return false;
        }
        LockSupport.unpark(owner);
        return true;
    }
}
