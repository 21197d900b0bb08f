package org.quern.vmap.snapshot;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ReadableByteChannel;
import java.util.Objects;
import java.util.UUID;

import org.quern.kapi.Operation;

/**
 * Applies the images that a {@link Replicator} sends. Each page is verified before it is applied. One thread at a time.
 *
 * <p>
 * Between two images the copy is exact. While one is received, and after it failed, it is between two: some pages old, some new.
 */
@Operation(threads = Operation.Threads.ONE_AT_A_TIME, errors = SnapshotException.class)
public final class ReplicaReceiver {
    private final UUID identity;
    private final MemorySegment target;
    private final ImageTarget image;
    private long sequence;
    private long lastId;

    /**
     * Receives into memory.
     *
     * @param identity whose memory
     * @param target of the size of that memory, writable
     */
    @Operation(threads = Operation.Threads.ANY)
    public ReplicaReceiver(UUID identity, MemorySegment target) {
        this.identity = Objects.requireNonNull(identity, "identity");
        this.target = Objects.requireNonNull(target, "target");
        this.image = new ImageTarget(target);
    }

    /**
     * Receives one image; waits for it.
     *
     * @param channel from the replicator, in blocking mode
     * @return true if an image was applied, false if the channel ended before it began
     * @throws TruncatedSnapshotException if the channel ended within the image
     * @throws SnapshotOrderException if it does not follow from the one before; a base always does
     * @throws SnapshotException if it is damaged, newer, of another memory, or the channel fails
     */
    @Operation(threads = Operation.Threads.ONE_AT_A_TIME, blocks = Operation.Blocks.FOR_IO, faults = Operation.Faults.MAY, errors = SnapshotException.class)
    public boolean receive(ReadableByteChannel channel) throws SnapshotException {
        try {
            RecordReader records = RecordReader.open(channel, "image after " + sequence);
            if (records == null) {
                return false;
            }
            ImageHeader header = records.header();
            header.requireOf(identity, target.byteSize(), header.pageBytes(), "image " + header.sequence());
            if (!header.base() && (header.sequence() != sequence + 1 || header.previousId() != lastId)) {
                throw new SnapshotOrderException(
                        "image " + header.sequence() + ": does not follow from image " + sequence
                                + " that was applied");
            }
            while (records.next()) {
                image.apply(records);
            }
            sequence = header.sequence();
            lastId = header.id();
            return true;
        } catch (SnapshotException e) {
            throw e;
        } catch (IOException e) {
            throw new SnapshotStorageException("cannot receive the image after " + sequence, e);
        }
    }

    /**
     * Which image was applied last.
     *
     * @return 0 if none
     */
    public long sequence() {
        return sequence;
    }
}
