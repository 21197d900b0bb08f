package org.quern.vmap;

/**
 * A {@link SizeClassAllocator} in checked mode found that memory was, or is about to be, accessed that must not be. The
 * message names the offset, the block, and where it was allocated and freed, as far as that was sampled.
 */
public final class MemoryErrorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What was found. */
    public enum Kind {
        /** Outside of any block, or behind the size that was asked for. */
        OUT_OF_BOUNDS,
        /** In a block that was freed. */
        USE_AFTER_FREE
    }

    private final Kind kind;
    private final long offset;

    MemoryErrorException(String message, Kind kind, long offset) {
        super(message);
        this.kind = kind;
        this.offset = offset;
    }

    /**
     * What was found.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * Where.
     *
     * @return the offset of the first byte concerned
     */
    public long offset() {
        return offset;
    }
}
