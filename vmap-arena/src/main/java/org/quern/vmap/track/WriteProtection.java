package org.quern.vmap.track;

import org.quern.vmap.reserve.ReservationFailure;

/** The registration of a span with the kernel for asynchronous write protection. */
public interface WriteProtection {
    /**
     * Registers; pages that are there count as written.
     *
     * @throws ReservationFailure if the budget of mappings is spent; nothing was changed
     */
    void register() throws ReservationFailure;

    /** Ends the registration, and with it all protection. Content stays. */
    void unregister();
}
