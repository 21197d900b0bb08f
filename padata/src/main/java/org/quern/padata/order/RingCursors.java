package org.quern.padata.order;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The positions of a ring of jobs, each on a cache line of its own.
 * <pre>
 *          head                 claim                tail               head + capacity
 *           |   being run, or    |   waiting for      |                    |
 *           |   done and waiting |   a worker         |       free         |
 *           v   for the head     v                    v                    v
 *     ------+--------------------+--------------------+--------------------+------
 *           drainer moves it     workers, by CAS      submitters, by CAS
 * </pre>
 * Invariant C1: head &lt;= claim &lt;= tail &lt;= head + capacity, at all times. Positions are 64-bit numbers that wrap;
 * they are only ever compared by the sign of a difference, so a ring may start anywhere.
 * <p>
 * {@code limit} is a recent value of head + capacity, so that submitters need not read the head's line for each job.
 * <p>
 * One array holds them all because array elements keep their distance; fields may be reordered by the virtual machine.
 * Lines are counted as 128 bytes, since processors fetch them in pairs.
 */
public final class RingCursors {
    private static final int LINE = 16;
    private static final int TAIL = LINE;
    private static final int LIMIT = LINE + 1;
    private static final int CLAIM = 2 * LINE;
    private static final int HEAD = 3 * LINE;
    private static final int SERIALISED = HEAD + 1;
    private static final int TAKEN = 4 * LINE;
    private static final int LENGTH = 5 * LINE;

    private static final VarHandle CELLS = MethodHandles.arrayElementVarHandle(long[].class);

    private final long[] cells = new long[LENGTH];
    private final int capacity;
    private final int taken;

    /**
     * An empty ring, whose tail is moved by taking numbers.
     *
     * @param capacity its slots
     * @param first the first sequence number
     */
    public RingCursors(int capacity, long first) {
        this(capacity, first, false);
    }

    /**
     * An empty ring.
     *
     * @param capacity its slots
     * @param first the first sequence number
     * @param takesApart whether numbers are taken before, and apart from, the move of the tail that publishes them
     */
    public RingCursors(int capacity, long first, boolean takesApart) {
        this.capacity = capacity;
        taken = takesApart ? TAKEN : TAIL;
        cells[taken] = first;
        cells[SERIALISED] = first;
        cells[TAIL] = first;
        cells[LIMIT] = first + capacity;
        cells[CLAIM] = first;
        cells[HEAD] = first;
    }

    /**
     * The next number to be given out.
     *
     * @return the tail; volatile, because close reads it after it has refused further submissions (pairs with casTail)
     */
    public long tailVolatile() {
        return (long) CELLS.getVolatile(cells, TAIL);
    }

    /**
     * The number after the last one taken: the tail, or beyond it while a submitter that takes numbers apart is between
     * taking and publishing.
     *
     * @return that number; volatile, because close reads it after it has refused further submissions (pairs with casTail
     *         and setTakenRelease)
     */
    public long takenVolatile() {
        return (long) CELLS.getVolatile(cells, taken);
    }

    /**
     * Takes numbers, or gives them back, where that is done apart from publishing. Followed by
     * {@code AsymmetricFence.light()}, since the submitter looks at the shell's state afterwards; pairs with
     * {@link #takenVolatile} behind the heavy half.
     *
     * @param next the number after the last one taken
     */
    public void setTakenRelease(long next) {
        CELLS.setRelease(cells, taken, next);
    }

    /**
     * Notes which job is being serialised; for the token's holder, where the head moves after the callback.
     *
     * @param sequence its number
     */
    public void setSerialisedOpaque(long sequence) {
        CELLS.setOpaque(cells, SERIALISED, sequence);
    }

    /**
     * The job whose serial phase was entered last; for reports.
     *
     * @return its number
     */
    public long serialisedOpaque() {
        return (long) CELLS.getOpaque(cells, SERIALISED);
    }

    /**
     * Takes numbers. Full fence: the submitter looks at the shell's state afterwards.
     *
     * @param expected the first
     * @param count how many
     * @return true if they are the caller's
     */
    public boolean casTail(long expected, int count) {
        return CELLS.compareAndSet(cells, TAIL, expected, expected + count);
    }

    /**
     * Takes numbers where there is one submitter only. Followed by {@code AsymmetricFence.light()}, since the submitter
     * looks at the shell's state afterwards; pairs with {@link #tailVolatile} behind the heavy half.
     *
     * @param next the number after the last one taken
     */
    public void setTailRelease(long next) {
        CELLS.setRelease(cells, TAIL, next);
    }

    /**
     * How many slots from a number on are free, looking at the head only if the recent limit says none.
     *
     * @param sequence the number, not below the tail
     * @return 0 or more
     */
    public int room(long sequence) {
        return hasRoom(sequence) ? (int) Math.max(1, (long) CELLS.getAcquire(cells, LIMIT) - sequence) : 0; // acquire as there
    }

    /**
     * Whether the slot of a number is free, looking at the head only if it has to.
     *
     * @param sequence the number, not below the tail
     * @return true if it is free
     */
    public boolean hasRoom(long sequence) {
        // Acquire pairs with setRelease below: who trusts another submitter's look at the head has also its
        // happens-before with the drainer that emptied the slot.
        if (sequence - (long) CELLS.getAcquire(cells, LIMIT) < 0) {
            return true;
        }
        long limit = headVolatile() + capacity;
        CELLS.setRelease(cells, LIMIT, limit); // an older value may win a race; it only costs another look
        return sequence - limit < 0;
    }

    /**
     * The next number to be claimed.
     *
     * @return the claim cursor; volatile, because a worker that gives up reads it after it has said so (pairs with
     *         casClaim)
     */
    public long claimVolatile() {
        return (long) CELLS.getVolatile(cells, CLAIM);
    }

    /**
     * Claims a run of numbers for the caller.
     *
     * @param expected the first
     * @param count how many
     * @return true if they are the caller's
     */
    public boolean casClaim(long expected, int count) {
        return CELLS.compareAndSet(cells, CLAIM, expected, expected + count);
    }

    /**
     * The next number to be serialised, for the drainer.
     *
     * @return the head
     */
    public long headPlain() {
        return (long) CELLS.get(cells, HEAD); // only the token's holder writes it; the token carries happens-before
    }

    /**
     * The next number to be serialised.
     *
     * @return the head; volatile, because a waiting submitter reads it after it has said that it waits
     */
    public long headVolatile() {
        return (long) CELLS.getVolatile(cells, HEAD);
    }

    /**
     * Frees the slots below. Pairs with {@link #hasRoom}: whoever gets the slot finds it empty.
     *
     * @param head the new head
     */
    public void setHeadRelease(long head) {
        CELLS.setRelease(cells, HEAD, head);
    }
}
