package org.quern.xarray;

/** There is no room for the nodes that a new entry needs. The array is exactly as it was. */
public final class NodeAllocationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /**
     * An exception with a message that names the index and the limit.
     *
     * @param message for the reader
     */
    public NodeAllocationException(String message) {
        super(message);
    }
}
