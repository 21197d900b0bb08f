package org.quern.vmap;

/**
 * Why a page could not be pinned. Nothing was changed.
 *
 * @param reason what was in the way
 * @param page the first page that could not be had, as the arena numbers them; -1 if an address lies in no page of it
 * @param detail the values, in a sentence
 */
public record PinRefusal(Reason reason, long page, String detail) implements PinOutcome {
    /** What was in the way. */
    public enum Reason {
        /** The page is being decommitted or moved, or its arena is being closed, at this moment. */
        BUSY,
        /** It has 2^21 - 1 pins. */
        OVERFLOW,
        /** Its memory is broken ({@link PagePins#poison}). */
        POISONED,
        /** Long-term: {@link PageKind#TRANSIENT}. */
        TRANSIENT,
        /** Long-term: {@link PageKind#EVICTABLE}. */
        EVICTABLE,
        /** Long-term, for writing: {@link PageKind#TRACKED_FILE}. */
        TRACKED_FILE,
        /** Long-term: {@link PageKind#MOVABLE}, and it could not be moved. */
        NOT_MOVED,
        /** It belongs to a {@link LazyArea}, which fills and discards it as it sees fit. */
        LAZY,
        /** It is a guard behind a range. */
        GUARD,
        /** It was freed and is in quarantine. */
        QUARANTINED,
        /** It is in no range that is handed out: free, a piece of the arena, or not the arena's. */
        NO_RANGE
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
