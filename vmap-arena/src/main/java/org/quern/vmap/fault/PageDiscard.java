package org.quern.vmap.fault;

import java.util.concurrent.locks.ReentrantLock;

import org.quern.vmap.fault.FillFailure.Reason;

/**
 * Takes pages out of memory again, so that their next touch asks the handler; and poisons pages.
 *
 * <p>
 * A discard takes three steps, under a lock of its own, so that they do not mix with those of another:
 * <ol>
 * <li>room by room, PRESENT -> DISCARDING; a fill under way is not wanted any more; poison is lifted;
 * <li>the views end ({@link AreaViews}): nobody is inside an access, and nobody comes in;
 * <li>the memory is given back, and DISCARDING -> ABSENT.
 * </ol>
 * If a view cannot be ended or the system does not take the memory, the pages are PRESENT again with their content.
 */
public final class PageDiscard {
    private final FaultEngine engine;
    private final FillStates states;
    private final PageMemory memory;
    private final AreaViews views;
    private final ReentrantLock discarding = new ReentrantLock(); // the discard lock; taken before rooms, never inside

    /**
     * Of an area.
     *
     * @param engine whose pages
     * @param memory behind them
     * @param views that show them
     */
    public PageDiscard(FaultEngine engine, PageMemory memory, AreaViews views) {
        this.engine = engine;
        this.states = engine.states();
        this.memory = memory;
        this.views = views;
    }

    /**
     * Discards pages.
     *
     * @param first the first page
     * @param end the page after the last
     * @return how many pages were given back, or -1 if a system call of another thread uses a view; nothing is lost then
     * @throws FillFailure if the caller is the handler that fills one of them, or the area is closed
     */
    public long discard(long first, long end) throws FillFailure {
        discarding.lock();
        try {
            long marked = mark(first, end);
            boolean done = false;
            try {
                if (marked > 0 && !views.tryReplace()) {
                    return -1;
                }
                empty(first, end);
                done = true;
            } finally {
                long back = settle(first, end);
                if (back > 0 || !done) {
                    engine.counters().gaveUpDiscard(back);
                }
                engine.counters().discarded(marked - back);
            }
            return marked;
        } finally {
            discarding.unlock();
        }
    }

    /**
     * Does something while no page is discarded and no view ends. Retrying instead would do, too, but the virtual machine
     * sets the interrupt status of a thread whose access it cuts off.
     *
     * @param reading takes no lock of the area
     */
    public void exclude(Runnable reading) {
        discarding.lock();
        try {
            reading.run();
        } finally {
            discarding.unlock();
        }
    }

    /** Step 1; how many pages are DISCARDING now. */
    private long mark(long first, long end) throws FillFailure {
        long marked = 0;
        boolean whole = false;
        try {
            for (long page = states.nextNotAbsent(first, end); page < end; page = states.nextNotAbsent(page, end)) {
                long stop = Math.min(end, engine.runEnd(page));
                marked += markRun(page, stop);
                page = stop;
            }
            whole = true;
            return marked;
        } finally {
            if (!whole) {
                engine.counters().gaveUpDiscard(settle(first, end));
            }
        }
    }

    private long markRun(long first, long end) throws FillFailure {
        FaultRoom room = engine.roomOf(first);
        long marked = 0;
        room.lock();
        try {
            engine.checkOpen(first);
            for (long page = first; page < end; page++) {
                switch (states.getAcquire(page)) {
                    case FillStates.PRESENT -> {
                        states.transition(page, FillStates.PRESENT, FillStates.DISCARDING);
                        marked++;
                    }
                    case FillStates.FILLING -> disown(room.fillOf(page), page);
                    case FillStates.FAILED -> {
                        states.transition(page, FillStates.FAILED, FillStates.ABSENT);
                        room.unpoison(page);
                    }
                    default -> {
                    }
                }
            }
        } finally {
            engine.counters().beganDiscard(marked);
            room.unlock();
        }
        return marked;
    }

    private static void disown(Fill fill, long page) throws FillFailure {
        if (fill.filler() == Filler.ofThisThread()) {
            throw new FillFailure(Reason.RECURSION, page, "the handler discards this page, which it is filling", null);
        }
        fill.unwant();
    }

    /** Step 3: runs of DISCARDING pages are emptied. They stay DISCARDING until {@link #settle}. */
    private void empty(long first, long end) {
        long page = states.nextNotAbsent(first, end);
        while (page < end) {
            long stop = page;
            while (stop < end && states.getAcquire(stop) == FillStates.DISCARDING) {
                stop++;
            }
            if (stop > page) {
                memory.discard(page, stop - page);
                release(page, stop, FillStates.ABSENT);
            }
            page = states.nextNotAbsent(Math.max(stop, page + 1), end);
        }
    }

    /** What is DISCARDING still, because a step failed, is PRESENT again; how many. */
    private long settle(long first, long end) {
        long back = 0;
        for (long page = states.nextNotAbsent(first, end); page < end; page = states.nextNotAbsent(page + 1, end)) {
            if (states.getAcquire(page) == FillStates.DISCARDING) {
                release(page, page + 1, FillStates.PRESENT);
                back++;
            }
        }
        return back;
    }

    private void release(long first, long end, byte to) {
        for (long page = first; page < end;) {
            FaultRoom room = engine.roomOf(page);
            long stop = Math.min(end, engine.runEnd(page));
            room.lock();
            try {
                for (; page < stop; page++) {
                    states.transition(page, FillStates.DISCARDING, to);
                }
                room.announce();
            } finally {
                room.unlock();
            }
        }
    }

    /**
     * Poisons pages: what is present is discarded, what is being filled is given up, and every touch is refused until the
     * pages are discarded.
     *
     * @param first the first page
     * @param end the page after the last
     * @param why for the refused
     * @return false if a system call of another thread uses a view; nothing is poisoned then
     * @throws FillFailure if the caller is the handler that fills one of them, or the area is closed
     */
    public boolean poison(long first, long end, String why) throws FillFailure {
        discarding.lock();
        try {
            long next = first;
            while (next < end) {
                if (discard(next, end) < 0) {
                    return false;
                }
                next = poisonAbsent(next, end, why);
            }
            return true;
        } finally {
            discarding.unlock();
        }
    }

    /** Poisons up to the first page that became present again, which is returned. */
    private long poisonAbsent(long first, long end, String why) throws FillFailure {
        for (long page = first; page < end; page++) {
            FaultRoom room = engine.roomOf(page);
            room.lock();
            try {
                engine.checkOpen(page);
                if (states.getAcquire(page) == FillStates.FILLING) {
                    engine.giveUpPoisoned(room.fillOf(page), page, why);
                }
                if (states.getAcquire(page) == FillStates.PRESENT) {
                    return page;
                }
                if (states.getAcquire(page) == FillStates.ABSENT) {
                    room.poison(page, why);
                    states.transition(page, FillStates.ABSENT, FillStates.FAILED);
                }
            } finally {
                room.unlock();
            }
        }
        return end;
    }

    /**
     * Ends every view, after the engine was closed.
     *
     * @return false if a system call of another thread uses one; to be called again
     */
    public boolean tryEndViews() {
        discarding.lock();
        try {
            return views.tryEnd();
        } finally {
            discarding.unlock();
        }
    }
}
