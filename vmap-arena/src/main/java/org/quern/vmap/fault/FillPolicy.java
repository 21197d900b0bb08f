package org.quern.vmap.fault;

/**
 * How an area fills its pages.
 *
 * @param runPages the most pages that one fill takes, a power of two; runs are aligned to it
 * @param attempts how often a handler is asked, 1 or more
 * @param deadlineNanos when a fill is given up, after it began; {@link Long#MAX_VALUE} for never
 * @param poisonAfterFailure whether the demanded page is poisoned when the last attempt has failed
 */
public record FillPolicy(int runPages, int attempts, long deadlineNanos, boolean poisonAfterFailure) {
    /** When a fill that begins now is to be given up. */
    long deadlineFrom(long now) {
        return deadlineNanos == Long.MAX_VALUE ? now + Long.MAX_VALUE : now + deadlineNanos;
    }
}
