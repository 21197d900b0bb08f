package org.quern.vmap.snapshot;

import org.quern.kapi.Operation;

/** A snapshot ends before its footer, or something follows the footer. */
@Operation(threads = Operation.Threads.ANY)
public final class TruncatedSnapshotException extends SnapshotException {
    private static final long serialVersionUID = 1L;

    TruncatedSnapshotException(String message) {
        super(message, null);
    }
}
