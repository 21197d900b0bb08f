package org.quern.vmap.track;

/** A scan cannot go on, or not do what it was asked to, because of what is at a certain place. */
public final class ScanStuckException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long offset;

    ScanStuckException(long offset, String message) {
        super(message);
        this.offset = offset;
    }

    /**
     * The place.
     *
     * @return bytes from the start of the memory scanned
     */
    public long offset() {
        return offset;
    }
}
