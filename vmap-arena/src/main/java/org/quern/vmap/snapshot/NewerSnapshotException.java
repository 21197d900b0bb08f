package org.quern.vmap.snapshot;

import org.quern.kapi.Operation;

/** Written by a later version of the format than this library reads. */
@Operation(threads = Operation.Threads.ANY)
public final class NewerSnapshotException extends SnapshotException {
    private static final long serialVersionUID = 1L;

    NewerSnapshotException(String message) {
        super(message, null);
    }
}
