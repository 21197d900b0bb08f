package org.quern.vmap.snapshot;

import org.quern.kapi.Operation;

/**
 * What taking a snapshot came to.
 *
 * @param snapshot the snapshot, complete and on the disk
 * @param rounds passes over what changed, the last one included
 * @param pages pages recorded; one that changed in two rounds counts twice
 * @param pinnedPages of these, how many may have been pinned when they were copied: somebody may have written to them whom
 *        nobody stopped. {@link SnapshotStore#pinned} names them
 * @param storedBytes the size of the file
 * @param lastRoundBytes how much the last round copied, while nobody wrote
 * @param lastRoundNanos how long that took: how long the writers stood still
 */
@Operation(threads = Operation.Threads.ANY)
public record SnapshotReport(SnapshotInfo snapshot, int rounds, long pages, long pinnedPages, long storedBytes,
        long lastRoundBytes,
        long lastRoundNanos) {}
