package org.quern.vmap;

/**
 * Why a {@link SparseArena} did not hand out or reserve pages. Nothing was changed.
 *
 * @param reason what was in the way
 * @param handle where pages were asked for; 0 if anywhere
 * @param pages how many were asked for
 * @param detail the values, in a sentence
 */
public record ArenaRefusal(Reason reason, long handle, long pages, String detail) implements ArenaOutcome {
    /** What was in the way; the error number is the kernel's for the same answer. */
    public enum Reason {
        /** No free run is long enough (ENOENT). */
        NO_ROOM,
        /** One of the pages asked for is allocated or reserved (EBUSY). */
        BUSY,
        /** One of the pages asked for was freed, and may still be looked at (EAGAIN): {@link SparseArena#drain}. */
        UNAVAILABLE,
        /** More than the budget leaves (E2BIG). */
        OVER_BUDGET
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
