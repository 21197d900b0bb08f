package org.quern.vmap.reserve;

import org.jspecify.annotations.Nullable;

/** Address space could not be reserved; the public layer turns it into its own exception. */
public final class ReservationFailure extends Exception {
    private static final long serialVersionUID = 1L;

    ReservationFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
