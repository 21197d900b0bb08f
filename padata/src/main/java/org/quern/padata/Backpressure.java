package org.quern.padata;

/**
 * What {@link Shell#submit} does when the shell's ring is full.
 * <p>
 * Whatever the policy, a submission from <em>inside a callback</em> of the same instance never waits, since it might
 * wait for itself: when helping is not possible the outcome is {@link SubmitResult#FULL}.
 */
public enum Backpressure {
    /**
     * The submitting thread helps: it claims a batch of jobs from the ring and runs their parallel phase (and, in
     * {@link SerialMode#INLINE}, possibly serial phases). Only when nothing is left to claim does it wait as in
     * {@link #BLOCK}. The default, as in the original.
     */
    CALLER_RUNS,
    /**
     * The submitting thread waits until there is room. It is woken when the ring is half empty, or when serialising
     * stops before that. An interrupt ends the wait with {@link SubmitResult#FULL}; the flag stays set.
     */
    BLOCK,
    /** Return {@link SubmitResult#FULL} at once. */
    FAIL
}
