package org.quern.vmap.snapshot;

import org.quern.kapi.Operation;

/** What is stored is not what was written: a checksum does not match, or a field has a value that nobody writes. */
@Operation(threads = Operation.Threads.ANY)
public final class CorruptSnapshotException extends SnapshotException {
    private static final long serialVersionUID = 1L;

    CorruptSnapshotException(String message) {
        super(message, null);
    }
}
