package org.quern.vmap.snapshot;

import java.nio.file.Path;
import java.time.Instant;
import java.util.UUID;

import org.quern.kapi.Operation;

/**
 * A complete snapshot in a store, by its header.
 *
 * @param file where it is
 * @param identity whose memory it is of
 * @param sequence which one, 1, 2, ..
 * @param base true if it holds everything, false if what changed since the one before
 * @param id what the next one calls it
 * @param previousId the id of the one before; 0 for a base
 * @param memoryBytes the size of the memory
 * @param pageBytes the size of a page
 * @param created when it was begun
 */
@Operation(threads = Operation.Threads.ANY)
public record SnapshotInfo(Path file, UUID identity, long sequence, boolean base, long id, long previousId,
        long memoryBytes, int pageBytes, Instant created) {
    static SnapshotInfo of(Path file, ImageHeader header) {
        return new SnapshotInfo(file, header.identity(), header.sequence(), header.base(), header.id(),
                header.previousId(), header.bytes(), header.pageBytes(), header.created());
    }

    /**
     * For logs.
     *
     * @return for instance {@code increment 7 of 1073741824 bytes}
     */
    @Override
    public String toString() {
        return (base ? "base " : "increment ") + sequence + " of " + memoryBytes + " bytes";
    }
}
