package org.quern.vmap;

import org.quern.vmap.map.MapFailure;

/**
 * A memory file could not be created, opened or mapped, or is not any more what it was. Nothing was changed. The message
 * names the file and the values.
 */
public final class MemoryFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What was in the way. */
    public enum Reason {
        /** The process holds as many mappings as the library allows itself, a quarter of {@code vm.max_map_count}. */
        MAPPINGS_SPENT,
        /** Something is mapped at the address asked for. */
        ADDRESS_OCCUPIED,
        /** The system refused; the message has call and error. */
        REFUSED,
        /** The file is closed, or its descriptor was closed by somebody else and may be another file's now. */
        CLOSED,
        /** Somebody cut the file. */
        TRUNCATED,
        /** The file is not sealed, so that somebody could cut it under its readers. */
        UNSEALED,
        /** There is no file, or it is none that can be mapped. */
        NOT_A_FILE,
        /** This system, or this kind of file, cannot do it. */
        UNAVAILABLE
    }

    private final Reason reason;

    MemoryFileException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    static MemoryFileException of(MapFailure failure) {
        return new MemoryFileException(switch (failure.kind()) {
            case BUDGET -> Reason.MAPPINGS_SPENT;
            case OCCUPIED -> Reason.ADDRESS_OCCUPIED;
            case REFUSED -> Reason.REFUSED;
            case CLOSED_BY_OTHERS -> Reason.CLOSED;
            case TRUNCATED -> Reason.TRUNCATED;
            case UNSEALED -> Reason.UNSEALED;
            case NOT_A_FILE -> Reason.NOT_A_FILE;
            case UNAVAILABLE -> Reason.UNAVAILABLE;
        }, String.valueOf(failure.getMessage()));
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
