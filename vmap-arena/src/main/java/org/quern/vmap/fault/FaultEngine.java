package org.quern.vmap.fault;

import java.util.function.BooleanSupplier;

import org.jspecify.annotations.Nullable;
import org.quern.vmap.fault.FillFailure.Reason;
import org.quern.vmap.reserve.Reservation;

/**
 * Makes pages present when they are needed. The thread that needs a page fills it; threads that need the same page at the
 * same time wait for that fill.
 *
 * <pre>
 *   require(page)
 *     PRESENT     done, without a lock
 *     ABSENT      room: claim the run -> FILLING;  outside: handler;  room: install, PRESENT, announce
 *     FILLING     room: wait until that fill is over; published: done; failed: its failure; stale: again
 *     DISCARDING  room: wait for the announcement; again
 *     FAILED      refused
 * </pre>
 *
 * Invariants.
 * <ol>
 * <li>E1. A page is FILLING if and only if exactly one running fill of its room covers it.
 * <li>E2. A fill ends exactly once. When it ends, its pages leave FILLING in the same holding of the room, and everybody who
 * waits for it is told.
 * <li>E3. A page becomes PRESENT only by the fill that covers it, after its whole content is in place.
 * <li>E4. Nothing waits while it holds a room, and nobody holds two.
 * <li>E5. A handler runs without any lock, writing to memory of its own; what it leaves behind after its fill has ended reaches
 * no page.
 * </ol>
 *
 * Rejected: one compare-and-set from ABSENT to FILLING without the room. The one who loses it has to find the fill to wait
 * for, which is not in the list yet; closing that gap costs more than the 20 ns of the lock in an act of 4 us.
 */
public final class FaultEngine {
    private static final int MOST_ROOMS = 64;

    private final String name;
    private final FillStates states;
    private final long areaBytes;
    private final FillPolicy policy;
    private final FillRunner runner;
    private final FaultRoom[] rooms; // a power of two
    private final FaultCounters counters = new FaultCounters();
    private volatile boolean closed; // written under every room in turn

    /**
     * An engine; nothing is present.
     *
     * @param name what failures call the area
     * @param bytes size of the area
     * @param policy runs, attempts, deadline
     * @param memory the pages
     * @param source their content
     */
    public FaultEngine(String name, long bytes, FillPolicy policy, PageMemory memory, PageSource source) {
        this.name = name;
        this.areaBytes = bytes;
        this.policy = policy;
        long pages = Reservation.roundUpToPages(bytes) >>> Reservation.PAGE_SHIFT;
        this.states = new FillStates(pages);
        this.runner = new FillRunner(this, policy, memory, source);
        long runs = Math.max(1, pages / policy.runPages());
        this.rooms = new FaultRoom[(int) Long.highestOneBit(Math.min(runs, MOST_ROOMS))];
        for (int i = 0; i < rooms.length; i++) {
            rooms[i] = new FaultRoom();
        }
    }

    /** Lets fills be given up when their time is over. Called once, when the engine is whole. */
    public void watchDeadlines() {
        if (policy.deadlineNanos() != Long.MAX_VALUE) {
            DeadlineWatch.watch(this);
        }
    }

    /**
     * The states; reading them is the check in front of each access.
     *
     * @return for asking only
     */
    public FillStates states() {
        return states;
    }

    /**
     * What was counted.
     *
     * @return the counters
     */
    public FaultCounters counters() {
        return counters;
    }

    String name() {
        return name;
    }

    FaultRoom roomOf(long page) {
        return rooms[(int) (page / policy.runPages()) & (rooms.length - 1)];
    }

    FaultRoom[] rooms() {
        return rooms;
    }

    /**
     * The end of the run that a page belongs to, which is also where its room ends.
     *
     * @param page any page
     * @return the page after the last of the run
     */
    public long runEnd(long page) {
        return Math.min(states.pages(), (page & -(long) policy.runPages()) + policy.runPages());
    }

    /**
     * Makes pages present: each was, at some time during the call. Fills what is absent, waits for what others fill.
     *
     * @param first the first page
     * @param end the page after the last
     * @throws FillFailure of the first page that cannot be had
     */
    public void require(long first, long end) throws FillFailure {
        for (long page = states.firstNotPresent(first, end); page < end; page = states.firstNotPresent(page, end)) {
            require(page);
        }
    }

    private void require(long page) throws FillFailure {
        FaultRoom room = roomOf(page);
        while (states.getAcquire(page) != FillStates.PRESENT) {
            Fill mine = null;
            room.lock();
            try {
                mine = claimOrWait(room, page);
            } finally {
                room.unlock();
            }
            if (mine != null) {
                runner.run(mine);
            }
        }
    }

    /** Claims the run of an ABSENT page; otherwise waits as the state demands, and returns null: look again. */
    private @Nullable Fill claimOrWait(FaultRoom room, long page) throws FillFailure {
        checkOpen(page);
        switch (states.getAcquire(page)) {
            case FillStates.PRESENT -> {
                return null;
            }
            case FillStates.ABSENT -> {
                return claim(room, page);
            }
            case FillStates.FAILED -> throw new FillFailure(Reason.POISONED, page,
                    "the page is poisoned: " + room.poisonOf(page), null);
            case FillStates.FILLING -> waitFor(room, room.fillOf(page), page);
            case FillStates.DISCARDING ->
                await(room, page, () -> states.getAcquire(page) == FillStates.DISCARDING && !closed);
            default -> throw new IllegalStateException("page " + page + ": unknown state");
        }
        return null;
    }

    /** ABSENT -> FILLING for the page and its absent neighbours in the run. The room is held. */
    Fill claim(FaultRoom room, long page) {
        long from = page;
        long to = page + 1;
        long runStart = page & -(long) policy.runPages();
        long runEnd = runEnd(page);
        while (from > runStart && states.getAcquire(from - 1) == FillStates.ABSENT) {
            from--;
        }
        while (to < runEnd && states.getAcquire(to) == FillStates.ABSENT) {
            to++;
        }
        long bytes = Math.min(to << Reservation.PAGE_SHIFT, areaBytes) - (from << Reservation.PAGE_SHIFT);
        Fill fill = new Fill(room, from, (int) (to - from), page, bytes, policy.deadlineFrom(System.nanoTime()));
        room.begin(fill); // may fail for want of memory, before anything is claimed
        for (long p = from; p < to; p++) {
            states.transition(p, FillStates.ABSENT, FillStates.FILLING);
        }
        return fill;
    }

    /** The room is held; it is given up while waiting. */
    void waitFor(FaultRoom room, Fill fill, long page) throws FillFailure {
        Filler me = Filler.ofThisThread();
        if (!me.tryWaitFor(fill)) {
            throw new FillFailure(Reason.RECURSION, page,
                    "the handler needs this page, which it is filling itself, directly or in a circle", null);
        }
        try {
            fill.addWaiter();
            counters.waited();
            await(room, page, () -> !fill.isOver());
        } finally {
            me.waitIsOver();
        }
        FillFailure failure = fill.failure();
        if (failure != null) {
            throw failure;
        }
    }

    private static void await(FaultRoom room, long page, BooleanSupplier holds) throws FillFailure {
        try {
            room.awaitWhile(holds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FillFailure(Reason.INTERRUPTED, page, "interrupted while another thread works on the page", e);
        }
    }

    void checkOpen(long page) throws FillFailure {
        if (closed) {
            throw new FillFailure(Reason.CLOSED, page, "closed", null);
        }
    }

    /**
     * Begins to fill what is absent of a run, if its content comes later, and does not wait for it.
     *
     * @param page any page of the run
     * @return whether a fill was begun
     * @throws FillFailure if the area is closed
     */
    public boolean begin(long page) throws FillFailure {
        FaultRoom room = roomOf(page);
        Fill mine;
        room.lock();
        try {
            checkOpen(page);
            if (states.getAcquire(page) != FillStates.ABSENT) {
                return false;
            }
            mine = claim(room, page);
        } finally {
            room.unlock();
        }
        runner.begin(mine);
        return true;
    }

    /** Gives up every fill whose time is over. Called by the watch. */
    void expire(long now) {
        for (FaultRoom room : rooms) {
            if (room.isIdle()) {
                continue;
            }
            room.lock();
            try {
                for (Fill fill : room.running()) {
                    if (now - fill.deadline() > 0) {
                        counters.timedOut();
                        giveUp(fill, new FillFailure(Reason.TIMEOUT, fill.demanded(),
                                "the handler did not end within " + policy.deadlineNanos() / 1_000_000 + " ms", null));
                    }
                }
            } finally {
                room.unlock();
            }
        }
    }

    /** The room is held: ends a fill because its page was poisoned. */
    void giveUpPoisoned(Fill fill, long page, String why) {
        giveUp(fill, new FillFailure(Reason.POISONED, page, "the page is poisoned: " + why, null));
    }

    /** The room is held: ends a fill from outside. Its pages are absent again, its handler is asked to end. */
    private void giveUp(Fill fill, FillFailure why) {
        runner.end(fill, Fill.Stage.FAILED, why, 0);
        fill.interrupt();
    }

    /**
     * Lets nothing new begin, gives up every fill and wakes everybody who waits; who waits, or fills, is told that the area
     * is closed. Idempotent.
     */
    public void close() {
        closed = true;
        for (FaultRoom room : rooms) {
            room.lock();
            try {
                for (Fill fill : room.running()) {
                    giveUp(fill, new FillFailure(Reason.CLOSED, fill.demanded(), "closed", null));
                }
                room.announce();
            } finally {
                room.unlock();
            }
        }
    }

    /**
     * Whether {@link #close} was called.
     *
     * @return true if nothing new can begin
     */
    public boolean isClosed() {
        return closed;
    }

    /**
     * When fills are given up.
     *
     * @return nanoseconds after they began, or {@link Long#MAX_VALUE} for never
     */
    long deadlineNanos() {
        return policy.deadlineNanos();
    }

    /**
     * Checks invariant E1, for tests; the caller lets nothing run.
     *
     * @throws IllegalStateException naming the page that is wrong
     */
    public void verifyQuiet() {
        long present = 0;
        long end = states.pages();
        for (long page = states.nextNotAbsent(0, end); page < end; page = states.nextNotAbsent(page + 1, end)) {
            byte state = states.getAcquire(page);
            present += state == FillStates.PRESENT ? 1 : 0;
            if (state == FillStates.FILLING || state == FillStates.DISCARDING) {
                throw new IllegalStateException("page " + page + ": is " + FillStates.name(state) + " for ever");
            }
        }
        for (FaultRoom room : rooms) {
            if (!room.isIdle()) {
                throw new IllegalStateException(name + ": a fill never ends");
            }
        }
        if (present != counters.present()) {
            throw new IllegalStateException(
                    name + ": " + present + " pages are present, " + counters.present() + " were counted");
        }
    }
}
