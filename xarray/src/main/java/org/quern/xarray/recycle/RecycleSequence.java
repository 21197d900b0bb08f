package org.quern.xarray.recycle;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The reader protection of one array: a number that moves before any retired node is used for something else, and before the place a live entry was moved
 * away from is cleared.
 *
 * <pre>
 *   reader                                     writer (holds the lock)
 *   s = readAcquire()                   [a]    unlink the node: head or slot, Release            [d]
 *   head, slots with Acquire            [b]    advance(): Release store of the sequence          [e]
 *   if (!unchangedSince(s)) again       [c]               release fence
 *                                              reuse or clear what was unlinked                  [f]
 * </pre>
 *
 * <b>Claim.</b> A reader that [c] lets pass read nothing written by an [f] to a place it had reached before that place was unlinked.
 * <ol>
 * <li>It cannot reach the place if it began late: if [a] read the value of [e] or a later one, [e] and so [d] happen before [b] (Release, Acquire), and
 * [b] finds the place unlinked.
 * <li>If [a] read an older value and [b] read a word of [f], then the fence between [e] and [f] and the fence in [c] order [e] before the second
 * read of the sequence: it sees [e] or later, and [c] sends the reader back.
 * </ol>
 * The number has 64 bits: it does not come round.
 *
 * <p>Progress: readers write nothing and wait for nobody. A reader goes back only because a writer completed a batch of retirements, so some
 * operation always finishes (lock-free); a reader is not promised a bound of its own. Batches are {@link NodePool#BATCH} nodes or more, fewer only in an array at its limit, so a load that takes
 * nanoseconds would have to be overtaken by that many node removals each time.
 *
 * <p>A base class, so that the number lies in the object that a reader has in hand anyway: as an object of its own it cost two more dependent loads.
 *
 * <p>Why not a lock after some retries: it would let a stalled writer block readers, which is the one promise users of this structure build on.
 */
public class RecycleSequence {
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(RecycleSequence.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // accessed through VALUE
    private volatile long value;

    /** Starts at 0. */
    protected RecycleSequence() {}

    /**
     * Opens a read. Pairs with the Release store in {@link #advance}.
     *
     * @return what to give to {@link #unchangedSince}
     */
    public final long readAcquire() {
        return (long) VALUE.getAcquire(this);
    }

    /**
     * Ends a read: whether everything read since may be used. The fence pairs with the release fence in {@link #advance}.
     *
     * @param read what {@link #readAcquire} gave
     * @return false if the reader must start again
     */
    public final boolean unchangedSince(long read) {
        VarHandle.acquireFence();
        return (long) VALUE.getOpaque(this) == read;
    }

    /**
     * Sends back every reader that began before. Called with the array's lock, after the Release stores that unlink, before the stores that reuse. The
     * Release store pairs with {@link #readAcquire}, the fence with the one in {@link #unchangedSince}.
     */
    public final void advance() {
        VALUE.setRelease(this, (long) VALUE.get(this) + 1);
        VarHandle.releaseFence();
    }
}
