package org.quern.xarray.id;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import org.jspecify.annotations.Nullable;

/**
 * 64 pages or branches, each made when its first identifier is taken and dropped with its last. An absent child is all free. Written by the lock's holder only.
 *
 * <p>Readers follow children without the lock. A child that was dropped stays as it is, empty, and is never linked again: the collector keeps it for whoever is inside, so
 * nothing needs to be validated.
 */
final class Branch {
    private static final VarHandle CHILD = MethodHandles.arrayElementVarHandle(Object[].class);

    private final @Nullable Object[] children = new Object[Long.SIZE];
    private long present;
    private long full;

    @Nullable
    Object childAcquire(int slot) {
        return CHILD.getAcquire(children, slot); // pairs with linkRelease
    }

    @Nullable
    Object childPlain(int slot) {
        return children[slot];
    }

    /** Publishes a complete child. */
    void linkRelease(int slot, Object child) {
        present |= 1L << slot;
        CHILD.setRelease(children, slot, child); // pairs with childAcquire
    }

    void unlinkRelease(int slot) {
        present &= ~(1L << slot);
        full &= ~(1L << slot);
        CHILD.setRelease(children, slot, (Object) null); // pairs with childAcquire
    }

    void setFull(int slot) {
        full |= 1L << slot;
    }

    /** Writes nothing if it is not full. */
    void clearFull(int slot) {
        if (isFull(slot)) {
            full &= ~(1L << slot);
        }
    }

    /** Whether it has a free identifier elsewhere than in one slot: then it stays open when that becomes full. */
    boolean isOpenBeside(int slot) {
        return (full | 1L << slot) != -1L;
    }

    boolean isFull() {
        return full == -1L;
    }

    boolean isFull(int slot) {
        return (full >>> slot & 1) != 0;
    }

    boolean isEmpty() {
        return present == 0;
    }

    /** Only its first child is there. */
    boolean isStem() {
        return present == 1;
    }

    /** The first slot at or above one that is not full, 64 if there is none. */
    int firstOpen(int slot) {
        return Long.numberOfTrailingZeros(~full & -1L << slot);
    }

    /** The first slot above one that is not full, 64 if there is none. */
    int nextOpen(int slot) {
        return Long.numberOfTrailingZeros(~full & -2L << slot);
    }
}
