package org.quern.vmap.reserve;

import org.jspecify.annotations.Nullable;

/** Address space could not be reserved; the public layer turns it into its own exception. */
public final class ReservationFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Names what was in the way.
     *
     * @param message for the reader
     * @param cause what the system said, if it did
     */
    public ReservationFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
