package org.quern.padata;

/**
 * What {@link Shell#submit} does when the shell's ring is full, or {@link PadataOptions#maxInFlight the instance's limit}
 * is reached.
 * <p>
 * Whatever the policy, a submission from <em>inside a callback</em> of the same instance never waits, since it might
 * wait for itself: when helping is not possible the outcome is {@link SubmitResult#FULL}. A wait lasts at most
 * {@link ShellOptions#waitAtMost}.
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
    FAIL,
    /**
     * The new job is dropped: it takes its place in the order, but does not run; {@link Job#failed} is called in its turn
     * with a {@link JobDroppedException}, and the outcome is {@link SubmitResult#DROPPED}. The ring has as many slots
     * again for jobs that were dropped; when these are taken too, {@link SubmitResult#FULL}.
     */
    DROP_NEWEST,
    /**
     * The oldest job whose parallel phase has not begun is dropped, and told in its turn as above; the new one is
     * accepted. At most {@link Shell#capacity} jobs wait for their parallel phase. Jobs that were dropped keep their slot
     * until their turn; when there is no slot, because the first job of all is stuck, {@link SubmitResult#FULL}.
     */
    DROP_OLDEST
}
