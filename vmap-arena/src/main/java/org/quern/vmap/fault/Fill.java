package org.quern.vmap.fault;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.reserve.Reservation;

/**
 * One act of filling a run of pages. It is made by the thread that found a page ABSENT, and ends exactly once: published,
 * failed, or given up (deadline, discard, close). What an ended fill still produces is thrown away.
 *
 * <p>
 * Fields that change are guarded by the lock of the room.
 */
public final class Fill {
    /** How a fill stands. */
    enum Stage {
        /** The handler is at work. */
        RUNNING,
        /** Its pages were published. */
        PUBLISHED,
        /** It failed, and {@link #failure} says why. */
        FAILED,
        /** Its content was not wanted any more: whoever waited tries again. */
        STALE
    }

    private final FaultRoom room;
    private final long first;
    private final int count;
    private final long demanded;
    private final long bytes;
    private final long deadline;
    private final PageFillEvent event = new PageFillEvent();
    private volatile @Nullable Filler filler; // who runs the handler; volatile for those who follow the links
    private Stage stage = Stage.RUNNING;
    private boolean unwanted;
    private boolean interrupted;
    private @Nullable FillFailure failure;
    private int waiters;
    private int attempt = 1;

    Fill(FaultRoom room, long first, int count, long demanded, long bytes, long deadline) {
        this.room = room;
        this.first = first;
        this.count = count;
        this.demanded = demanded;
        this.bytes = bytes;
        this.deadline = deadline;
        event.begin();
    }

    /**
     * The first byte wanted.
     *
     * @return offset in the area, a multiple of the page size
     */
    public long offset() {
        return first << Reservation.PAGE_SHIFT;
    }

    /**
     * How much is wanted.
     *
     * @return bytes; whole pages, but at the end of the area
     */
    public long bytes() {
        return bytes;
    }

    /**
     * The page that somebody needs now; the others of the run are filled along with it.
     *
     * @return offset in the area, a multiple of the page size
     */
    public long demandedOffset() {
        return demanded << Reservation.PAGE_SHIFT;
    }

    /**
     * Which attempt this is.
     *
     * @return 1, 2, ..
     */
    public int attempt() {
        return attempt;
    }

    /**
     * When the fill is given up.
     *
     * @return as {@link System#nanoTime}, or {@link Long#MAX_VALUE} for never
     */
    public long deadline() {
        return deadline;
    }

    FaultRoom room() {
        return room;
    }

    long first() {
        return first;
    }

    int count() {
        return count;
    }

    long end() {
        return first + count;
    }

    long demanded() {
        return demanded;
    }

    boolean covers(long page) {
        return page >= first && page < first + count;
    }

    PageFillEvent event() {
        return event;
    }

    @Nullable
    Filler filler() {
        return filler;
    }

    /** The handler begins to run in a thread, or (null) has ended. */
    void runBy(@Nullable Filler by) {
        filler = by;
    }

    void nextAttempt() {
        attempt++;
    }

    // ---- under the room's lock ------------------------------------------------------------------------------------

    Stage stage() {
        return stage;
    }

    boolean isOver() {
        return stage != Stage.RUNNING;
    }

    /** Its content is not to be published, because the pages were discarded since it began. */
    void unwant() {
        unwanted = true;
    }

    boolean isUnwanted() {
        return unwanted;
    }

    void end(Stage how, @Nullable FillFailure why) {
        if (isOver()) {
            throw new IllegalStateException("fill of pages " + first + "+" + count + ": ended twice");
        }
        stage = how;
        failure = why;
    }

    @Nullable
    FillFailure failure() {
        return failure;
    }

    void addWaiter() {
        waiters++;
    }

    int waiters() {
        return waiters;
    }

    /** Makes a handler that heeds interruption end. */
    void interrupt() {
        Filler by = filler;
        if (by != null && !interrupted) {
            interrupted = true;
            by.thread().interrupt();
        }
    }

    boolean wasInterrupted() {
        return interrupted;
    }
}
