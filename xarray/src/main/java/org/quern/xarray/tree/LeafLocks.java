package org.quern.xarray.tree;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

import org.quern.xarray.entry.Geometry;

/**
 * Locks for writers that stay inside one leaf: as many as let a few threads write at once, each shared by leaves of the same number modulo theirs. An array gets them when its
 * {@link WriterLock} was contended; one thread alone never needs them.
 *
 * <pre>
 *   leaf writer                                    whoever takes the whole array
 *   1 compareAndSet own lock: FREE -> HELD         1 WriterLock: FREE -> HELD, once for all
 *   2 is the WriterLock free?  no: give back,      2 wait until each leaf lock is FREE
 *     wait, begin again
 *   3 write slots and header of the leaf           3 write anything
 *   4 exchange own lock: FREE                      4 WriterLock: FREE
 * </pre>
 *
 * Steps 1 and 2 of both are volatile accesses to two words, each written by one side and read by the other: of two that meet, at least one sees the other, so a leaf
 * writer and the holder of the whole are never both in step 3. While a leaf lock is held and its holder is past step 2, the structure stands still: the head, all links, parents and bases,
 * which leaves there are, the mirror's table.
 *
 * <p>Who finds the whole array taken does not queue for it, or the two threads would hand it to and fro for ever and never come back to their leaves: it waits for a time that is
 * long for a writer, and only then takes the whole array itself.
 *
 * <p>The exchange in step 4 is a full fence, for the same reason as in {@link WriterLock}.
 *
 * <p>Rejected: a lock word in each node, which in our prototype was as fast with one thread, and with two 11 ns against 12.6, but in one run in five 40; the sixteen lines here are also all
 * that the holder of the whole has to look at.
 */
final class LeafLocks {
    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int LOCKS = Math.clamp(Integer.highestOneBit(Runtime.getRuntime().availableProcessors()) * 8L,
            16, 64);
    /** Two cache lines apart: processors fetch them in pairs. */
    private static final int STRIDE_BITS = 4;
    private static final long FREE = 0;
    private static final long HELD = 1;
    private static final int SPINS = 512;
    private static final long PAUSE_NANOS = 20_000;

    private final WriterLock whole;
    private final long[] cells = new long[(LOCKS + 1) << STRIDE_BITS];

    LeafLocks(WriterLock whole) {
        this.whole = whole;
    }

    /** Locks the leaf of an index against everybody; false if the caller has to take the whole array. */
    boolean lock(long index) {
        int cell = cell(index);
        if (CELL.compareAndSet(cells, cell, FREE, HELD)) { // pairs with unlock, and with the read in isQuiet
            if (whole.isFree()) {
                return true;
            }
            unlock(index);
        }
        return lockSlowly(index);
    }

    private boolean lockSlowly(long index) {
        int cell = cell(index);
        for (int i = 0; i < SPINS; i++) {
            if (!whole.isFree()) {
                if (whole.isHeldByCaller()) {
                    return false;
                }
            } else if ((long) CELL.getOpaque(cells, cell) == FREE && CELL.compareAndSet(cells, cell, FREE, HELD)) {
                if (whole.isFree()) { // as above
                    return true;
                }
                unlock(index);
            }
            Thread.onSpinWait();
        }
        return false;
    }

    private static int cell(long index) {
        int number = (int) (index >>> Geometry.DIGIT_BITS) & (LOCKS - 1);
        return (number + 1) << STRIDE_BITS;
    }

    /** Gives a lock back. */
    void unlock(long index) {
        CELL.getAndSet(cells, cell(index), FREE); // a full fence; pairs with lock, and with the read in isQuiet
    }

    /** Whether no leaf is locked; what was written in any is seen then. Called by the holder of the whole: none is locked later. */
    boolean isQuiet() {
        for (int cell = 1 << STRIDE_BITS; cell < cells.length; cell += 1 << STRIDE_BITS) {
            if ((long) CELL.getVolatile(cells, cell) != FREE) { // pairs with lock and unlock
                return false;
            }
        }
        return true;
    }

    /** Waits until no leaf is locked. Who holds one is at work for some nanoseconds, or has lost its processor. */
    void drain() {
        for (int i = 0; !isQuiet(); i++) {
            if (i < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(this, PAUSE_NANOS);
            }
        }
    }
}
