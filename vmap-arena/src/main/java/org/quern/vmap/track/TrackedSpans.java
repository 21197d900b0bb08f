package org.quern.vmap.track;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

import org.quern.vmap.reserve.DiscardWatch;

/**
 * The tracked spans of one reservation: tells them of discards, and keeps two that the kernel tracks from overlapping,
 * because a page has one mark of protection, and who clears it takes the news from the other. Thread-safe.
 */
public final class TrackedSpans implements DiscardWatch {
    /**
     * A span.
     *
     * @param offset its first byte in the reservation
     * @param bytes its size
     * @param tracking what is to learn of discards
     * @param alive whether the memory is still what it was when tracking began
     */
    public record TrackedSpan(long offset, long bytes, Tracking tracking, BooleanSupplier alive) {
        boolean overlaps(long from, long length) {
            return offset < from + length && from < offset + bytes;
        }

        boolean isKernels() {
            return tracking.marks() == null;
        }
    }

    private final List<TrackedSpan> spans = new CopyOnWriteArrayList<>();

    /** None. */
    public TrackedSpans() {}

    /**
     * Adds a span.
     *
     * @param span what is to be tracked
     * @return false if another that the kernel tracks overlaps it, and it is tracked by the kernel itself
     */
    public synchronized boolean add(TrackedSpan span) {
        if (span.isKernels() && spans.stream().anyMatch(
                other -> other.isKernels() && other.alive().getAsBoolean()
                        && other.overlaps(span.offset, span.bytes))) {
            return false;
        }
        spans.add(span);
        return true;
    }

    /**
     * Removes a span; nothing if it is not there.
     *
     * @param span as added
     */
    public synchronized void remove(TrackedSpan span) {
        spans.removeIf(other -> other.equals(span));
    }

    @Override
    public boolean permit(long offset, long length) {
        for (TrackedSpan span : spans) {
            if (span.overlaps(offset, length)) {
                span.tracking.discarding(from(span, offset), to(span, offset + length));
            }
        }
        return true;
    }

    @Override
    public void settled(long offset, long length, boolean discarded) {
        for (TrackedSpan span : spans) {
            if (span.overlaps(offset, length)) {
                span.tracking.changed().add(from(span, offset), to(span, offset + length));
            }
        }
    }

    /**
     * Bytes were written where their writer could not be seen, as by a device: they are reported again.
     *
     * @param offset the first byte in the reservation
     * @param length how many
     */
    public void written(long offset, long length) {
        for (TrackedSpan span : spans) {
            if (span.overlaps(offset, length)) {
                long from = from(span, offset);
                long to = to(span, offset + length);
                if (span.tracking.marks() != null) {
                    span.tracking.marks().mark(from, to - from);
                } else {
                    span.tracking.changed().add(from, to);
                }
            }
        }
    }

    /**
     * Bytes appeared by a fill that counts as a write: marks do not see it otherwise, the kernel does by itself.
     *
     * @param offset the first byte in the reservation
     * @param length how many
     */
    public void filled(long offset, long length) {
        for (TrackedSpan span : spans) {
            if (span.overlaps(offset, length) && span.tracking.marks() != null) {
                long from = from(span, offset);
                span.tracking.marks().mark(from, to(span, offset + length) - from);
            }
        }
    }

    private static long from(TrackedSpan span, long offset) {
        return Math.max(offset, span.offset) - span.offset;
    }

    private static long to(TrackedSpan span, long end) {
        return Math.min(end, span.offset + span.bytes) - span.offset;
    }
}
