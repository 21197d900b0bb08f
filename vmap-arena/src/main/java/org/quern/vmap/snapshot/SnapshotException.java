package org.quern.vmap.snapshot;

import java.io.IOException;

import org.jspecify.annotations.Nullable;
import org.quern.kapi.Operation;

/** A snapshot cannot be written or used. The subclass says why, the message which one and where. */
@Operation(threads = Operation.Threads.ANY)
public abstract sealed class SnapshotException extends IOException permits CorruptSnapshotException,
        ForeignSnapshotException, NewerSnapshotException, SnapshotOrderException, SnapshotStorageException,
        TruncatedSnapshotException {
    private static final long serialVersionUID = 1L;

    SnapshotException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
