package org.quern.vmap;

/**
 * Why memory could not be locked. Nothing stays locked that was not before; pages may have been populated.
 *
 * @param reason what was in the way
 * @param bytes how many were asked for
 * @param detail the values, in a sentence
 */
public record LockRefusal(Reason reason, long bytes, String detail) implements LockOutcome {
    /** What was in the way. */
    public enum Reason {
        /** The back end has no memory locks ({@link Capability#LOCKED_PAGES}), or the system has not this kind. */
        UNAVAILABLE,
        /** The process may lock no memory at all: RLIMIT_MEMLOCK is 0 (EPERM). */
        NOT_PERMITTED,
        /** More than RLIMIT_MEMLOCK leaves (ENOMEM). */
        OVER_LIMIT,
        /** Memory or mappings ran out (EAGAIN, or ENOMEM within the limit). */
        NO_MEMORY,
        /** The pages could not be pinned; the detail says why. */
        BUSY
    }

    /**
     * The refusal in a sentence.
     *
     * @return reason and values
     */
    @Override
    public String toString() {
        return reason + ": " + detail;
    }
}
