package org.quern.vmap.snapshot;

import java.util.Objects;

import org.quern.kapi.Operation;

/**
 * How snapshots are written.
 *
 * @param compression how pages are stored; default {@link Compression#NONE}
 * @param forced whether a snapshot is forced to the disk before it counts; default true. Without, a crash of the system, not
 *        of the process, may lose the last ones
 */
@Operation(threads = Operation.Threads.ANY)
public record SnapshotOptions(Compression compression, boolean forced) {
    /** Not compressed, forced to the disk. */
    public static final SnapshotOptions DEFAULT = new SnapshotOptions(Compression.NONE, true);

    /** Nothing is null. */
    public SnapshotOptions {
        Objects.requireNonNull(compression, "compression");
    }

    /**
     * With another compression.
     *
     * @param other how pages are stored
     * @return changed options
     */
    public SnapshotOptions compressing(Compression other) {
        return new SnapshotOptions(other, forced);
    }

    /**
     * Forced to the disk or not.
     *
     * @param wanted whether a snapshot is forced before it counts
     * @return changed options
     */
    public SnapshotOptions forcing(boolean wanted) {
        return new SnapshotOptions(compression, wanted);
    }
}
