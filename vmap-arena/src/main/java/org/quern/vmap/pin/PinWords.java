package org.quern.vmap.pin;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Counts of pages, one 32-bit word each: 1024 for each pin, 1 for each hold, and the sign while pins are blocked.
 *
 * <pre>
 *   31        30 .. 10                 9 .. 0
 *   blocked | pins                   | holds; the 1024th spills into the pins
 * </pre>
 *
 * <p>
 * Invariants: a word never wraps, because an addition that would is refused; a pin is never added to a blocked word. The
 * error of {@link #isMaybePinned} goes one way: 1024 holds look like a pin, no pin looks like none.
 *
 * <p>
 * Why additions and not fields: one atomic step takes either, and 1023 holds are more than anybody has.
 * Thread-safe; an acquisition is a compare-and-set, a release an atomic addition.
 */
public final class PinWords {
    /** What a pin adds. */
    public static final int BIAS = 1 << 10;

    /** The most pins of a page. */
    public static final int MAX_PINS = (1 << 21) - 1;

    private static final int BLOCKED = Integer.MIN_VALUE;
    private static final int COUNT = Integer.MAX_VALUE;
    private static final VarHandle WORDS = MethodHandles.arrayElementVarHandle(int[].class);

    private final int[] words;

    /**
     * All counts 0.
     *
     * @param pages how many words
     * @param blocked whether they are blocked at first
     */
    public PinWords(int pages, boolean blocked) {
        words = new int[pages];
        if (blocked) {
            Arrays.fill(words, BLOCKED);
        }
    }

    /**
     * How many words.
     *
     * @return pages
     */
    public int length() {
        return words.length;
    }

    private int getVolatile(int page) {
        return (int) WORDS.getVolatile(words, page);
    }

    /**
     * Adds a pin.
     *
     * @param page which word
     * @return null if it was added; else what was in the way, and nothing was changed
     */
    public @Nullable Obstacle tryPin(int page) {
        while (true) {
            int seen = getVolatile(page);
            if (seen < 0) {
                return Obstacle.BLOCKED;
            }
            if (seen > COUNT - BIAS) {
                return Obstacle.OVERFLOW;
            }
            // pairs with block: either this comes first and the blocker sees the pin, or this fails and sees it blocked;
            // pairs with unblock: what a decommit did before it unblocked is seen by the pinner
            if (WORDS.compareAndSet(words, page, seen, seen + BIAS)) {
                return null;
            }
        }
    }

    /**
     * Adds a hold, blocked or not.
     *
     * @param page which word
     * @return whether it was added; false if the word would wrap
     */
    public boolean tryHold(int page) {
        while (true) {
            int seen = getVolatile(page);
            if ((seen & COUNT) == COUNT) {
                return false;
            }
            // pairs with nothing: a hold protects no data
            if (WORDS.compareAndSet(words, page, seen, seen + 1)) {
                return true;
            }
        }
    }

    /**
     * Takes a pin away.
     *
     * @param page which word
     * @return whether the word is blocked: somebody may be waiting
     */
    public boolean unpin(int page) {
        // pairs with isMaybePinned in the blocker: accesses through the pin come before what it does with the page
        return (int) WORDS.getAndAdd(words, page, -BIAS) < 0;
    }

    /**
     * Takes a hold away.
     *
     * @param page which word
     * @return whether the word is blocked: somebody may be waiting
     */
    public boolean unhold(int page) {
        return (int) WORDS.getAndAdd(words, page, -1) < 0; // pairs with isMaybePinned in the blocker, as unpin does
    }

    /**
     * Lets nobody pin a page any more.
     *
     * @param page which word
     */
    public void block(int page) {
        WORDS.getAndBitwiseOr(words, page, BLOCKED); // pairs with tryPin
    }

    /**
     * Lets everybody pin a page again.
     *
     * @param page which word
     */
    public void unblock(int page) {
        WORDS.getAndBitwiseAnd(words, page, COUNT); // pairs with tryPin
    }

    /**
     * Whether a page may be pinned.
     *
     * @param page which word
     * @return false: it is not; true: it is, or has 1024 holds or more
     */
    public boolean isMaybePinned(int page) {
        return (getVolatile(page) & COUNT) >= BIAS; // pairs with unpin
    }

    /** What the word counts: pins * 1024 + holds. */
    int count(int page) {
        return getVolatile(page) & COUNT;
    }

    /** Adds many at once, for tests of the limits. */
    void add(int page, int amount) {
        WORDS.getAndAdd(words, page, amount); // pairs with nothing
    }
}
