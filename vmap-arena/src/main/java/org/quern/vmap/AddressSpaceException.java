package org.quern.vmap;

import java.util.Objects;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.reserve.Reservation;
import org.quern.vmap.reserve.ReservationFailure;

/**
 * Address space could not be reserved: the system refused even the smallest acceptable size, or the process holds as many
 * mappings as the library allows itself (a quarter of {@code vm.max_map_count}). The message names what was wished and
 * what was in the way.
 */
public final class AddressSpaceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    AddressSpaceException(@Nullable String message, Throwable cause) {
        super(message, cause);
    }

    /** Reserves, with the failure as this exception. */
    static Reservation reserve(BackEnd backEnd, String name, long wishedBytes, long leastBytes) {
        Objects.requireNonNull(name, "name");
        try {
            return Reservation.open(backEnd.backing(), name, wishedBytes, leastBytes);
        } catch (ReservationFailure e) {
            throw new AddressSpaceException(e.getMessage(), e);
        }
    }
}
