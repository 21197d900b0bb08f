package org.quern.examples.esp;

/**
 * Which of the last 64 sequence numbers of an association were received (RFC 4303 section 3.4.3). Consulted after
 * authentication only, so a forged number cannot move it. The bit n of the bitmap stands for {@code highest - n}.
 */
public final class ReplayWindow {
    /** Sequence numbers this far behind the highest one, or farther, are too old. */
    public static final int SIZE = 64;

    private long highest;
    private long seen;

    ReplayWindow() {}

    /**
     * Admits a sequence number once.
     *
     * @param sequence 0 to 2^32-1; 0 is never valid
     * @return false when it was admitted before or is too old
     */
    public boolean admit(long sequence) {
        if (sequence > highest) {
            long ahead = sequence - highest;
            seen = ahead >= SIZE ? 1 : (seen << ahead) | 1;
            highest = sequence;
            return true;
        }
        long behind = highest - sequence;
        if (sequence == 0 || behind >= SIZE || (seen >>> behind & 1) != 0) {
            return false;
        }
        seen |= 1L << behind;
        return true;
    }

    /** Forgets everything, as a new session under a new key does. */
    public void reset() {
        highest = 0;
        seen = 0;
    }
}
