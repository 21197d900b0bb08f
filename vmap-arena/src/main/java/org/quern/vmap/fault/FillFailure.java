package org.quern.vmap.fault;

import org.jspecify.annotations.Nullable;

/**
 * Why pages could not be filled. One object is delivered to everybody who waited; the public layer makes an exception of
 * each caller's own from it.
 */
public final class FillFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /** The kinds. */
    public enum Reason {
        /** The handler threw. */
        HANDLER,
        /** The handler gave fewer bytes than were needed. */
        TOO_FEW_BYTES,
        /** The handler needs, directly or in a circle, the page that it is to fill. */
        RECURSION,
        /** The handler did not end in time. */
        TIMEOUT,
        /** The page is poisoned. */
        POISONED,
        /** The waiting thread was interrupted. */
        INTERRUPTED,
        /** The system did not take the content. */
        INSTALL,
        /** The area or its arena was closed. */
        CLOSED
    }

    private final Reason reason;
    private final long page;

    /**
     * A failure.
     *
     * @param reason the kind
     * @param page the page concerned, in the area
     * @param text what happened
     * @param cause what was thrown, if anything was
     */
    public FillFailure(Reason reason, long page, String text, @Nullable Throwable cause) {
        super(text, cause, false, false); // no trace: that of the thread that gets the public exception counts
        this.reason = reason;
        this.page = page;
    }

    /**
     * The kind.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    /**
     * The page.
     *
     * @return its number in the area
     */
    public long page() {
        return page;
    }
}
