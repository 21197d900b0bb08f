package org.quern.vmap.snapshot;

import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

import org.quern.kapi.Operation;
import org.quern.vmap.WriteTracker;
import org.quern.vmap.reserve.Reservation;

/**
 * Keeps a copy of tracked memory elsewhere: sends a base, then what changed, over a channel to a {@link ReplicaReceiver}. After
 * each image the copy is exactly what the memory held during the last round.
 *
 * <p>
 * One thread at a time. The tracker is this replicator's alone. A replicator that failed is done: what it took goes back to
 * the tracker, and a new one, over a new channel, begins with a base.
 */
@Operation(threads = Operation.Threads.ONE_AT_A_TIME, errors = SnapshotException.class)
public final class Replicator {
    private final WriteTracker tracker;
    private final UUID identity;
    private final WritableByteChannel channel;
    private final Compression compression;
    private long sequence;
    private long lastId;
    private boolean failed;

    /**
     * Sends to a channel; the first image is a base.
     *
     * @param tracker of the memory
     * @param identity whose memory; the receiver refuses another
     * @param channel to the receiver, in blocking mode; stays the caller's
     * @param compression how pages are sent
     */
    @Operation(threads = Operation.Threads.ANY)
    public Replicator(WriteTracker tracker, UUID identity, WritableByteChannel channel, Compression compression) {
        this.tracker = Objects.requireNonNull(tracker, "tracker");
        this.identity = Objects.requireNonNull(identity, "identity");
        this.channel = Objects.requireNonNull(channel, "channel");
        this.compression = Objects.requireNonNull(compression, "compression");
    }

    /**
     * Sends what changed since the last image; the first time everything.
     *
     * @param quiesce how the writers are kept from writing for the last round
     * @return pages sent
     * @throws SnapshotStorageException if the channel fails
     * @throws IllegalStateException if an earlier one failed, the tracker is closed or its memory was freed
     */
    @Operation(threads = Operation.Threads.ONE_AT_A_TIME, blocks = Operation.Blocks.FOR_IO, errors = {
            SnapshotStorageException.class, IllegalStateException.class})
    public long send(Quiesce quiesce) throws SnapshotStorageException {
        if (failed) {
            throw new IllegalStateException(
                    tracker.name() + ": an earlier image failed; begin anew, with a new channel");
        }
        boolean base = sequence == 0;
        if (base) {
            tracker.changed(0, tracker.bytes());
        }
        long id = UUID.randomUUID().getLeastSignificantBits();
        ImageHeader header = new ImageHeader(identity, sequence + 1, base, id, lastId, tracker.bytes(),
                (int) Reservation.PAGE_BYTES, Instant.now());
        ImageWriter image = new ImageWriter(tracker, compression);
        failed = true;
        try {
            image.write(channel, header, quiesce);
            failed = false;
        } catch (IOException e) {
            throw new SnapshotStorageException("cannot send image " + header.sequence() + " of " + tracker.name(), e);
        } finally {
            if (failed) {
                image.giveBack();
            }
        }
        sequence++;
        lastId = id;
        return image.pages();
    }
}
