package org.quern.padata.order;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Who serialises: one word for each slot of a ring, and one <em>drain token</em> that is always in exactly one place.
 * <p>
 * Jobs complete in <em>units</em>: runs of 1..127 consecutive sequence numbers that one worker finished together. Only
 * the word of a unit's first slot is used.
 * <pre>
 *                 complete(seq, n)                       takeOrPark(seq) by the token's holder
 *     PENDING ----------------------> n (done) -------------------------------------------------> PENDING
 *        |                              ^                     (serial phases run, head moves on)
 *        | takeOrPark(seq) by the       |
 *        | token's holder: the token    | complete(seq, n): the completer now holds the token
 *        v stays here                   |
 *     WAITING --------------------------+
 *        |
 *        | retire(seq) by close
 *        v
 *     RETIRED     the token is gone for good: nobody will ever serialise on this ring again
 * </pre>
 * Invariants.
 * <ul>
 * <li>D1 The token is either held by one thread (or stands, with its shell, in one queue), or parked as WAITING in the
 * word of the head, or retired.
 * <li>D2 A word other than that of a unit's first slot is PENDING. Hence a word is PENDING when its slot is used again:
 * the drainer clears it before it moves the head past it.
 * <li>D3 No unit is orphaned: completer and drainer meet in one word by read-modify-write. If the completer comes first,
 * the drainer's compare-and-set fails and it serialises; if the drainer comes first, the completer finds WAITING and
 * serialises. There is no third order, hence no fence to forget and no timer to rescue.
 * </ul>
 * Happens-before: the completer's exchange releases what {@code parallel} wrote, the drainer's acquire (or its own
 * exchange) receives it; the parking compare-and-set releases what {@code serial} wrote, the exchange that finds WAITING
 * receives it. So serial(n) happens-before serial(n+1) whoever runs them.
 * <p>
 * Cost: one exchange a unit, one compare-and-set each time the drainer runs out of work. Rejected: a flag "draining"
 * beside the words (needs a full fence on both sides, and was got wrong more than once elsewhere), and a word carrying
 * its sequence number (not needed, since words are cleared; twice the memory).
 */
public final class DrainWords {
    /** Nobody has finished the unit that begins here, and nobody waits for it. */
    private static final int PENDING = 0;
    /** The token is parked here. */
    private static final int WAITING = -1;
    /** The token was here and is gone. */
    private static final int RETIRED = -2;

    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(int[].class);

    private final int[] words;
    private final int mask;

    /**
     * All words PENDING, the token parked at the first sequence number.
     *
     * @param capacity slots of the ring, a power of two
     * @param first the first sequence number
     */
    public DrainWords(int capacity, long first) {
        words = new int[capacity];
        mask = capacity - 1;
        words[index(first)] = WAITING;
    }

    /** What a completion found. */
    public enum Outcome {
        /** Somebody else will serialise this unit. */
        LEFT,
        /** The caller holds the token now and must see to it that the head is serialised. */
        TOKEN,
        /** Nobody will. */
        RETIRED
    }

    /**
     * Marks a unit as done.
     *
     * @param sequence its first job
     * @param jobs how many, at least 1
     * @return whether the caller has to serialise
     */
    public Outcome complete(long sequence, int jobs) {
        // Releases the parallel phase to the drainer (pairs with takeOrPark's acquire), and acquires the last serial
        // phase if the token is found (pairs with takeOrPark's compare-and-set).
        int found = (int) WORDS.getAndSet(words, index(sequence), jobs);
        return found == PENDING ? Outcome.LEFT : found == WAITING ? Outcome.TOKEN : Outcome.RETIRED;
    }

    /**
     * Looks at the unit at the head; parks the token there if it is not done. Only for the token's holder.
     *
     * @param head the head
     * @return how many jobs may be serialised; 0 if the token was parked, and then the caller holds it no more
     */
    public int takeOrPark(long head) {
        int i = index(head);
        int found = (int) WORDS.getAcquire(words, i); // pairs with complete's exchange
        if (found == PENDING && WORDS.compareAndSet(words, i, PENDING, WAITING)) {
            return 0; // released the serial phases so far to whoever finds WAITING
        }
        // Since only a completer changes PENDING here, a failed compare-and-set means done.
        return found > 0 ? found : (int) WORDS.getAcquire(words, i);
    }

    /**
     * Forgets a unit that was taken. Only for the token's holder, before the head moves past the slot.
     *
     * @param sequence the unit's first job
     */
    public void clearPlain(long sequence) {
        words[index(sequence)] = PENDING; // published to the slot's next user by the head's release
    }

    /**
     * Makes the rest of a unit that was taken a unit of its own, for the token's next holder.
     *
     * @param sequence the first job that was not serialised
     * @param jobs how many are left, at least 1
     */
    public void putBackPlain(long sequence, int jobs) {
        words[index(sequence)] = jobs; // published to the next holder by the queue that hands the token over
    }

    /**
     * For counters: the size of the unit that begins at a sequence number and is done.
     *
     * @param sequence the number
     * @return how many jobs; 0 if no unit that is done begins there
     */
    public int doneAt(long sequence) {
        return Math.max(0, (int) WORDS.getAcquire(words, index(sequence)));
    }

    /**
     * Takes a parked token away for good.
     *
     * @param head the head
     * @return true if the token was parked there
     */
    public boolean retire(long head) {
        return WORDS.compareAndSet(words, index(head), WAITING, RETIRED);
    }

    /**
     * Whether the token is parked at a sequence number, that is: every serial phase before it has returned.
     *
     * @param sequence the number
     * @return true if it is
     */
    public boolean isParkedAt(long sequence) {
        return (int) WORDS.getVolatile(words, index(sequence)) == WAITING;
    }

    /**
     * For checkers: whether all words are as they must be when nothing is in flight.
     *
     * @param head the head
     * @return true if only the head's word is not PENDING, and the token is parked or retired there
     */
    public boolean isQuiet(long head) {
        for (int i = 0; i < words.length; i++) {
            int word = (int) WORDS.getVolatile(words, i);
            if (i == index(head) ? word != WAITING && word != RETIRED : word != PENDING) {
                return false;
            }
        }
        return true;
    }

    private int index(long sequence) {
        return (int) sequence & mask;
    }
}
