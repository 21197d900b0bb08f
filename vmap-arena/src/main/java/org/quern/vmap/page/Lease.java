package org.quern.vmap.page;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.pin.PinUnit;

/**
 * A run of pages while it is handed out: its state, and the scope of the segments made of it. All access under the
 * arena's lock, but for closing the scope.
 *
 * <pre>
 *              allocate                     free
 *     FREE  ------------->  LEASED  ------------------->  RELEASING  ------->  QUARANTINED  ------->  FREE
 *   (no lease, in            |  ^                       scope closed,         waits, if the      back in the
 *    the free runs)          |  |                       pages decommitted     arena has one      free runs
 *                  hold +1   v  |  hold -1
 *                          LEASED, held                 a free of a held lease is refused as busy
 *
 *   | firstPage ..            pages            .. | guard |        span = pages + guards
 * </pre>
 *
 * RELEASING is the state in which pages are neither in use nor to be had: it lets the slow part of a free (waiting for
 * readers to leave the scope, decommitting) run outside the lock.
 */
public final class Lease {
    /** The states; FREE has no lease. */
    public enum State {
        /** In use. */
        LEASED,
        /** On the way back. */
        RELEASING,
        /** Given back, decommitted, and not to be had yet. */
        QUARANTINED
    }

    private final Long key; // boxed once: ending a lease must not need memory
    private final long firstPage;
    private final long pages;
    private final long guards;
    private final long generation;
    private State state = State.LEASED;
    private int holds;
    private @Nullable String claim;
    private @Nullable Arena scope;
    private @Nullable MemorySegment segment;
    private @Nullable Lease nextQuarantined; // the ledger's queue
    private boolean hugePages;
    private boolean guarded;
    private @Nullable PinUnit pins;
    private int discards;

    Lease(long firstPage, long pages, long guards, long generation) {
        this.key = firstPage;
        this.guards = guards;
        this.firstPage = firstPage;
        this.pages = pages;
        this.generation = generation;
    }

    /**
     * The first page.
     *
     * @return its number
     */
    public long firstPage() {
        return firstPage;
    }

    /**
     * The length.
     *
     * @return pages
     */
    public long pages() {
        return pages;
    }

    /**
     * The guard pages behind.
     *
     * @return pages, 0 or more
     */
    public long guards() {
        return guards;
    }

    /**
     * The length with its guards.
     *
     * @return pages
     */
    public long span() {
        return pages + guards;
    }

    Long key() {
        return key;
    }

    @Nullable
    Lease nextQuarantined() {
        return nextQuarantined;
    }

    void nextQuarantined(@Nullable Lease next) {
        nextQuarantined = next;
    }

    /** RELEASING -> QUARANTINED. */
    void quarantine() {
        require(state == State.RELEASING, "quarantine");
        state = State.QUARANTINED;
    }

    /**
     * Whether the guards behind are inaccessible.
     *
     * @return false unless {@link #guarded(boolean)} said otherwise
     */
    public boolean guarded() {
        return guarded;
    }

    /**
     * Remembers whether the guards behind are inaccessible.
     *
     * @param now whether they are
     */
    public void guarded(boolean now) {
        guarded = now;
    }

    /**
     * Whether huge pages were asked for: then its pages are a mapping of their own.
     *
     * @return false unless {@link #hugePages(boolean)} said otherwise
     */
    public boolean hugePages() {
        return hugePages;
    }

    /**
     * Remembers whether huge pages were asked for.
     *
     * @param wanted whether they were
     */
    public void hugePages(boolean wanted) {
        hugePages = wanted;
    }

    /**
     * Which act of handing out this is.
     *
     * @return 1, 2, ..
     */
    public long generation() {
        return generation;
    }

    /**
     * The state.
     *
     * @return what may be done with it
     */
    public State state() {
        return state;
    }

    /**
     * How many activities need the lease to stay.
     *
     * @return 0 or more
     */
    public int holds() {
        return holds;
    }

    /** One more activity needs the lease to stay. */
    public void hold() {
        require(state == State.LEASED, "hold");
        holds++;
    }

    /** One activity is over. */
    public void unhold() {
        require(holds > 0, "unhold");
        holds--;
    }

    /**
     * The counts of its pins.
     *
     * @return null if it was never pinned or held
     */
    public @Nullable PinUnit pins() {
        return pins;
    }

    /**
     * Gives it counts of pins, for as long as it lives.
     *
     * @param counts its own
     */
    public void pins(PinUnit counts) {
        require(state == State.LEASED && pins == null && discards == 0, "pins");
        pins = counts;
    }

    /**
     * Whether the pages are being discarded or moved, though the lease stays: then it gets no counts of pins.
     *
     * @return whether anybody does
     */
    public boolean isDiscarding() {
        return discards > 0;
    }

    /**
     * One more activity discards or moves the pages; it holds the lease.
     *
     * @param more 1 when it begins, -1 when it is over
     */
    public void discarding(int more) {
        discards += more;
    }

    /**
     * Who alone decides over the pages, if anybody does: a lazy area, which keeps books of what is in them.
     *
     * @return for the reader; null if nobody
     */
    public @Nullable String claim() {
        return claim;
    }

    /**
     * Lets somebody alone decide over the pages, or nobody.
     *
     * @param by for the reader; null for nobody
     */
    public void claim(@Nullable String by) {
        require(state == State.LEASED, "claim");
        claim = by;
    }

    /** LEASED, not held -> RELEASING. */
    public void beginRelease() {
        require(state == State.LEASED && holds == 0, "beginRelease");
        state = State.RELEASING;
    }

    /** RELEASING -> LEASED: the release could not be completed. */
    public void cancelRelease() {
        require(state == State.RELEASING, "cancelRelease");
        state = State.LEASED;
    }

    /**
     * The scope of the segments made of the lease.
     *
     * @return null if none was made
     */
    public @Nullable Arena scope() {
        return scope;
    }

    /**
     * The segment made of the lease.
     *
     * @return null if none was made
     */
    public @Nullable MemorySegment segment() {
        return segment;
    }

    /**
     * Remembers the segment made of the lease, or forgets it.
     *
     * @param newScope its scope
     * @param newSegment all of the lease's bytes
     */
    public void show(@Nullable Arena newScope, @Nullable MemorySegment newSegment) {
        scope = newScope;
        segment = newSegment;
    }

    private void require(boolean holdsTrue, String transition) {
        if (!holdsTrue) {
            throw new IllegalStateException(transition + " of a lease that is " + state + " with " + holds + " holds");
        }
    }
}
