package org.quern.vmap;

/** A shared arena could not be attached. Nothing was changed. The message names the values. */
public final class ArenaAttachException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What was in the way. */
    public enum Reason {
        /** The file holds no arena, or one of another version of the library. */
        NOT_AN_ARENA,
        /** The arena has handles of the other width. */
        OTHER_WIDTH,
        /** The arena was made on a system with pages of another size. */
        OTHER_PAGE_SIZE,
        /** The file is shorter than the arena in it says. */
        FILE_TOO_SHORT,
        /** More was to be mapped than the arena has. */
        LONGER,
        /** Less was to be mapped than the arena has: an arena is mapped as a whole. */
        SHORTER,
        /** The arena is to be at another address in every process. */
        OTHER_ADDRESS,
        /** As many processes are attached, or have left pages behind, as the arena can count. */
        TOO_MANY_PEERS
    }

    private final Reason reason;

    ArenaAttachException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /**
     * What was in the way.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }
}
