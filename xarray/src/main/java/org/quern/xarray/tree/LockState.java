package org.quern.xarray.tree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** The words of a {@link WriterLock} that change whenever it is taken. A class of its own, since a class's fields lie together, behind those of the class it extends. */
abstract sealed class LockState extends LockPadding permits WriterLock {
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(LockState.class, "state", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // accessed through STATE
    private volatile long state;

    /** How often the owner has taken the lock beyond the first time; the owner's. */
    long holds;

    /** A state that may be old; for looking before trying. */
    final long stateOpaque() {
        return (long) STATE.getOpaque(this);
    }

    /** Pairs with {@link #compareAndSetState} and {@link #exchangeState}. */
    final long stateVolatile() {
        return (long) STATE.getVolatile(this);
    }

    /** Pairs with {@link #exchangeState}, and with {@link #stateVolatile}. */
    final boolean compareAndSetState(long expected, long update) {
        return STATE.compareAndSet(this, expected, update);
    }

    /** A full fence. Pairs with {@link #compareAndSetState}, and with {@link #stateVolatile}. */
    final long exchangeState(long update) {
        return (long) STATE.getAndSet(this, update);
    }
}
