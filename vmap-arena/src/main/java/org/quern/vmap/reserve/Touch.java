package org.quern.vmap.reserve;

import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

import org.quern.kapi.raw.RawMemory;

/** Populating by a write that changes nothing: an atomic "or 0" to one word of each page, which loses nobody's write. */
final class Touch {
    private static final VarHandle LONG = ValueLayout.JAVA_LONG.varHandle();

    private Touch() {}

    /** Touches whole pages of a span that the caller keeps mapped; the bytes touched. */
    static long pages(long address, long length) {
        for (long at = 0; at < length; at += Reservation.PAGE_BYTES) {
            // Safe because the caller vouches for [address, address + length). The update publishes nothing: no partner.
            LONG.getAndBitwiseOr(RawMemory.EVERYTHING, address + at, 0L);
        }
        return length;
    }
}
