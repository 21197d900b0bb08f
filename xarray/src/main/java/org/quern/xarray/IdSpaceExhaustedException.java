package org.quern.xarray;

/** No id of the limit is free. The array is exactly as it was. */
public final class IdSpaceExhaustedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * An exception with a message that names the array and the limit.
     *
     * @param message for the reader
     */
    public IdSpaceExhaustedException(String message) {
        super(message);
    }
}
