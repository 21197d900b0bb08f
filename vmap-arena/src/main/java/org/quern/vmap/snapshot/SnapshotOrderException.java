package org.quern.vmap.snapshot;

import org.quern.kapi.Operation;

/** A snapshot does not follow the one before: one is missing, twice there, or another was expected. */
@Operation(threads = Operation.Threads.ANY)
public final class SnapshotOrderException extends SnapshotException {
    private static final long serialVersionUID = 1L;

    SnapshotOrderException(String message) {
        super(message, null);
    }
}
