package org.quern.vmap.snapshot;

import org.quern.kapi.Operation;

/** A snapshot of another memory: another identity, or another size of memory or pages. */
@Operation(threads = Operation.Threads.ANY)
public final class ForeignSnapshotException extends SnapshotException {
    private static final long serialVersionUID = 1L;

    ForeignSnapshotException(String message) {
        super(message, null);
    }
}
