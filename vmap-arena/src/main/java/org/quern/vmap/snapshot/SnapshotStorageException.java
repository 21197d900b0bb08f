package org.quern.vmap.snapshot;

import java.io.IOException;

import org.quern.kapi.Operation;

/**
 * A snapshot could not be written, for instance because the disk is full or the directory is gone. Earlier snapshots are as
 * they were, and what this one would have held is in the next one.
 */
@Operation(threads = Operation.Threads.ANY)
public final class SnapshotStorageException extends SnapshotException {
    private static final long serialVersionUID = 1L;

    SnapshotStorageException(String message, IOException cause) {
        super(message, cause);
    }
}
