package org.quern.xarray.tree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

import org.quern.xarray.node.NodeAccess;

/**
 * Several writers in one array at once, each inside one leaf. An array gets this when its {@link WriterLock} was contended; one thread alone never needs it.
 *
 * <p><em>Gates</em>, each on cache lines of its own: a writer is inside the array while it holds one; which one does not matter, and each thread begins to look at another, so a
 * gate stays in the cache of its thread. A <em>leaf lock</em>, a word in the header of each leaf: who fills or empties a slot holds it, and writes that header anyway; who only replaces
 * a value does not, but goes by a compare-and-set of the slot itself.
 *
 * <pre>
 *   writer in a leaf                                 whoever takes the whole array
 *   1 compareAndSet a gate: FREE -> HELD             1 WriterLock: FREE -> owner, once for all
 *   2 is the WriterLock free?  no: give back,        2 wait until each gate is FREE
 *     wait, begin again
 *   3 a value over a value: compareAndSet the slot   3 write anything
 *     otherwise: leaf lock, header, exchange the
 *     slot, header, leaf lock
 *   4 gate: FREE, Release                            4 WriterLock: FREE
 * </pre>
 *
 * Steps 1 and 2 of both are volatile accesses to two words, each written by one side and read by the other: of two that meet, at least one sees the other, so a leaf
 * writer and the holder of the whole are never both in step 3. While a gate is held and its holder is past step 2, the structure stands still: the head, all links, parents and bases,
 * which leaves there are, the mirror's table.
 *
 * <p>Who finds the whole array taken does not queue for it, or the two threads would hand it to and fro for ever and never come back to their leaves: it waits for a time that is
 * long for a writer, and only then takes the whole array itself.
 *
 * <p>No exchange at the end: every change in step 3 makes one of the slot, which is the full fence that a store must end with (guarantee R3). What is written behind it is the present bit of
 * a slot that is empty by then, and counts that only writers read.
 *
 * <p>Rejected: a leaf lock alone, without gates. Then a value over a value writes a line that other threads write too: two threads took 20 to 70 ns an overwrite, with gates 13. Leaf
 * locks in lines of their own, shared by leaves whose numbers agree: one line more that goes to and fro between two threads for each slot that is filled or emptied.
 */
abstract sealed class LeafLocks permits SharedLeafWriter {
    /** No gate was to be had. */
    static final int NONE = 0;

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int PROCESSORS = Integer.highestOneBit(Runtime.getRuntime().availableProcessors());
    private static final int GATES = Math.clamp(PROCESSORS * 4L, 8, 64);
    /** Two cache lines apart: processors fetch them in pairs. */
    private static final int STRIDE_BITS = 4;
    private static final long FREE = 0;
    private static final long HELD = 1;
    private static final int SPINS = 512;
    private static final long PAUSE_NANOS = 20_000;

    private final WriterLock whole;
    private final long[] gates = new long[(GATES + 1) << STRIDE_BITS];

    LeafLocks(WriterLock whole) {
        this.whole = whole;
    }

    /** Goes in by a gate, waiting for a time if the whole array is taken; {@link #NONE} if the caller has to take the whole array. */
    final int enter() {
        int gate = gateOf(Thread.currentThread().threadId());
        return tryGate(gate) ? gate : enterSlowly(gate);
    }

    private boolean tryGate(int gate) {
        return CELL.compareAndSet(gates, gate, FREE, HELD) && (whole.isFree() || giveBack(gate)); // pairs with leave, and with the read in isQuiet
    }

    private boolean giveBack(int gate) {
        leave(gate);
        return false;
    }

    private int enterSlowly(int first) {
        int gate = first;
        for (int i = 0; i < SPINS; i++) {
            if (!whole.isFree()) {
                if (whole.isHeldByCaller()) {
                    return NONE;
                }
            } else if ((long) CELL.getOpaque(gates, gate) != FREE) {
                gate = gateOf((gate >>> STRIDE_BITS)); // the next one
            } else if (tryGate(gate)) {
                return gate;
            }
            Thread.onSpinWait();
        }
        return NONE;
    }

    private static int gateOf(long number) {
        return (((int) number & (GATES - 1)) + 1) << STRIDE_BITS;
    }

    /** Goes out by the gate that {@link #enter} gave. */
    final void leave(int gate) {
        CELL.setRelease(gates, gate, FREE); // pairs with tryGate, and with the read in isQuiet
    }

    /** Locks a leaf against all who fill or empty slots, waiting for a time; false if its holder seems to have lost its processor. Called inside a gate. */
    static boolean lock(long leaf) {
        return NodeAccess.tryLockVolatile(leaf) || lockSlowly(leaf);
    }

    private static boolean lockSlowly(long leaf) {
        for (int i = 0; i < SPINS; i++) {
            Thread.onSpinWait();
            if (NodeAccess.isUnlockedOpaque(leaf) && NodeAccess.tryLockVolatile(leaf)) {
                return true;
            }
        }
        return false;
    }

    /** Gives a leaf's lock back. */
    static void unlock(long leaf) {
        NodeAccess.unlockRelease(leaf);
    }

    /** Whether nobody is inside; what was written there is seen then. Called by the holder of the whole: nobody comes in later. */
    final boolean isQuiet() {
        for (int gate = 1 << STRIDE_BITS; gate < gates.length; gate += 1 << STRIDE_BITS) {
            if ((long) CELL.getVolatile(gates, gate) != FREE) { // pairs with tryGate and leave
                return false;
            }
        }
        return true;
    }

    /** Waits until nobody is inside. Who is, is at work for some nanoseconds, or has lost its processor. */
    final void drain() {
        for (int i = 0; !isQuiet(); i++) {
            if (i < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        }
    }
}
