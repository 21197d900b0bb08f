package org.quern.vmap;

import org.quern.kapi.Operation;
import org.quern.vmap.fault.FillFailure;
import org.quern.vmap.reserve.Reservation;

/**
 * A page of a {@link LazyArea} could not be had. The message names the area, the offset and what happened; the cause is what
 * the handler threw, if it did. Everybody who waited for the page gets an exception of his own. Unless the kind is
 * {@link Kind#POISONED} the page is absent, and its next touch asks the handler again.
 */
@Operation(threads = Operation.Threads.ANY)
public final class FaultException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What happened. */
    public enum Kind {
        /** The handler threw; see the cause. */
        HANDLER_FAILED,
        /** The handler gave fewer bytes than were needed, or claims more than were wanted. */
        TOO_FEW_BYTES,
        /** The handler needs the page that it is to fill, directly or in a circle of handlers. */
        RECURSION,
        /** The handler did not end within the deadline. */
        TIMEOUT,
        /** The page is poisoned: refused until it is discarded. */
        POISONED,
        /** The calling thread was interrupted while another one filled the page; its interrupt stays set. */
        INTERRUPTED,
        /** The system did not take the content: no memory, for instance. */
        NOT_INSTALLED
    }

    private final Kind kind;
    private final long offset;

    private FaultException(Kind kind, long offset, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.offset = offset;
    }

    /** The exception of the calling thread. */
    static RuntimeException of(String area, FillFailure failure) {
        Kind kind = switch (failure.reason()) {
            case HANDLER -> Kind.HANDLER_FAILED;
            case TOO_FEW_BYTES -> Kind.TOO_FEW_BYTES;
            case RECURSION -> Kind.RECURSION;
            case TIMEOUT -> Kind.TIMEOUT;
            case POISONED -> Kind.POISONED;
            case INTERRUPTED -> Kind.INTERRUPTED;
            case INSTALL -> Kind.NOT_INSTALLED;
            case CLOSED -> null;
        };
        if (kind == null) {
            return new ArenaClosedException("lazy area " + area);
        }
        long offset = failure.page() << Reservation.PAGE_SHIFT;
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return new FaultException(kind, offset, area + ": the page at offset " + offset + ": " + failure.getMessage(),
                cause);
    }

    /**
     * What happened.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Which page.
     *
     * @return its first byte, as an offset in the area
     */
    public long offset() {
        return offset;
    }
}
