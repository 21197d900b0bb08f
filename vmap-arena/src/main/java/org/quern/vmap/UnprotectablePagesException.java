package org.quern.vmap;

import org.quern.kapi.Operation;
import org.quern.vmap.track.ScanStuckException;

/**
 * A scan that protects came to memory that it cannot protect: a mapping that is not registered for asynchronous write
 * protection, or a huge page that lies only partly in the range.
 */
@Operation(threads = Operation.Threads.ANY)
public final class UnprotectablePagesException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    private final long offset;

    UnprotectablePagesException(String where, ScanStuckException cause) {
        super(where + ": " + cause.getMessage(), cause);
        this.offset = cause.offset();
    }

    /**
     * The first such place.
     *
     * @return bytes from the start of the memory scanned
     */
    public long offset() {
        return offset;
    }
}
